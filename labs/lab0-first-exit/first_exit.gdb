# The first CPUID exit of each guest, as the grader of 0B looks at it. RDI is the handler's argument: its VM.
break *handle_cpuid
define tell
	set $vm = (struct vm *)$rdi
	printf "%s leaf 0x%x rip 0x%lx reason %lu hidden 0x%lx\n", $vm->name, (unsigned)$vm->vcpu.regs.rax, $vm->next_record[-1].rip, $vm->next_record[-1].reason, $vm->vcpu.regs.r13
end
continue
tell
continue
tell
delete
detach

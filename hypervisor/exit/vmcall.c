#include "cpu/cpu.h"
#include "exit/exit.h"
#include "lib/errno.h"
#include "paravirt/paravirt.h"
#include "vm/vm.h"
#include "vmx/ept.h"
#include "vmx/vmx.h"

/* The door of the paravirtual guest. For the unmodified one VMCALL is what it is on bare metal: an invalid opcode. */
enum verdict handle_vmcall(struct vm *vm)
{
	struct vcpu_regs *regs = &vm->vcpu.regs;

	if (vm->kind != VM_PARAVIRT) {
		inject_exception(vm, VECTOR_UD, -1);
		return VERDICT_SAME;
	}
	if (ACCESS_RIGHTS_DPL(vmcs_read(GUEST_SS_ACCESS_RIGHTS)))
		regs->rax = -EPERM;     /* a user program calls: only its kernel may */
	else
		regs->rax = hypercall(vm, regs->rax, regs->rbx, regs->rcx, regs->rdx, regs->rsi);
	if (vm->memory.ept->stale) {    /* the balloon took pages away */
		vm->memory.ept->stale = false;
		vmx_invept(ept_pointer(vm->memory.ept));
	}
	return VERDICT_NEXT;
}

/* VMX instructions, GETSEC, MONITOR, MWAIT: CPUID says that this CPU has none of them. */
enum verdict handle_vmx_instruction(struct vm *vm)
{
	inject_exception(vm, VECTOR_UD, -1);
	return VERDICT_SAME;
}

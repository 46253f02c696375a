#include "cpu/cpu.h"
#include "lib/printf.h"
#include "vm/vm.h"
#include "vmx/dump.h"
#include "vmx/setup.h"
#include "vmx/vmx.h"

void dump_vcpu(struct vm *vm)
{
	const struct vcpu_regs *r = &vm->vcpu.regs;
	struct vm *interrupted = setup_current_vm();    /* another VM's disk or timer may have brought us here */

	if (!vm->vcpu.vmcs)
		return;
	setup_make_current(vm);
	printf("  rip %016lx  rsp %016lx  rflags %08lx  cs %04lx\n", vmcs_read(GUEST_RIP), vmcs_read(GUEST_RSP),
		vmcs_read(GUEST_RFLAGS), vmcs_read(GUEST_CS_SELECTOR));
	printf("  rax %016lx  rbx %016lx  rcx %016lx  rdx %016lx\n", r->rax, r->rbx, r->rcx, r->rdx);
	printf("  rsi %016lx  rdi %016lx  rbp %016lx  r8  %016lx\n", r->rsi, r->rdi, r->rbp, r->r8);
	printf("  r9  %016lx  r10 %016lx  r11 %016lx  r12 %016lx\n", r->r9, r->r10, r->r11, r->r12);
	printf("  r13 %016lx  r14 %016lx  r15 %016lx\n", r->r13, r->r14, r->r15);
	printf("  cr0 %016lx  cr3 %016lx  cr4 %016lx  efer %lx\n", vmcs_read(GUEST_CR0), vmcs_read(GUEST_CR3), vmcs_read(GUEST_CR4),
		vmcs_read(GUEST_IA32_EFER));
	setup_make_current(interrupted);
}

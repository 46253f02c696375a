#include "cpu/cpu.h"
#include "exit/exit.h"
#include "lib/errno.h"
#include "paravirt/paravirt.h"
#include "vm/vm.h"
#include "vmx/vmx.h"

/* The door of the guests that know. For the unmodified one VMCALL is what it is on bare metal: an invalid opcode. */
enum verdict handle_vmcall(struct vm *vm)
{
	struct vcpu_regs *regs = &vm->vcpu.regs;

	if (__builtin_expect(!vm->paravirt, 0)) {
		inject_exception(vm, VECTOR_UD, -1);
		return VERDICT_SAME;
	}
	if (__builtin_expect(vmcs_read_quick(GUEST_SS_ACCESS_RIGHTS) & ACCESS_RIGHTS_DPL_MASK, 0))
		regs->rax = -EPERM;     /* a user program calls: only its kernel may */
	else
		regs->rax = hypercall(vm);
	return VERDICT_NEXT;
}

/* VMX instructions, GETSEC, MONITOR, MWAIT: CPUID says that this CPU has none of them. */
enum verdict handle_vmx_instruction(struct vm *vm)
{
	exit_qualification(vm);
	inject_exception(vm, VECTOR_UD, -1);
	return VERDICT_SAME;
}

#include "cpu/cpu.h"
#include "debug/debug.h"
#include "exit/exit.h"
#include "lib/printf.h"
#include "vm/vm.h"
#include "vmx/vmx.h"

#define DR7_GD (1ull << 13)             /* general detect enable */

void inject_exception(struct vm *vm, unsigned vector, int64_t error_code)
{
	uint32_t information = INTR_VALID | INTR_TYPE_HARDWARE_EXCEPTION | vector;

	(void)vm;
	if (error_code >= 0) {
		information |= INTR_DELIVER_ERROR;
		vmcs_write(VM_ENTRY_EXCEPTION_ERROR_CODE, error_code);
	}
	vmcs_write(VM_ENTRY_INTERRUPTION_INFORMATION, information);
}

/* INT3 is intercepted only while GDB has breakpoints in this guest, and this one is the guest's own. The CPU must know its length. */
static enum verdict reflect_int3(void)
{
	vmcs_write(VM_ENTRY_INSTRUCTION_LENGTH, vmcs_read(VM_EXIT_INSTRUCTION_LENGTH));
	vmcs_write(VM_ENTRY_INTERRUPTION_INFORMATION, INTR_VALID | INTR_TYPE_SOFTWARE_EXCEPTION | VECTOR_BP);
	return VERDICT_SAME;
}

/*
 * Only #DB, #AC and #MC are intercepted. The first two because a guest can arrange that delivering one raises the next, for ever, inside the CPU
 * (CVE-2015-5307, CVE-2015-8104): here each round is an exit, so the VM's slice still ends. They go back to the guest as they came.
 */
static enum verdict reflect(struct vm *vm, uint32_t information)
{
	unsigned vector = information & INTR_VECTOR_MASK;

	if (debug_guest_exception(vm, vector))
		return VERDICT_YIELD;
	if (vector == VECTOR_BP)
		return reflect_int3();
	if (vector == VECTOR_DB) {      /* the exit left DR6 to us: the qualification holds the new causes. SDM: "Debug Exceptions" */
		uint64_t causes = exit_qualification(vm);

		write_dr6((read_dr6() & ~0xfull) | (causes & 0x600f));
		vmcs_write(GUEST_DR7, vmcs_read(GUEST_DR7) & ~DR7_GD);  /* or the handler could not touch a debug register */
	}
	inject_exception(vm, vector, information & INTR_DELIVER_ERROR ? (int64_t)vmcs_read(VM_EXIT_INTERRUPTION_ERROR_CODE) : -1);
	return VERDICT_SAME;
}

enum verdict handle_exception(struct vm *vm)
{
	uint32_t information = vmcs_read(VM_EXIT_INTERRUPTION_INFORMATION);

	if ((information & INTR_TYPE_MASK) == INTR_TYPE_NMI) {
		printf("NMI while %s ran: ignored\n", vm->name);
		return VERDICT_SAME;
	}
	if ((information & INTR_VECTOR_MASK) == VECTOR_MC) {
		vm_fault(vm, "the real CPU reported a machine check");
		return VERDICT_SAME;
	}
	return reflect(vm, information);
}

enum verdict handle_triple_fault(struct vm *vm)
{
	vm_fault(vm, "triple fault: an exception came while it could not deliver a double fault (bad IDT, GDT or stack?)");
	return VERDICT_SAME;
}

enum verdict handle_unsupported(struct vm *vm)
{
	uint32_t reason = vmcs_read(EXIT_REASON) & 0xffff;

	exit_qualification(vm);
	vm_fault(vm, "VM exit %u (%s), which this hypervisor does not serve, at RIP 0x%lx", reason,
		exit_name(reason % EXIT_REASONS), vmcs_read(GUEST_RIP));
	return VERDICT_SAME;
}

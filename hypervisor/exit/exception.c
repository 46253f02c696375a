#include "cpu/cpu.h"
#include "cpu/descriptors.h"
#include "debug/debug.h"
#include "exit/exit.h"
#include "vm/vm.h"
#include "vmx/vmx.h"

#define DR7_GD (1ull << 13)             /* general detect enable */

void inject_exception(struct vm *vm, unsigned vector, int64_t error_code)
{
	uint32_t information = INTR_VALID | INTR_TYPE_HARDWARE_EXCEPTION | vector;

	if (error_code >= 0) {
		information |= INTR_DELIVER_ERROR;
		vmcs_write(VM_ENTRY_EXCEPTION_ERROR_CODE, error_code);
	}
	vmcs_write(VM_ENTRY_INTERRUPTION_INFORMATION, information);
}

/*
 * The exit left to us what the CPU does before it delivers a #DB: DR6 gets the new causes, which the qualification holds, and GD goes, or the
 * handler could not touch a debug register. A step over STI or MOV SS must be pending as well, or the CPU refuses the entry.
 * SDM: "Debug Exceptions", "Checks on Guest Non-Register State".
 */
static void complete_debug_exception(struct vm *vm)
{
	uint64_t causes = exit_qualification(vm), blocking = vmcs_read(GUEST_INTERRUPTIBILITY_STATE);

	write_dr6((read_dr6() & ~DR6_CAUSES) | (causes & 0x600f));
	vmcs_write(GUEST_DR7, vmcs_read(GUEST_DR7) & ~DR7_GD);
	if ((vmcs_read(GUEST_RFLAGS) & RFLAGS_TF) && (blocking & (BLOCKING_BY_STI | BLOCKING_BY_MOV_SS)))
		vmcs_write(GUEST_PENDING_DEBUG_EXCEPTIONS, DR6_BS);
}

/* The same event again. Those of INT1 and INT3 need their length, so that the handler returns behind them. */
static void send_back(uint32_t information)
{
	if (information & INTR_DELIVER_ERROR)
		vmcs_write(VM_ENTRY_EXCEPTION_ERROR_CODE, vmcs_read(VM_EXIT_INTERRUPTION_ERROR_CODE));
	vmcs_write(VM_ENTRY_INSTRUCTION_LENGTH, vmcs_read(VM_EXIT_INSTRUCTION_LENGTH));
	vmcs_write(VM_ENTRY_INTERRUPTION_INFORMATION, information & (INTR_VALID | INTR_DELIVER_ERROR | INTR_TYPE_MASK | INTR_VECTOR_MASK));
}

/* The exit came while the CPU was delivering an interrupt that its controller has seen acknowledged: it must not get lost.
   SDM: "Information for VM Exits That Occur During Event Delivery". */
static void keep_interrupt(struct vm *vm)
{
	uint32_t event = vmcs_read(IDT_VECTORING_INFORMATION);

	if ((event & INTR_VALID) && (event & INTR_TYPE_MASK) == INTR_TYPE_EXTERNAL) {
		vm->vcpu.put_aside = event & INTR_VECTOR_MASK;
		run_until = 0;
	}
}

/*
 * Only #DB, #AC and #MC are intercepted, and #BP while GDB has breakpoints in this guest. The first two because a guest can arrange that
 * delivering one raises the next, for ever, inside the CPU (CVE-2015-5307, CVE-2015-8104): here each round is an exit, so the VM's slice still
 * ends. They go back to the guest as they came.
 */
static enum verdict reflect(struct vm *vm, uint32_t information)
{
	unsigned vector = information & INTR_VECTOR_MASK;

	if (debug_guest_exception(vm, vector))
		return VERDICT_YIELD;
	keep_interrupt(vm);
	if (vector == VECTOR_DB)
		complete_debug_exception(vm);
	send_back(information);
	return VERDICT_SAME;
}

enum verdict handle_exception(struct vm *vm)
{
	uint32_t information = vmcs_read(VM_EXIT_INTERRUPTION_INFORMATION);

	if ((information & INTR_TYPE_MASK) == INTR_TYPE_NMI) {
		count_nmi();
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

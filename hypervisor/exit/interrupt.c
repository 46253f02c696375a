#include "cpu/cpu.h"
#include "exit/exit.h"
#include "hw/pic.h"
#include "trace/log.h"
#include "vm/vm.h"
#include "vmx/capabilities.h"
#include "vmx/vmx.h"

/* The real machine's interrupt. The exit acknowledged it, so the vector is in the VMCS and the host's IDT is not used. */
enum verdict handle_external_interrupt(struct vm *vm)
{
	irq_dispatch(vmcs_read(VM_EXIT_INTERRUPTION_INFORMATION) & INTR_VECTOR_MASK);
	return VERDICT_YIELD;
}

/* The slice is over or a timer is due: the run loop sees that by the clock. */
enum verdict handle_preemption_timer(struct vm *vm)
{
	return VERDICT_YIELD;
}

static void request_window(struct vm *vm, bool on)
{
	uint64_t controls = vmcs_read(PRIMARY_PROCESSOR_BASED_CONTROLS);

	vm->vcpu.window_requested = on;
	vmcs_write(PRIMARY_PROCESSOR_BASED_CONTROLS,
		on ? controls | CPU_INTERRUPT_WINDOW_EXITING : controls & ~CPU_INTERRUPT_WINDOW_EXITING);
}

/* The guest can take an interrupt again: the run loop delivers it before the next entry. */
enum verdict handle_interrupt_window(struct vm *vm)
{
	request_window(vm, false);
	run_until = 0;
	return VERDICT_SAME;
}

static bool can_take_interrupt(void)
{
	return (vmcs_read(GUEST_RFLAGS) & RFLAGS_IF) &&
		!(vmcs_read(GUEST_INTERRUPTIBILITY_STATE) & (BLOCKING_BY_STI | BLOCKING_BY_MOV_SS)) &&
		!(vmcs_read(VM_ENTRY_INTERRUPTION_INFORMATION) & INTR_VALID);
}

/* First what was on its way already. The event callback before the controller's, for it leaves nothing in service. */
static uint8_t next_vector(struct vm *vm)
{
	uint8_t *waiting = vm->vcpu.put_aside ? &vm->vcpu.put_aside : &vm->callback;
	uint8_t vector = *waiting;

	*waiting = 0;
	return vector ? vector : vm->acknowledge(vm);
}

void interrupt_deliver(struct vm *vm)
{
	if (can_take_interrupt()) {
		uint8_t vector = next_vector(vm);

		vmcs_write(VM_ENTRY_INTERRUPTION_INFORMATION, INTR_VALID | INTR_TYPE_EXTERNAL | vector);
		trace_log_delivery(vm, vector);
	}
	if (vm_interrupt_waits(vm) && !vm->vcpu.window_requested)
		request_window(vm, true);       /* it cannot now, or one more waits behind the one just injected */
}

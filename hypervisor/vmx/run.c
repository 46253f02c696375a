/*
 * The loop that everything else serves: enter the guest, see why it came back, handle that, say how it goes on.
 */
#include <stddef.h>
#include "cpu/cpu.h"
#include "exit/exit.h"
#include "hw/tsc.h"
#include "trace/trace.h"
#include "vm/scheduler.h"
#include "vm/vm.h"
#include "vmx/capabilities.h"
#include "vmx/run.h"
#include "vmx/switch.h"
#include "vmx/vmx.h"

int vmx_enter(struct vcpu *vcpu);       /* vmx/enter.asm: 0 after an exit, else VMfail */

_Static_assert(offsetof(struct vcpu, regs.rbx) == 8 * 3 && offsetof(struct vcpu, regs.rdi) == 8 * 6 &&
	offsetof(struct vcpu, regs.r15) == 8 * 14 && offsetof(struct vcpu, launched) == 8 * 15 &&
	offsetof(struct vcpu, host_rsp) == 8 * 16, "struct vcpu and the struc of enter.asm differ");

/* Step over the instruction that exited; with it ends the shadow of STI or MOV SS. The only place that moves RIP.
   Never for an EPT violation: the length is undefined there. */
static void advance_rip(uint64_t rip)
{
	uint64_t blocking = vmcs_read(GUEST_INTERRUPTIBILITY_STATE);

	vmcs_write(GUEST_RIP, rip + vmcs_read(VM_EXIT_INSTRUCTION_LENGTH));
	if (blocking & (BLOCKING_BY_STI | BLOCKING_BY_MOV_SS))
		vmcs_write(GUEST_INTERRUPTIBILITY_STATE, blocking & ~(uint64_t)(BLOCKING_BY_STI | BLOCKING_BY_MOV_SS));
}

/* Not an exit that we know. The guest did not run at all: the controls or our own state are wrong (VMfail), or the CPU refuses the
   guest's state (a failed entry). Or it ran, and a newer CPU has a reason that the table lacks. */
static void no_known_exit(struct vm *vm, int vmfail, uint32_t reason)
{
	if (vmfail == 1)
		vm_fault(vm, "VM entry: VMfailInvalid, no current VMCS");
	else if (vmfail)
		vm_fault(vm, "VM entry: VMfailValid, VM-instruction error %lu", vmcs_read(VM_INSTRUCTION_ERROR));
	else if (reason & EXIT_REASON_ENTRY_FAILURE)
		vm_fault(vm, "VM entry failed after the checks on controls and host state: reason %u, qualification 0x%lx",
			reason & 0xffff, vmcs_read(EXIT_QUALIFICATION));
	else
		vm_fault(vm, "VM exit with unknown reason %u", reason);
}

static enum verdict dispatch(struct vm *vm, uint32_t reason)
{
	const struct exit_row *row = &exit_table[reason];

	return row->handle ? row->handle(vm) : handle_unsupported(vm);
}

static void set_preemption_timer(uint64_t now_tsc, uint64_t until_tsc)
{
	uint64_t ticks = until_tsc > now_tsc ? (until_tsc - now_tsc) >> vmx_capabilities.preemption_timer_shift : 0;

	vmcs_write(VMX_PREEMPTION_TIMER_VALUE, ticks < 0xffffffff ? ticks + 1 : 0xffffffff);
}

/* One turn: until the guest waits, stops, has used its time, or something else has become urgent. */
static void run_turn(struct vm *vm, uint64_t until_tsc)
{
	struct trace *trace = vm->trace;
	uint64_t entered = rdtsc(), exited;
	enum verdict verdict;

	vm->timers.changed = false;
	set_preemption_timer(entered, until_tsc);
	do {
		if (vm->interrupt_pending)
			interrupt_deliver(vm);

		int vmfail = vmx_enter(&vm->vcpu);

		exited = rdtsc();
		uint32_t reason = vmfail ? EXIT_REASONS : vmcs_read(EXIT_REASON);

		if (__builtin_expect(reason >= EXIT_REASONS, 0)) {
			no_known_exit(vm, vmfail, reason);
			return;
		}
		struct phase_counters *phase = trace->phase;
		uint64_t rip = vmcs_read(GUEST_RIP);

		vm->vcpu.launched = 1;
		trace_record(trace, reason, rip, exit_table[reason].qualified ? vmcs_read(EXIT_QUALIFICATION) : 0, exited);
		verdict = dispatch(vm, reason);
		if (verdict == VERDICT_NEXT)
			advance_rip(rip);

		uint64_t handled = rdtsc();

		trace_count(trace, phase, reason, exited - entered, handled - exited);
		entered = handled;
	} while (verdict != VERDICT_YIELD && vm->state == VM_RUNNABLE && exited < until_tsc && !vm->timers.changed);
}

void run_all(void)
{
	struct turn turn;

	while (scheduler_next(&turn)) {
		switch_to(turn.vm);
		run_turn(turn.vm, tsc_from_ns(turn.until_ns));
	}
}

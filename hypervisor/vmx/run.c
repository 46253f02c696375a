/*
 * The loop that everything else serves: enter the guest, see why it came back, handle that, say how it goes on.
 *
 *   run_all:      whose turn is it?            the scheduler's loop
 *   run_turn:     enter                        with an interrupt, if one is pending
 *   handle_exit:  decode, handle, count        once for each exit; goes straight back into the guest while nothing else wants attention
 */
#include <stddef.h>
#include "cpu/cpu.h"
#include "debug/debug.h"
#include "exit/exit.h"
#include "hw/tsc.h"
#include "trace/count.h"
#include "vm/scheduler.h"
#include "vm/vm.h"
#include "vm/vms.h"
#include "vmx/capabilities.h"
#include "vmx/entry_failure.h"
#include "vmx/ept.h"
#include "vmx/run.h"
#include "vmx/switch.h"
#include "vmx/vmx.h"

int vmx_run(struct vcpu *vcpu);         /* vmx/enter.asm */

#define AT(member, place) (offsetof(struct vcpu, member) == 8 * (place))
_Static_assert(AT(regs.rbp, 0) && AT(regs.r15, 4) && AT(regs.rbx, 5) && AT(regs.rax, 6) && AT(regs.rcx, 7) && AT(regs.rdx, 8) &&
	AT(regs.rsi, 9) && AT(regs.rdi, 10) && AT(regs.r8, 11) && AT(regs.r11, 14) && AT(launched, 15) && AT(host_stack, 16),
	"struct vcpu and the struc of enter.asm differ");
_Static_assert(offsetof(struct vm, vcpu) == 0, "enter.asm takes a vCPU's address for its VM's");

uint64_t (*exit_handler)(struct vm *vm) = handle_exit;

static bool let_scheduler_look;

static inline void yield(void)
{
	let_scheduler_look = true;
	run_until = 0;
}

/* lab 0C: the last step of an exit, where the guest goes on */
/* Step over the instruction that exited; with it ends the shadow of STI or MOV SS. The only place that moves RIP.
   Never for an EPT violation: the length is undefined there. */
static inline void advance_rip(uint64_t rip)
{
	uint64_t blocking = vmcs_read_quick(GUEST_INTERRUPTIBILITY_STATE);

	vmcs_write_quick(GUEST_RIP, rip + vmcs_read_quick(VM_EXIT_INSTRUCTION_LENGTH));
	if (__builtin_expect(blocking & (BLOCKING_BY_STI | BLOCKING_BY_MOV_SS), 0))
		vmcs_write(GUEST_INTERRUPTIBILITY_STATE, blocking & ~(uint64_t)(BLOCKING_BY_STI | BLOCKING_BY_MOV_SS));
}

static inline void go_on(struct vm *vm, enum verdict verdict, uint64_t rip)
{
	if (__builtin_expect(verdict == VERDICT_NEXT, 1))
		advance_rip(rip);
	else if (verdict == VERDICT_YIELD)
		yield();
}
/* end of 0C */

/* vmx_exit of enter.asm calls this with the guest's registers stored. It compares the time that comes back, the end of the exit's handling,
   with run_until: before that it goes straight back into the guest. */
uint64_t handle_exit(struct vm *vm)
{
	uint64_t exited = rdtsc();
	uint64_t reason = vmcs_read_quick(EXIT_REASON) % EXIT_REASONS;  /* a failed entry sets bit 31 too, and has reasons of its own */
	uint64_t rip = vmcs_read_quick(GUEST_RIP);
	struct exit_counter *counter = trace_begin_count(vm, exited, reason);

	trace_record(vm, exited, reason, rip);

	go_on(vm, exit_table[reason].handle(vm), rip);

	uint64_t handled = rdtsc();

	counter->ticks += handled;
	return handled;
}

static void set_preemption_timer(uint64_t until)
{
	uint64_t now = rdtsc();
	uint64_t ticks = until > now ? (until - now) >> vmx_capabilities.preemption_timer_shift : 0;

	vmcs_write(VMX_PREEMPTION_TIMER_VALUE, ticks < 0xffffffff ? ticks + 1 : 0xffffffff);
}

/* What can keep the guest from its next instruction: translations of pages that it lost, an interrupt that waits. */
static void prepare_entry(struct vm *vm)
{
	if (vm->memory.ept->stale) {
		vm->memory.ept->stale = false;
		vmx_invept(ept_pointer(vm->memory.ept));
	}
	if (vm_interrupt_waits(vm) && !debug_is_stepping(vm))
		interrupt_deliver(vm);
}

/* One turn: until the guest waits, stops, has used its time, or something else has become urgent. */
static void run_turn(struct vm *vm, uint64_t end)
{
	uint64_t sooner_timer = timer_queue_next(&vm->timers);

	let_scheduler_look = false;
	set_preemption_timer(end);
	trace_turn_begins(vm);
	while (vm->state == VM_RUNNABLE && !let_scheduler_look && timer_queue_next(&vm->timers) >= sooner_timer) {
		run_until = end;
		prepare_entry(vm);
		if (!vm->vcpu.launched && !entry_is_sound(vm))
			break;
		if (debug_engaged)
			debug_before_entry(vm);

		int vmfail = vmx_run(&vm->vcpu);

		if (vmfail)
			entry_refused(vm, vmfail);
		if (debug_engaged)
			debug_after_exit(vm);
		if (rdtsc() >= end)
			break;
	}
	trace_turn_ends(vm);
}

void run_all(void)
{
	struct turn turn;

	/* A turn may have given memory back, through the balloon. */
	for (vms_start_waiting(); scheduler_next(&turn); vms_start_waiting()) {
		switch_to(turn.vm);
		run_turn(turn.vm, tsc_from_ns(turn.until_ns));
	}
}

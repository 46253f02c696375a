#include "cpu/idle.h"
#include "debug/debug.h"
#include "hw/tsc.h"
#include "paravirt/paravirt.h"
#include "trace/log.h"
#include "vm/accounts.h"
#include "vm/scheduler.h"
#include "vm/vms.h"

static struct vm *on_cpu;                /* it has had a turn since the accounts were written; or NULL */
static uint64_t idle_ticks;

uint64_t scheduler_idle_ticks(void)
{
	return idle_ticks;
}

/* Let everything happen that is due, and wake who got an interrupt. */
static void run_timers(uint64_t now)
{
	for (unsigned i = 0; i < vm_count; i++) {
		struct vm *vm = vms[i];

		if (vm_is_alive(vm))
			timer_queue_run(&vm->timers, now);
		if (vm->state == VM_BLOCKED && vm_interrupt_waits(vm))
			vm->state = VM_RUNNABLE;
	}
}

static uint64_t next_deadline(void)
{
	uint64_t next = TIMER_NEVER;

	for (unsigned i = 0; i < vm_count; i++)
		if (vm_is_alive(vms[i])) {
			uint64_t deadline = timer_queue_next(&vms[i]->timers);

			if (deadline < next)
				next = deadline;
		}
	return next;
}

static unsigned count_in_state(enum vm_state state)
{
	unsigned count = 0;

	for (unsigned i = 0; i < vm_count; i++)
		count += vms[i]->state == state;
	return count;
}

static bool can_run(const struct vm *vm)
{
	return vm->state == VM_RUNNABLE && !(debug_engaged && debug_holds(vm));
}

/* lab 5D: whose turn it is */
static unsigned last;                   /* whose it was */

static struct vm *next_runnable(void)
{
	for (unsigned step = 1; step <= vm_count; step++) {
		unsigned i = (last + step) % vm_count;

		if (can_run(vms[i])) {
			last = i;
			return vms[i];
		}
	}
	return NULL;
}
/* end of 5D */

static void sleep_until(uint64_t deadline, uint64_t now)
{
	uint64_t start = rdtsc();

	if (deadline <= now)            /* armed for the past by a timer that just expired */
		return;
	cpu_idle(deadline == TIMER_NEVER ? TIMER_NEVER : deadline - now);

	uint64_t end = rdtsc();

	idle_ticks += end - start;
	trace_log_event(TRACE_LOG_IDLE, NULL, start, end, 0);
	if (debug_engaged)
		debug_after_idle();
}

/* lab 5D: and for how long */
static uint64_t end_of_turn(uint64_t now)
{
	uint64_t deadline = next_deadline();
	uint64_t slice_end = now + (count_in_state(VM_RUNNABLE) > 1 ? SLICE_NS : ALONE_NS);

	return deadline < slice_end ? deadline : slice_end;
}
/* end of 5D */

bool scheduler_next(struct turn *turn)
{
	for (;;) {
		cpu_take_interrupts();

		uint64_t now = clock_now_ns();

		accounts_write(on_cpu, now);
		on_cpu = NULL;
		run_timers(now);
		turn->vm = next_runnable();
		if (turn->vm) {
			turn->until_ns = end_of_turn(now);
			on_cpu = turn->vm;
			if (turn->vm->paravirt)
				paravirt_scheduled(turn->vm);
			return true;
		}
		if (!count_in_state(VM_BLOCKED) && !count_in_state(VM_RUNNABLE))        /* runnable: held by GDB */
			return false;
		sleep_until(next_deadline(), now);
	}
}

/* Whose turn it is, until when, and where every nanosecond went: with a clock that the test winds and a HLT that the test fills. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "cpu/idle.h"
#include "paravirt/paravirt.h"
#include "trace/log.h"
#include "vm/scheduler.h"
#include "vm/vms.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

struct vm *vms[VM_MAX];
unsigned vm_count;

static struct vm machines[VM_MAX];
static struct timer timers[VM_MAX];
static unsigned expirations[VM_MAX];
static uint64_t now_ns, start_ns;
static unsigned idle_calls, logged_sleeps, steal_updates;
static uint64_t idle_asked;
static void (*during_idle)(void);

uint64_t clock_now_ns(void) { return now_ns; }

/* Nobody debugs. */
bool debug_engaged;
void debug_after_idle(void) { }
bool debug_holds(const struct vm *vm) { (void)vm; return false; }

void paravirt_scheduled(struct vm *vm)
{
	assert_non_null(vm->paravirt);
	steal_updates++;
}

/* The machine sleeps: at most as long as asked, and no longer than the 8254 can count. */
void cpu_idle(uint64_t ns)
{
	idle_calls++;
	idle_asked = ns;
	assert_in_range(idle_calls, 1, 1000);
	assert_int_not_equal(ns, 0);
	now_ns += ns < 54000000 ? ns : 54000000;
	if (during_idle)
		during_idle();
}

/* The VM whose device has raised its line, while nobody looked. */
static struct vm *waiting_for;

void cpu_take_interrupts(void)
{
	if (waiting_for)
		vm_set_interrupt(waiting_for, true);
	waiting_for = NULL;
}

void trace_log_event(enum trace_log_kind kind, const struct vm *vm, uint64_t start, uint64_t end, uint32_t interruption)
{
	assert_int_equal(kind, TRACE_LOG_IDLE);
	assert_null(vm);
	logged_sleeps++;
}

static void expired(void *context)
{
	unsigned i = (struct vm *)context - machines;

	expirations[i]++;
	vm_set_interrupt(context, true);
}

static uint64_t until;                  /* when the last turn_of() ends */

static void turn_of(unsigned id)
{
	struct turn turn = { 0 };

	if (!scheduler_next(&turn))
		fail_msg("it should be the turn of VM %u of %u; scheduler_next() says that all have ended", id, vm_count);
	if (turn.vm->id != id)
		fail_msg("it should be the turn of VM %u of %u; VM %u got it", id, vm_count, turn.vm->id);
	until = turn.until_ns;
}

static void ends_in(uint64_t ns)
{
	if (until != now_ns + ns)
		fail_msg("the turn should end in %lu ns; it ends in %lu", ns, until - now_ns);
}

/* The scheduler keeps whose turn it was; a turn of the last one makes the first the next. */
static void set_up(unsigned count)
{
	struct turn turn;

	memset(machines, 0, sizeof(machines));
	memset(expirations, 0, sizeof(expirations));
	vm_count = count;
	for (unsigned i = 0; i < count; i++) {
		vms[i] = &machines[i];
		machines[i].id = i;
		machines[i].state = i + 1 == count ? VM_RUNNABLE : VM_OFF;
		timer_init(&timers[i], &machines[i].timers, expired, &machines[i]);
	}
	during_idle = NULL;
	now_ns += 12345;
	turn_of(count - 1);
	scheduler_next(&turn);                          /* books the turn above */
	idle_calls = logged_sleeps = steal_updates = 0;
	start_ns = now_ns;
	for (unsigned i = 0; i < count; i++) {
		struct vm *vm = &machines[i];

		vm->state = VM_RUNNABLE;
		vm->run_ns = vm->wait_ns = vm->sleep_ns = 0;
		vm->state_since_ns = now_ns;
	}
}

static void check_accounts(void)
{
	for (unsigned i = 0; i < vm_count; i++)
		assert_int_equal(machines[i].run_ns + machines[i].wait_ns + machines[i].sleep_ns, machines[i].state_since_ns - start_ns);
}

static void everybody_gets_a_turn_in_order(void **state)
{
	static const unsigned counts[] = { 1, 2, 8, VM_MAX };
	for (size_t c = 0; c < LENGTH(counts); c++) {
		set_up(counts[c]);
		for (unsigned round = 0; round < 3 * counts[c]; round++) {
			turn_of(round % counts[c]);
			now_ns += SLICE_NS;
		}
		turn_of(0);
		check_accounts();
		for (unsigned i = 0; i < counts[c]; i++) {
			assert_int_equal(machines[i].run_ns, 3 * SLICE_NS);
			assert_int_equal(machines[i].wait_ns, 3 * SLICE_NS * (counts[c] - 1));
			assert_int_equal(machines[i].sleep_ns, 0);
		}
		assert_int_equal(idle_calls, 0);
	}
}

static void who_waits_or_has_ended_is_left_out(void **state)
{
	static const unsigned order[] = { 0, 2, 5, 0, 2, 5 };
	set_up(6);
	machines[1].state = VM_BLOCKED;
	machines[3].state = VM_OFF;
	machines[4].state = VM_FAULTED;
	for (size_t i = 0; i < LENGTH(order); i++) {
		turn_of(order[i]);
		now_ns += 10;
	}
	turn_of(0);
	assert_int_equal(machines[1].sleep_ns, 60);
	assert_int_equal(machines[1].run_ns + machines[1].wait_ns, 0);
	for (unsigned i = 3; i < 5; i++)
		assert_int_equal(machines[i].run_ns + machines[i].wait_ns + machines[i].sleep_ns, 0);
}

static void an_interrupt_wakes(void **state)
{
	set_up(3);
	machines[1].state = machines[2].state = VM_BLOCKED;
	turn_of(0);
	turn_of(0);
	vm_set_interrupt(&machines[2], true);
	turn_of(2);
	assert_int_equal(machines[2].state, VM_RUNNABLE);
	assert_int_equal(machines[1].state, VM_BLOCKED);
}

static void an_interrupt_does_not_wake_the_dead(void **state)
{
	set_up(3);
	machines[1].state = VM_OFF;
	machines[2].state = VM_FAULTED;
	for (unsigned i = 1; i < 3; i++) {
		machines[i].interrupt_pending = true;
		timer_set(&timers[i], now_ns - 1);
	}
	turn_of(0);
	turn_of(0);
	assert_int_equal(machines[1].state, VM_OFF);
	assert_int_equal(machines[2].state, VM_FAULTED);
	assert_int_equal(expirations[1] + expirations[2], 0);
	ends_in(ALONE_NS);     /* nor does its timer shorten a turn */
}

/* Distances from now; 0: none. */
static const struct {
	unsigned runnable;
	uint64_t deadlines[2], until;
} ends[] = {
	{ 1, { 0, 0 }, ALONE_NS },
	{ 1, { 5 * SLICE_NS, 0 }, 5 * SLICE_NS },
	{ 1, { 0, ALONE_NS - 1 }, ALONE_NS - 1 },
	{ 1, { ALONE_NS + 1, 0 }, ALONE_NS },
	{ 1, { 7, 0 }, 7 },
	{ 1, { 0, 9 }, 9 },                             /* a sleeper's timer ends the turn of who runs */
	{ 1, { 50, 40 }, 40 },
	{ 2, { 0, 0 }, SLICE_NS },
	{ 2, { 5 * SLICE_NS, 0 }, SLICE_NS },
	{ 2, { SLICE_NS - 1, 0 }, SLICE_NS - 1 },
	{ 2, { SLICE_NS, SLICE_NS + 1 }, SLICE_NS },
	{ 2, { 0, 3 }, 3 },
};

static void a_turn_ends_with_the_slice_or_the_next_timer(void **state)
{
	for (size_t i = 0; i < LENGTH(ends); i++) {
		set_up(2);
		if (ends[i].runnable == 1)
			machines[1].state = VM_BLOCKED;
		for (unsigned t = 0; t < 2; t++)
			if (ends[i].deadlines[t])
				timer_set(&timers[t], now_ns + ends[i].deadlines[t]);
		turn_of(0);
		ends_in(ends[i].until);
	}
}

static void timers_run_when_they_are_due(void **state)
{
	set_up(2);
	machines[1].state = VM_BLOCKED;
	timer_set(&timers[1], now_ns + 100);
	turn_of(0);
	now_ns += 99;
	turn_of(0);
	assert_int_equal(expirations[1], 0);
	now_ns += 1;
	turn_of(1);
	assert_int_equal(expirations[1], 1);
	assert_int_equal(machines[1].sleep_ns, 100);
	assert_int_equal(machines[0].run_ns, 100);
}

static void all_off_is_the_end(void **state)
{
	struct turn turn;
	set_up(3);
	turn_of(0);
	now_ns += 500;
	machines[0].state = machines[2].state = VM_OFF;
	machines[1].state = VM_FAULTED;
	assert_false(scheduler_next(&turn));
	assert_false(scheduler_next(&turn));
	assert_int_equal(idle_calls, 0);
	assert_int_equal(machines[0].run_ns, 500);      /* its last turn counts, although it has ended */
}

static void no_vm_at_all_is_the_end_too(void **state)
{
	struct turn turn;

	vm_count = 0;
	assert_false(scheduler_next(&turn));
}

static void all_asleep_the_machine_sleeps_until_the_next_timer(void **state)
{
	uint64_t idle_ticks = scheduler_idle_ticks();

	set_up(3);
	for (unsigned i = 0; i < 3; i++)
		machines[i].state = VM_BLOCKED;
	timer_set(&timers[0], now_ns + 9000);
	timer_set(&timers[2], now_ns + 4000);
	turn_of(2);
	assert_int_equal(idle_calls, 1);
	assert_int_equal(idle_asked, 4000);
	assert_int_equal(now_ns, start_ns + 4000);
	assert_int_equal(until, start_ns + 9000);
	assert_true(scheduler_idle_ticks() > idle_ticks);
	check_accounts();
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(machines[i].sleep_ns, 4000);
}

static void a_far_timer_takes_several_sleeps(void **state)
{
	set_up(1);
	machines[0].state = VM_BLOCKED;
	timer_set(&timers[0], now_ns + 200000000);
	turn_of(0);
	assert_int_equal(idle_calls, 4);
	assert_int_equal(logged_sleeps, 4);
	assert_int_equal(now_ns, start_ns + 200000000);
	assert_int_equal(machines[0].sleep_ns, 200000000);
}

static void a_disk_says_done(void)
{
	if (idle_calls == 3)
		vm_set_interrupt(&machines[1], true);
}

static void a_real_interrupt_ends_a_sleep_without_timers(void **state)
{
	set_up(2);
	machines[0].state = machines[1].state = VM_BLOCKED;
	during_idle = a_disk_says_done;
	turn_of(1);
	assert_int_equal(idle_calls, 3);
	assert_int_equal(idle_asked, TIMER_NEVER);
}

/* A machine's interrupt that a guest with its own off held back: it is served before the next turn. */
static void an_interrupt_that_waits_is_served_between_turns(void **state)
{
	set_up(2);
	machines[1].state = VM_BLOCKED;
	turn_of(0);
	waiting_for = &machines[1];
	turn_of(1);
}

static void the_sleeper_is_stopped(void)
{
	machines[0].state = VM_FAULTED;
}

static void a_sleeper_that_is_stopped_leaves_nobody(void **state)
{
	struct turn turn;

	set_up(1);
	machines[0].state = VM_BLOCKED;
	during_idle = the_sleeper_is_stopped;
	assert_false(scheduler_next(&turn));
}

/* Armed for the past from within its own expiry: due at once, but in the next round, and never a sleep of no length. */
static void rearm_in_the_past(void *context)
{
	unsigned i = (struct vm *)context - machines;

	if (++expirations[i] < 5)
		timer_set(&timers[i], now_ns - 1);
	else
		vm_set_interrupt(context, true);
}

static void timers_in_the_past_are_no_sleep(void **state)
{
	set_up(1);
	machines[0].state = VM_BLOCKED;
	timers[0].expired = rearm_in_the_past;
	timer_set(&timers[0], now_ns);
	turn_of(0);
	assert_int_equal(expirations[0], 5);
	assert_int_equal(idle_calls, 0);
}

static void steal_time_is_published_before_a_paravirtual_turn(void **state)
{
	set_up(2);
	machines[1].paravirt = (struct paravirt *)1;    /* never followed */
	turn_of(0);
	assert_int_equal(steal_updates, 0);
	turn_of(1);
	assert_int_equal(steal_updates, 1);
}

/* A random life: whatever happens, each VM's three accounts sum up to the wall clock, and only one ran at a time. */
static void every_nanosecond_is_on_one_account(void **state)
{
	uint64_t run = 0, asleep = 0;

	srand(7);
	set_up(5);
	for (unsigned round = 0; round < 5000; round++) {
		struct turn turn;
		uint64_t before = now_ns;

		for (unsigned i = 0; i < 5; i++)
			if (rand() % 4 == 0)
				timer_set(&timers[i], now_ns + rand() % 5000);
		timer_set(&timers[0], now_ns + 5000);   /* somebody will wake */
		idle_calls = 0;
		assert_true(scheduler_next(&turn));
		check_accounts();
		asleep += now_ns - before;
		uint64_t used = rand() % 3000;

		now_ns += used;
		run += used;
		vm_set_interrupt(turn.vm, false);
		turn.vm->state = rand() % 3 ? VM_BLOCKED : VM_RUNNABLE;
		before = now_ns;
	}
	uint64_t total = 0;
	struct turn turn;

	scheduler_next(&turn);
	check_accounts();
	for (unsigned i = 0; i < 5; i++)
		total += machines[i].run_ns;
	assert_int_equal(total, run);
	assert_true(asleep > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everybody_gets_a_turn_in_order),
		cmocka_unit_test(who_waits_or_has_ended_is_left_out),
		cmocka_unit_test(an_interrupt_wakes),
		cmocka_unit_test(an_interrupt_does_not_wake_the_dead),
		cmocka_unit_test(a_turn_ends_with_the_slice_or_the_next_timer),
		cmocka_unit_test(timers_run_when_they_are_due),
		cmocka_unit_test(all_off_is_the_end),
		cmocka_unit_test(no_vm_at_all_is_the_end_too),
		cmocka_unit_test(all_asleep_the_machine_sleeps_until_the_next_timer),
		cmocka_unit_test(a_far_timer_takes_several_sleeps),
		cmocka_unit_test(a_real_interrupt_ends_a_sleep_without_timers),
		cmocka_unit_test(an_interrupt_that_waits_is_served_between_turns),
		cmocka_unit_test(a_sleeper_that_is_stopped_leaves_nobody),
		cmocka_unit_test(timers_in_the_past_are_no_sleep),
		cmocka_unit_test(steal_time_is_published_before_a_paravirtual_turn),
		cmocka_unit_test(every_nanosecond_is_on_one_account),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

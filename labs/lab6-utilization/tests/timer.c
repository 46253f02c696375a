/* 6A: one deadline, one event, and sleep that misses none. */
#include "host_test.h"

#define EVENTS 0x3000ull
#define MS     1000000ull

static void set_up(void)
{
	assert_int_equal(call(PV_HC_EVENT_SETUP, EVENTS, 0x40, 0), 0);
}

static void set_timer(uint64_t deadline)
{
	int64_t answer = call(PV_HC_SET_TIMER, deadline, 0, 0);

	if (fault[0])
		fail_msg("it stopped the VM");
	assert_int_equal(answer, 0);
}

/* What came until that time. */
static uint64_t events_at(uint64_t time)
{
	now_ns = time;
	timer_queue_run(&vm.timers, now_ns);
	return take_events(EVENTS);
}

static void expect_event(uint64_t time, bool wanted)
{
	bool came = events_at(time) == 1 << PV_EVENT_TIMER;

	if (came != wanted)
		fail_msg("%s at %lu ns", came ? "a timer's event that nobody asked for" : "no timer's event", time);
}

static void one_event_at_the_deadline(void **state)
{
	uint64_t deadline = now_ns + 10 * MS;

	(void)state;
	set_up();
	set_timer(deadline);
	expect_event(deadline - 1, false);
	expect_event(deadline, true);
	expect_event(deadline + 1, false);
	expect_event(deadline + 1000 * MS, false);
	assert_int_equal(timer_queue_next(&vm.timers), TIMER_NEVER);
}

static void a_call_replaces_the_one_before(void **state)
{
	uint64_t start = now_ns;

	(void)state;
	set_up();
	set_timer(start + 10 * MS);
	set_timer(start + 20 * MS);
	expect_event(start + 10 * MS, false);
	expect_event(start + 20 * MS, true);
	set_timer(start + 40 * MS);
	set_timer(start + 30 * MS);
	expect_event(start + 30 * MS, true);
	expect_event(start + 40 * MS, false);
}

static void zero_takes_it_back(void **state)
{
	uint64_t start = now_ns;

	(void)state;
	set_up();
	set_timer(start + 10 * MS);
	set_timer(0);
	assert_int_equal(timer_queue_next(&vm.timers), TIMER_NEVER);
	expect_event(start + 10 * MS, false);
	set_timer(start + 20 * MS);
	expect_event(start + 20 * MS, true);
}

static void the_past_is_due_at_once(void **state)
{
	(void)state;
	set_up();
	set_timer(1);
	expect_event(now_ns, true);
	set_timer(now_ns);
	expect_event(now_ns, true);
}

static void idle(void)
{
	int64_t answer = call(PV_HC_IDLE, 0, 0, 0);

	if (fault[0])
		fail_msg("it stopped the VM");
	assert_int_equal(answer, 0);
}

/* And no timer is set for it: a machine where nothing is due does not tick. */
static void idle_sleeps(void **state)
{
	(void)state;
	set_up();
	run_until = 1000;
	idle();
	assert_int_equal(vm.state, VM_BLOCKED);
	assert_int_equal(run_until, 0);
	assert_int_equal(timer_queue_next(&vm.timers), TIMER_NEVER);
}

/* The interrupt waits; then the guest has got it, and has not taken the bits yet. */
static void no_sleep_while_an_event_waits(void **state)
{
	(void)state;
	set_up();
	event_raise(&vm, PV_EVENT_BLOCK);
	idle();
	assert_int_equal(vm.state, VM_RUNNABLE);
	vm.callback = 0;
	idle();
	assert_int_equal(vm.state, VM_RUNNABLE);
	take_events(EVENTS);
	idle();
	assert_int_equal(vm.state, VM_BLOCKED);
}

static void no_sleep_without_an_event_page(void **state)
{
	(void)state;
	assert_int_equal(call(PV_HC_IDLE, 0, 0, 0), -EINVAL);
	assert_int_equal(vm.state, VM_RUNNABLE);
}

static const struct CMUnitTest tests[] = {
	lab_test(one_event_at_the_deadline),
	lab_test(a_call_replaces_the_one_before),
	lab_test(zero_takes_it_back),
	lab_test(the_past_is_due_at_once),
	lab_test(idle_sleeps),
	lab_test(no_sleep_while_an_event_waits),
	lab_test(no_sleep_without_an_event_page),
};

LAB_MAIN(tests)

/* Events, the timer and idling: what reaches the guest, when, and what happens to a guest that takes its event page away. */
#include "paravirt_fakes.h"

#define PAGE   0x3008           /* 8-byte aligned is all that is asked */
#define VECTOR 0x41

static void set_up(void)
{
	assert_int_equal(call(PV_HC_EVENT_SETUP, PAGE, VECTOR, 0), 0);
}

static const struct {
	uint64_t address, vector;
	int64_t result;
} setups[] = {
	{ 0, 32, 0 },
	{ PAGE, 255, 0 },
	{ GUEST_BYTES - 8, 32, 0 },
	{ PAGE + 1, 32, -EINVAL },
	{ PAGE + 4, 32, -EINVAL },
	{ PAGE, 0, -EINVAL },
	{ PAGE, 31, -EINVAL },
	{ PAGE, 256, -EINVAL },
	{ PAGE, 0x100000020, -EINVAL },
	{ GUEST_BYTES, 32, -EFAULT },
	{ UNMAPPED + 8 - UNMAPPED % 8, 32, -EFAULT },
	{ 1ull << 48, 32, -EFAULT },
	{ UINT64_MAX - 7, 32, -EFAULT },
};

static void setup_checks_page_and_vector(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(setups); i++)
		assert_int_equal(call(PV_HC_EVENT_SETUP, setups[i].address, setups[i].vector, 0), setups[i].result);
	assert_int_equal(vm.callback, 0);
}

static void an_event_sets_its_bit_and_asks_once(void **state)
{
	(void)state;
	set_up();
	event_raise(&vm, PV_EVENT_BLOCK);
	assert_int_equal(vm.callback, VECTOR);
	assert_int_equal(peek64(PAGE), 1 << PV_EVENT_BLOCK);
	vm.callback = 0;                        /* as when it is injected */
	assert_int_equal(vm.callback, 0);
	event_raise(&vm, PV_EVENT_TIMER);       /* the callback has not looked yet, and will see this one as well */
	assert_int_equal(vm.callback, 0);
	assert_int_equal(take_events(PAGE), 1 << PV_EVENT_BLOCK | 1 << PV_EVENT_TIMER);
	event_raise(&vm, PV_EVENT_CONSOLE);
	assert_int_equal(vm.callback, VECTOR);
	assert_int_equal(take_events(PAGE), 1 << PV_EVENT_CONSOLE);
}

static void neighbours_of_the_bitmap_stay(void **state)
{
	uint64_t pattern = 0x1122334455667788;

	(void)state;
	poke(PAGE - 8, &pattern, 8);
	poke(PAGE + 8, &pattern, 8);
	set_up();
	event_raise(&vm, PV_EVENT_TIMER);
	assert_int_equal(peek64(PAGE - 8), pattern);
	assert_int_equal(peek64(PAGE + 8), pattern);
}

static void early_events_come_with_the_setup(void **state)
{
	(void)state;
	event_raise(&vm, PV_EVENT_CONSOLE);
	event_raise(&vm, PV_EVENT_TIMER);
	assert_int_equal(vm.callback, 0);
	set_up();
	assert_int_equal(vm.callback, VECTOR);
	assert_int_equal(take_events(PAGE), 1 << PV_EVENT_CONSOLE | 1 << PV_EVENT_TIMER);
	vm.callback = 0;
	set_up();
	assert_int_equal(vm.callback, 0);
	assert_int_equal(peek64(PAGE), 0);
}

static void a_lost_page_stops_the_guest(void **state)
{
	(void)state;
	set_up();
	give_page(PAGE & ~0xfffull);
	event_raise(&vm, PV_EVENT_TIMER);
	assert_int_equal(vm.state, VM_FAULTED);
	assert_non_null(strstr(fault, "event page"));
	assert_int_equal(vm.callback, 0);
}

static void a_stopped_guest_gets_no_events(void **state)
{
	(void)state;
	set_up();
	vm.state = VM_OFF;
	event_raise(&vm, PV_EVENT_TIMER);
	assert_int_equal(vm.callback, 0);
	assert_int_equal(peek64(PAGE), 0);
	vm.state = VM_FAULTED;
	event_raise(&vm, PV_EVENT_TIMER);
	assert_int_equal(peek64(PAGE), 0);
}

/* An enlightened guest's 8259 has an interrupt as well: each has its own line. */
static void an_event_comes_beside_the_controllers_interrupt(void **state)
{
	(void)state;
	set_up();
	vm_set_interrupt(&vm, true);
	run_until = 1000;
	event_raise(&vm, PV_EVENT_BLOCK);
	assert_int_equal(run_until, 0);
	assert_true(vm.interrupt_pending);
	vm_set_interrupt(&vm, false);
	assert_int_equal(vm.callback, VECTOR);
	assert_true(vm_interrupt_waits(&vm));
	vm.callback = 0;
	assert_false(vm_interrupt_waits(&vm));
}

/* ---- Idle ---- */

static void idle_blocks_until_an_event(void **state)
{
	(void)state;
	set_up();
	assert_int_equal(call(PV_HC_IDLE, 0, 0, 0), 0);
	assert_int_equal(vm.state, VM_BLOCKED);
	event_raise(&vm, PV_EVENT_TIMER);
	assert_true(vm_interrupt_waits(&vm));   /* by which the scheduler wakes it */
}

static void idle_returns_if_something_waits(void **state)
{
	(void)state;
	set_up();
	event_raise(&vm, PV_EVENT_TIMER);
	call(PV_HC_IDLE, 0, 0, 0);
	assert_int_equal(vm.state, VM_RUNNABLE);
	vm.callback = 0;                        /* injected, but the handler has not taken the bits */
	call(PV_HC_IDLE, 0, 0, 0);
	assert_int_equal(vm.state, VM_RUNNABLE);
	take_events(PAGE);
	call(PV_HC_IDLE, 0, 0, 0);
	assert_int_equal(vm.state, VM_BLOCKED);
}

static void idle_returns_if_the_callback_is_due(void **state)
{
	(void)state;
	set_up();
	event_raise(&vm, PV_EVENT_TIMER);
	take_events(PAGE);                      /* the guest looked by itself, before the callback came */
	call(PV_HC_IDLE, 0, 0, 0);
	assert_int_equal(vm.state, VM_RUNNABLE);
}

static void idle_returns_if_the_controller_has_an_interrupt(void **state)
{
	(void)state;
	set_up();
	vm_set_interrupt(&vm, true);
	call(PV_HC_IDLE, 0, 0, 0);
	assert_int_equal(vm.state, VM_RUNNABLE);
}

static void idle_without_an_event_page_would_never_end(void **state)
{
	(void)state;
	assert_int_equal(call(PV_HC_IDLE, 0, 0, 0), -EINVAL);
	assert_int_equal(vm.state, VM_RUNNABLE);
}

/* ---- The timer ---- */

static void the_timer_fires_once_at_its_deadline(void **state)
{
	(void)state;
	set_up();
	assert_int_equal(call(PV_HC_SET_TIMER, now_ns + 1000, 0, 0), 0);
	timer_queue_run(&vm.timers, now_ns + 999);
	assert_int_equal(peek64(PAGE), 0);
	timer_queue_run(&vm.timers, now_ns + 1000);
	assert_int_equal(take_events(PAGE), 1 << PV_EVENT_TIMER);
	timer_queue_run(&vm.timers, UINT64_MAX);
	assert_int_equal(peek64(PAGE), 0);
}

static void a_later_call_replaces_the_deadline(void **state)
{
	(void)state;
	set_up();
	call(PV_HC_SET_TIMER, 100, 0, 0);
	call(PV_HC_SET_TIMER, 300, 0, 0);
	timer_queue_run(&vm.timers, 200);
	assert_int_equal(peek64(PAGE), 0);
	call(PV_HC_SET_TIMER, 0, 0, 0);
	timer_queue_run(&vm.timers, UINT64_MAX);
	assert_int_equal(peek64(PAGE), 0);
}

static void extreme_deadlines(void **state)
{
	(void)state;
	set_up();
	call(PV_HC_SET_TIMER, UINT64_MAX, 0, 0);
	timer_queue_run(&vm.timers, UINT64_MAX - 1);
	assert_int_equal(peek64(PAGE), 0);
	call(PV_HC_SET_TIMER, 1, 0, 0);         /* long past: due at once */
	timer_queue_run(&vm.timers, now_ns);
	assert_int_equal(peek64(PAGE), 1 << PV_EVENT_TIMER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		guest_test(setup_checks_page_and_vector),
		guest_test(an_event_sets_its_bit_and_asks_once),
		guest_test(neighbours_of_the_bitmap_stay),
		guest_test(early_events_come_with_the_setup),
		guest_test(a_lost_page_stops_the_guest),
		guest_test(a_stopped_guest_gets_no_events),
		guest_test(an_event_comes_beside_the_controllers_interrupt),
		guest_test(idle_blocks_until_an_event),
		guest_test(idle_returns_if_something_waits),
		guest_test(idle_returns_if_the_callback_is_due),
		guest_test(idle_returns_if_the_controller_has_an_interrupt),
		guest_test(idle_without_an_event_page_would_never_end),
		guest_test(the_timer_fires_once_at_its_deadline),
		guest_test(a_later_call_replaces_the_deadline),
		guest_test(extreme_deadlines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

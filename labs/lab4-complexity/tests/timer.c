/* 4B: what the hypervisor is asked for. */
#include "guest.h"
#include "host_main.h"

#define SECOND 1000000000ull

static uint64_t now_ticks;                      /* one for each nanosecond, by the page below */
static uint64_t asked[4];
static unsigned calls;

static inline void write_msr(uint32_t msr, uint64_t value)
{
	struct pvclock_time_info *page = (struct pvclock_time_info *)(value & ~1ull);

	assert_int_equal(msr, MSR_KVM_SYSTEM_TIME_NEW);
	*page = (struct pvclock_time_info){ .version = 2, .tsc_to_system_mul = 1u << 31, .tsc_shift = 1 };
}

static inline uint64_t read_tsc(void)
{
	return now_ticks;
}

static inline int64_t hypercall(enum pv_hypercall number, uint64_t rbx, uint64_t rcx, uint64_t rdx)
{
	assert_int_equal(number, PV_HC_SET_TIMER);
	assert_in_range(calls, 0, 3);
	asked[calls++] = rbx;
	return 0;
}

#include "guest-paravirt/machine/timer.c"

static int setup(void **state)
{
	calls = 0;
	now_ticks = 7 * SECOND;                 /* the hypervisor runs for 7 s when this kernel starts */
	timer_init();
	return 0;
}

static void asked_for(unsigned call, uint64_t deadline)
{
	if (asked[call] != deadline)
		fail_msg("the deadline is %lu instead of %lu, in ns; the kernel started at 7 s of the hypervisor's clock", asked[call], deadline);
}

static void a_deadline_is_the_hypervisors_time(void **state)
{
	machine_timer_set(2 * SECOND);
	assert_int_equal(calls, 1);
	asked_for(0, 9 * SECOND);
	machine_timer_set(SECOND);              /* a later call replaces it */
	assert_int_equal(calls, 2);
	asked_for(1, 8 * SECOND);
}

static void never_is_zero(void **state)
{
	machine_timer_set(SECOND);
	machine_timer_set(UINT64_MAX);
	assert_int_equal(calls, 2);
	asked_for(1, 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup(a_deadline_is_the_hypervisors_time, setup),
	cmocka_unit_test_setup(never_is_zero, setup),
};

LAB_MAIN(tests)

/* The timer queue, and the clocks over a CMOS clock and a TSC that the test plays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "backend/clock.h"
#include "hw/cmos.h"
#include "hw/tsc.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* ---- Below: a TSC that began long ago, one nanosecond a tick ---- */

static uint64_t boot_tsc;

struct tsc_scale tsc_to_ns_scale(void) { return (struct tsc_scale){ .mul = 0x80000000u, .shift = 1 }; }
uint64_t tsc_scale(struct tsc_scale scale, uint64_t tsc) { return (unsigned __int128)(tsc << scale.shift) * scale.mul >> 32; }
uint64_t tsc_at_boot(void) { return boot_tsc; }
uint64_t tsc_stood_still(void) { return 0; }
uint64_t cmos_read_seconds(void) { return 1700000000; }

static void clock_counts_from_boot(void **state)
{
	(void)state;
	boot_tsc = rdtsc();
	uint64_t first = clock_now_ns(), second = clock_now_ns();
	assert_true(first <= second && second <= rdtsc() - boot_tsc);
}

/* CMOS was read 7 s after boot and said 1700000000: that is what the wall clock shows then, and a second later one more. */
static void wall_clock_starts_from_the_cmos_clock(void **state)
{
	(void)state;
	boot_tsc = rdtsc() - 7000000000;
	clock_init();
	assert_int_equal(clock_wall_seconds(), 1700000000);
	boot_tsc -= 1000000000;
	assert_int_equal(clock_wall_seconds(), 1700000001);
}

/* ---- The queue ---- */

static struct timer_queue queue;
static struct timer timers[4];
static char order[32];
static struct timer *victim;
static uint64_t again_at;

static void note(void *context)
{
	size_t n = strlen(order);

	order[n] = (char)('a' + ((struct timer *)context - timers));
	order[n + 1] = '\0';
}

static void note_and_cancel(void *context)
{
	note(context);
	timer_cancel(victim);
}

static void note_and_rearm(void *context)
{
	note(context);
	timer_set(context, again_at);
}

static int setup(void **state)
{
	(void)state;
	memset(&queue, 0, sizeof(queue));
	order[0] = '\0';
	for (size_t i = 0; i < LENGTH(timers); i++)
		timer_init(&timers[i], &queue, note, &timers[i]);
	return 0;
}

static void runs_what_is_due_soonest_first(void **state)
{
	(void)state;
	timer_set(&timers[0], 300);
	timer_set(&timers[1], 100);
	timer_set(&timers[2], 200);
	timer_set(&timers[3], 301);
	assert_int_equal(timer_queue_next(&queue), 100);
	timer_queue_run(&queue, 99);
	assert_string_equal(order, "");
	timer_queue_run(&queue, 300);
	assert_string_equal(order, "bca");
	assert_int_equal(timer_queue_next(&queue), 301);
	assert_false(timers[0].armed);
	timer_queue_run(&queue, 1000);
	timer_queue_run(&queue, 2000);
	assert_string_equal(order, "bcad");
	assert_true(timer_queue_next(&queue) == TIMER_NEVER);
}

static void equal_deadlines_keep_their_order(void **state)
{
	(void)state;
	timer_set(&timers[2], 5);
	timer_set(&timers[0], 5);
	timer_set(&timers[1], 5);
	timer_queue_run(&queue, 5);
	assert_string_equal(order, "cab");
}

static void setting_again_replaces(void **state)
{
	(void)state;
	timer_set(&timers[0], 10);
	timer_set(&timers[1], 20);
	timer_set(&timers[0], 30);
	timer_queue_run(&queue, 20);
	assert_string_equal(order, "b");
	timer_queue_run(&queue, 30);
	assert_string_equal(order, "ba");
}

static void cancel_takes_out_any(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++)
		timer_set(&timers[i], 10 * i);
	timer_cancel(&timers[0]);
	timer_cancel(&timers[2]);
	timer_cancel(&timers[2]);
	timer_set(&timers[3], TIMER_NEVER);
	timer_queue_run(&queue, UINT64_MAX - 1);
	assert_string_equal(order, "b");
	assert_null(queue.first);
}

static void expired_may_cancel_another_that_is_due(void **state)
{
	(void)state;
	timers[0].expired = note_and_cancel;
	victim = &timers[1];
	timer_set(&timers[0], 1);
	timer_set(&timers[1], 2);
	timer_set(&timers[2], 3);
	timer_queue_run(&queue, 10);
	assert_string_equal(order, "ac");
}

/* A timer that arms itself for the past must not hold the run for ever: once a run. The later ones still come. */
static void rearmed_for_the_past_waits_for_the_next_run(void **state)
{
	(void)state;
	timers[0].expired = note_and_rearm;
	again_at = 1;
	timer_set(&timers[0], 1);
	timer_set(&timers[1], 2);
	timer_queue_run(&queue, 10);
	assert_string_equal(order, "ab");
	timer_queue_run(&queue, 10);
	assert_string_equal(order, "aba");
	again_at = 50;
	timer_queue_run(&queue, 10);
	timer_queue_run(&queue, 49);
	assert_string_equal(order, "abaa");
	assert_int_equal(timer_queue_next(&queue), 50);
}

#define queue_test(function) cmocka_unit_test_setup(function, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clock_counts_from_boot),
		cmocka_unit_test(wall_clock_starts_from_the_cmos_clock),
		queue_test(runs_what_is_due_soonest_first),
		queue_test(equal_deadlines_keep_their_order),
		queue_test(setting_again_replaces),
		queue_test(cancel_takes_out_any),
		queue_test(expired_may_cancel_another_that_is_due),
		queue_test(rearmed_for_the_past_waits_for_the_next_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

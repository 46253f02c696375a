/* The 8254: counting modes, latches and status, channel 2's gate, and channel 0's edges in time. */
#include "fullvirt_fakes.h"
#include "fullvirt/devices.h"

#define PIT_HZ 1193182ull
enum { CHANNEL0 = 0x40, CHANNEL2 = 0x42, CONTROL = 0x43, PORT61 = 0x61 };

static unsigned pulses;                         /* rises of the line, a fall and a rise in one instant included */

static void line_set(void *controller, unsigned irq, bool level)
{
	pulses += level && !wire.level;
	wire_set(controller, irq, level);
}

static int setup(void **state)
{
	(void)state;
	fakes_reset();
	pit8254_create(ports, (struct irq_line){ .set = line_set }, &vm);
	pulses = 0;
	return 0;
}

/* The first nanosecond of the chip's n-th tick. */
static uint64_t ns_of(uint64_t ticks)
{
	return ticks / PIT_HZ * SECOND + (ticks % PIT_HZ * SECOND + PIT_HZ - 1) / PIT_HZ;
}

static void run_to(uint64_t ns)
{
	while (timer_queue_next(&vm.timers) <= ns) {
		now_ns = timer_queue_next(&vm.timers);
		timer_queue_run(&vm.timers, now_ns);
	}
	now_ns = ns;
}

static void at_tick(uint64_t tick)
{
	run_to(ns_of(tick));
}

static void program(unsigned channel, uint8_t control, unsigned count)
{
	out8(CONTROL, channel << 6 | control);
	out8(CHANNEL0 + channel, count & 0xff);
	if ((control & 0x30) == 0x30)
		out8(CHANNEL0 + channel, count >> 8);
}

static unsigned read_both_bytes(unsigned channel)
{
	unsigned low = in8(CHANNEL0 + channel);

	return low | in8(CHANNEL0 + channel) << 8;
}

static unsigned counter(unsigned channel)
{
	out8(CONTROL, channel << 6);
	return read_both_bytes(channel);
}

static uint8_t status(unsigned channel)
{
	out8(CONTROL, 0xe0 | 2 << channel);
	return in8(CHANNEL0 + channel);
}

static bool out2(void)
{
	return in8(PORT61) & 0x20;
}

/* Channel 2 programmed at tick 0 with its gate open; what the counter and OUT show at later ticks. */
static void each_mode_counts_by_the_data_sheet(void **state)
{
	static const struct { const char *what; uint8_t control; unsigned count; uint64_t tick; unsigned value; bool out; } rows[] = {
		{ "mode 0, loaded",              0x30, 100,    1, 100,    0 },
		{ "mode 0, counting",            0x30, 100,   41,  60,    0 },
		{ "mode 0, one before",          0x30, 100,  100,   1,    0 },
		{ "mode 0, N + 1 pulses",        0x30, 100,  101,   0,    1 },
		{ "mode 0, wraps, OUT stays",    0x30, 100,  102, 0xffff, 1 },
		{ "mode 0, count 0 is 65536",    0x30, 0,      2, 0xffff, 0 },
		{ "mode 0, count 0, the end",    0x30, 0,  65537,   0,    1 },
		{ "mode 2, loaded",              0x34, 100,    1, 100,    1 },
		{ "mode 2, low at one",          0x34, 100,  100,   1,    0 },
		{ "mode 2, reloaded",            0x34, 100,  101, 100,    1 },
		{ "mode 2, tenth period",        0x34, 100, 1050,  51,    1 },
		{ "mode 2, by its other number", 0x3c, 100,  100,   1,    0 },
		{ "mode 2, count 1 is 2",        0x34, 1,      1,   2,    1 },
		{ "mode 3, loaded",              0x36, 100,    1, 100,    1 },
		{ "mode 3, by two",              0x36, 100,   11,  80,    1 },
		{ "mode 3, end of high half",    0x36, 100,   50,   2,    1 },
		{ "mode 3, low half",            0x36, 100,   51, 100,    0 },
		{ "mode 3, end of low half",     0x36, 100,  100,   2,    0 },
		{ "mode 3, next period",         0x36, 100,  101, 100,    1 },
		{ "mode 3 odd, loaded",          0x36, 5,      1,   4,    1 },
		{ "mode 3 odd, three high",      0x36, 5,      3,   0,    1 },
		{ "mode 3 odd, two low",         0x36, 5,      4,   4,    0 },
		{ "mode 3 odd, last low",        0x36, 5,      5,   2,    0 },
		{ "mode 3 odd, next period",     0x36, 5,      6,   4,    1 },
		{ "mode 3, by its other number", 0x3e, 100,   51, 100,    0 },
		{ "mode 4, counting",            0x38, 100,  100,   1,    1 },
		{ "mode 4, strobe",              0x38, 100,  101,   0,    0 },
		{ "mode 4, after it",            0x38, 100,  102, 0xffff, 1 },
	};

	for (unsigned i = 0; i < LENGTH(rows); i++) {
		setup(state);
		out8(PORT61, 1);
		program(2, rows[i].control, rows[i].count);
		at_tick(rows[i].tick);
		if (counter(2) != rows[i].value || out2() != rows[i].out)
			fail_msg("%s: counter 0x%x, OUT %d", rows[i].what, counter(2), out2());
	}
}

static void modes_1_and_5_and_bcd_are_refused(void **state)
{
	static const uint8_t refused[] = { 0x32, 0x3a, 0x31, 0x35, 0x37 };

	(void)state;
	program(2, 0x34, 100);
	for (unsigned i = 0; i < LENGTH(refused); i++) {
		out8(CONTROL, 0x80 | refused[i]);
		assert_int_equal(log_lines, i + 1);
		assert_int_equal(status(2) & 0x3f, 0x34);
	}
}

static void a_closed_gate_holds_mode_0_and_reloads_modes_2_and_3(void **state)
{
	(void)state;
	program(2, 0x30, 100);
	at_tick(50);
	assert_int_equal(counter(2), 100);
	out8(PORT61, 1);
	at_tick(80);
	assert_int_equal(counter(2), 70);
	out8(PORT61, 0);
	at_tick(500);
	assert_int_equal(counter(2), 70);
	assert_false(out2());
	out8(PORT61, 1);
	at_tick(569);
	assert_false(out2());
	at_tick(570);
	assert_true(out2());

	program(2, 0x36, 100);
	at_tick(640);
	assert_false(out2());
	out8(PORT61, 0);
	assert_true(out2());                            /* "OUT is set high immediately" */
	at_tick(700);
	out8(PORT61, 1);
	at_tick(701);
	assert_int_equal(counter(2), 100);
}

static void a_new_count_waits_for_the_period_s_end(void **state)
{
	(void)state;
	out8(PORT61, 1);
	program(2, 0x34, 100);
	at_tick(50);
	out8(CHANNEL2, 10);
	out8(CHANNEL2, 0);
	assert_int_equal(counter(2), 51);
	assert_int_equal(status(2) & 0x40, 0x40);
	at_tick(100);
	assert_int_equal(counter(2), 1);
	at_tick(101);
	assert_int_equal(counter(2), 10);
	assert_int_equal(status(2) & 0x40, 0);
	at_tick(111);
	assert_int_equal(counter(2), 10);
}

static void half_a_count_stops_mode_0(void **state)
{
	(void)state;
	out8(PORT61, 1);
	program(2, 0x30, 100);
	at_tick(200);
	assert_true(out2());
	out8(CHANNEL2, 5);
	assert_false(out2());
	at_tick(1000);
	assert_false(out2());
	out8(CHANNEL2, 0);
	at_tick(1006);
	assert_true(out2());
}

static void access_modes_choose_the_bytes(void **state)
{
	(void)state;
	out8(PORT61, 1);
	program(2, 0x10, 0x80);                         /* low byte only */
	at_tick(1);
	assert_int_equal(in8(CHANNEL2), 0x80);
	assert_int_equal(in8(CHANNEL2), 0x80);
	program(2, 0x20, 0x12);                         /* high byte only: 0x1200 */
	at_tick(2);
	assert_int_equal(in8(CHANNEL2), 0x12);
	at_tick(3);
	assert_int_equal(in8(CHANNEL2), 0x11);
	program(2, 0x30, 0x1234);
	at_tick(4);
	assert_int_equal(in8(CHANNEL2), 0x34);
	assert_int_equal(in8(CHANNEL2), 0x12);
}

static void a_latched_count_holds_until_it_is_read(void **state)
{
	(void)state;
	out8(PORT61, 1);
	program(2, 0x30, 0x1234);
	at_tick(1);
	out8(CONTROL, 0x80);
	at_tick(0x100);
	out8(CONTROL, 0x80);                            /* ignored: the first still waits */
	assert_int_equal(in8(CHANNEL2), 0x34);
	at_tick(0x200);
	assert_int_equal(in8(CHANNEL2), 0x12);
	assert_int_equal(in8(CHANNEL2), 0x35);          /* 0x1234 - 0x1ff: live again */
}

static void read_back_gives_status_before_count(void **state)
{
	(void)state;
	out8(PORT61, 1);
	program(2, 0x34, 0x1000);
	at_tick(1);
	out8(CONTROL, 0xc8);                            /* channel 2: both */
	at_tick(50);
	assert_int_equal(in8(CHANNEL2), 0xb4);          /* OUT high, not null, both bytes, mode 2 */
	assert_int_equal(in8(CHANNEL2), 0x00);
	assert_int_equal(in8(CHANNEL2), 0x10);
	out8(CONTROL, 0xd8);                            /* count only */
	assert_int_equal(read_both_bytes(2), 0x1000 - 49);
}

static void read_back_latches_several_channels_at_one_moment(void **state)
{
	(void)state;
	out8(PORT61, 1);
	program(0, 0x34, 5000);
	program(2, 0x34, 5000);
	at_tick(101);
	out8(CONTROL, 0xda);
	at_tick(300);
	assert_int_equal(read_both_bytes(0), 4900);
	assert_int_equal(read_both_bytes(2), 4900);
}

static void null_count_until_the_count_is_loaded(void **state)
{
	(void)state;
	out8(PORT61, 1);
	out8(CONTROL, 0xb0);
	assert_int_equal(status(2), 0x70);
	out8(CHANNEL2, 10);
	out8(CHANNEL2, 0);
	assert_int_equal(status(2), 0x70);
	at_tick(1);
	assert_int_equal(status(2), 0x30);
}

static void starts_as_firmware_leaves_it(void **state)
{
	(void)state;
	assert_int_equal(status(0) & 0x3f, 0x36);
	run_to(10 * SECOND);
	assert_in_range(pulses, 181, 182);              /* 18.2 Hz */
}

/* After N periods the N-th edge is where the N-th period ends, to the nanosecond. */
static void the_periodic_tick_does_not_drift(void **state)
{
	static const uint8_t controls[] = { 0x34, 0x36 };

	for (unsigned i = 0; i < LENGTH(controls); i++) {
		setup(state);
		program(0, controls[i], 11932);
		pulses = 0;
		for (unsigned n = 1; n <= 20000; n++) {
			assert_int_equal(timer_queue_next(&vm.timers), ns_of(1 + n * 11932ull));
			now_ns = timer_queue_next(&vm.timers);
			timer_queue_run(&vm.timers, now_ns);
			assert_int_equal(pulses, n);
		}
	}
}

static void a_one_shot_gives_one_edge(void **state)
{
	static const struct { uint8_t control; uint64_t tick; } rows[] = { { 0x30, 1001 }, { 0x38, 1002 } };

	for (unsigned i = 0; i < LENGTH(rows); i++) {
		setup(state);
		program(0, rows[i].control, 1000);
		pulses = 0;
		at_tick(rows[i].tick - 1);
		assert_int_equal(pulses, 0);
		at_tick(rows[i].tick);
		assert_int_equal(pulses, 1);
		assert_true(wire.level);
		assert_int_equal(timer_queue_next(&vm.timers), TIMER_NEVER);
	}
}

static void programming_mode_0_lowers_the_line(void **state)
{
	(void)state;
	program(0, 0x34, 1000);
	at_tick(1500);
	assert_true(wire.level);
	program(0, 0x30, 1000);
	assert_false(wire.level);
}

/* The VM slept through ten periods: ten edges, never two at once, at most four times as fast; then back in step. */
static void late_edges_are_made_up_for(void **state)
{
	const uint64_t period = ns_of(11932);
	uint64_t last;

	(void)state;
	program(0, 0x34, 11932);
	pulses = 0;
	now_ns = last = ns_of(1 + 10 * 11932ull) + 1000;
	timer_queue_run(&vm.timers, now_ns);
	assert_int_equal(pulses, 1);
	while (pulses < 14) {
		now_ns = timer_queue_next(&vm.timers);
		assert_true(now_ns - last >= period / 4 - 2);
		last = now_ns;
		unsigned before = pulses;
		timer_queue_run(&vm.timers, now_ns);
		assert_int_equal(pulses, before + 1);
	}
	assert_int_equal(last, ns_of(1 + 14 * 11932ull));
}

static void more_than_a_second_late_is_given_up(void **state)
{
	(void)state;
	program(0, 0x34, 11932);
	pulses = 0;
	now_ns = 100 * SECOND;
	timer_queue_run(&vm.timers, now_ns);
	assert_int_equal(pulses, 1);
	assert_true(timer_queue_next(&vm.timers) > now_ns);
	run_to(101 * SECOND);
	assert_in_range(pulses, 100, 102);
}

static void the_fastest_tick_does_not_flood_the_host(void **state)
{
	static const uint8_t controls[] = { 0x34, 0x36 };

	for (unsigned i = 0; i < LENGTH(controls); i++) {
		setup(state);
		program(0, controls[i], 1);
		pulses = 0;
		run_to(SECOND);
		assert_in_range(pulses, 9000, 10001);
	}
}

static void reprogramming_moves_the_next_edge(void **state)
{
	(void)state;
	program(0, 0x34, 50000);
	at_tick(1000);
	program(0, 0x34, 200);
	pulses = 0;
	at_tick(1200);
	assert_int_equal(pulses, 0);
	at_tick(1201);
	assert_int_equal(pulses, 1);
	out8(CHANNEL0, 100);                            /* a new count alone: from the next period */
	out8(CHANNEL0, 0);
	at_tick(1400);
	assert_int_equal(pulses, 1);
	at_tick(1401);
	assert_int_equal(pulses, 2);
	assert_int_equal(timer_queue_next(&vm.timers) > ns_of(1401), true);
}

static void port_61_shows_refresh_and_keeps_its_four_bits(void **state)
{
	(void)state;
	out8(PORT61, 0xff);
	assert_int_equal(in8(PORT61) & 0xcf, 0x0f);
	at_tick(17);
	uint8_t before = in8(PORT61) & 0x10;
	at_tick(17 + 18);
	assert_int_equal(in8(PORT61) & 0x10, before ^ 0x10);
	at_tick(17 + 36);
	assert_int_equal(in8(PORT61) & 0x10, before);
}

static void any_sequence_of_accesses_keeps_going(void **state)
{
	uint32_t random = 3;

	(void)state;
	for (unsigned i = 0; i < 100000; i++) {
		random = random * 1664525 + 1013904223;
		uint16_t port = random >> 28 == 15 ? PORT61 : CHANNEL0 + (random >> 26) % 4;

		if (random >> 25 & 1)
			in8(port);
		else
			out8(port, random >> 8);
		if (random % 3 == 0)
			run_to(now_ns + random % 300000);
		assert_true(timer_queue_next(&vm.timers) > now_ns);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_mode_counts_by_the_data_sheet, setup),
		cmocka_unit_test_setup(modes_1_and_5_and_bcd_are_refused, setup),
		cmocka_unit_test_setup(a_closed_gate_holds_mode_0_and_reloads_modes_2_and_3, setup),
		cmocka_unit_test_setup(a_new_count_waits_for_the_period_s_end, setup),
		cmocka_unit_test_setup(half_a_count_stops_mode_0, setup),
		cmocka_unit_test_setup(access_modes_choose_the_bytes, setup),
		cmocka_unit_test_setup(a_latched_count_holds_until_it_is_read, setup),
		cmocka_unit_test_setup(read_back_gives_status_before_count, setup),
		cmocka_unit_test_setup(read_back_latches_several_channels_at_one_moment, setup),
		cmocka_unit_test_setup(null_count_until_the_count_is_loaded, setup),
		cmocka_unit_test_setup(starts_as_firmware_leaves_it, setup),
		cmocka_unit_test_setup(the_periodic_tick_does_not_drift, setup),
		cmocka_unit_test_setup(a_one_shot_gives_one_edge, setup),
		cmocka_unit_test_setup(programming_mode_0_lowers_the_line, setup),
		cmocka_unit_test_setup(late_edges_are_made_up_for, setup),
		cmocka_unit_test_setup(more_than_a_second_late_is_given_up, setup),
		cmocka_unit_test_setup(the_fastest_tick_does_not_flood_the_host, setup),
		cmocka_unit_test_setup(reprogramming_moves_the_next_edge, setup),
		cmocka_unit_test_setup(port_61_shows_refresh_and_keeps_its_four_bits, setup),
		cmocka_unit_test_setup(any_sequence_of_accesses_keeps_going, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

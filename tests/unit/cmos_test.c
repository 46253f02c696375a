/* The MC146818: time and date, UIP, what a guest cannot change, and the memory that firmware fills. */
#include <time.h>
#include "fullvirt_fakes.h"
#include "fullvirt/devices.h"

#define MIB (1024ull * 1024)
enum { SECONDS = 0x00, MINUTES = 0x02, HOURS = 0x04, DAY_OF_WEEK = 0x06, DATE = 0x07, MONTH = 0x08, YEAR = 0x09, CENTURY = 0x32 };
enum { A = 0x0a, B = 0x0b, C = 0x0c, D = 0x0d };

static void boot(uint64_t memory)
{
	fakes_reset();
	wall_seconds_at_0 = 1709164799;                 /* 2024-02-28 23:59:59 UTC, a Wednesday */
	vm.memory.size = memory;
	cmos_create(ports, &vm);
}

static int setup(void **state)
{
	(void)state;
	boot(16 * MIB);
	return 0;
}

static uint8_t get(uint8_t address)
{
	out8(0x70, address);
	return in8(0x71);
}

static void put(uint8_t address, uint8_t value)
{
	out8(0x70, address);
	out8(0x71, value);
}

static void assert_time(const uint8_t expect[8])
{
	static const uint8_t addresses[8] = { CENTURY, YEAR, MONTH, DATE, DAY_OF_WEEK, HOURS, MINUTES, SECONDS };

	for (unsigned i = 0; i < 8; i++)
		if (get(addresses[i]) != expect[i])
			fail_msg("register 0x%x reads 0x%x, not 0x%x", addresses[i], get(addresses[i]), expect[i]);
}

static void the_time_is_the_machine_s_in_bcd(void **state)
{
	(void)state;
	assert_int_equal(get(B), 0x02);
	assert_time((uint8_t[]){ 0x20, 0x24, 0x02, 0x28, 4, 0x23, 0x59, 0x59 });
	now_ns = SECOND;
	assert_time((uint8_t[]){ 0x20, 0x24, 0x02, 0x29, 5, 0x00, 0x00, 0x00 });
	now_ns += 86400 * SECOND;
	assert_time((uint8_t[]){ 0x20, 0x24, 0x03, 0x01, 6, 0x00, 0x00, 0x00 });
}

static void uip_announces_the_next_second(void **state)
{
	(void)state;
	assert_int_equal(get(A), 0x26);
	now_ns = SECOND - 245000;
	assert_int_equal(get(A), 0x26);
	now_ns = SECOND - 243000;
	assert_int_equal(get(A), 0xa6);
	now_ns = SECOND;
	assert_int_equal(get(A), 0x26);
}

/* Written, they read as before; it is logged unless the value is what was there. */
static void the_clock_s_registers_cannot_be_changed(void **state)
{
	static const struct { uint8_t address, value, reads; bool logs; } rows[] = {
		{ B, 0x02, 0x02, false }, { B, 0x06, 0x02, true }, { B, 0x72, 0x02, true }, { B, 0x82, 0x02, true },
		{ C, 0xff, 0x00, true }, { D, 0x00, 0x80, true }, { A, 0x26, 0x26, false }, { A, 0xff, 0x26, true },
		{ SECONDS, 0x30, 0x59, true }, { 0x01, 0x30, 0x00, true }, { YEAR, 0x99, 0x24, true }, { CENTURY, 0x19, 0x20, true },
	};

	for (unsigned i = 0; i < LENGTH(rows); i++) {
		setup(state);
		put(rows[i].address, rows[i].value);
		assert_int_equal(get(rows[i].address), rows[i].reads);
		assert_int_equal(log_lines > 0, rows[i].logs);
	}
}

static void any_sequence_of_accesses_keeps_going(void **state)
{
	uint32_t random = 1;

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		random = random * 1664525 + 1013904223;
		put(random >> 24, random >> 16);
		get(random >> 8);
	}
}

static void bit_7_of_the_address_is_not_an_address(void **state)
{
	(void)state;
	put(0x40, 0x99);
	assert_int_equal(get(0xc0), 0x99);
	assert_int_equal(in8(0x70), 0xff);
}

static void memory_sizes_are_where_firmware_leaves_them(void **state)
{
	static const struct { uint64_t bytes; uint16_t above_1m, above_16m; } rows[] = {
		{ 8 * MIB, 7 * 1024, 0 }, { 16 * MIB, 15 * 1024, 0 }, { 24 * MIB, 23 * 1024, 128 },
		{ 64 * MIB, 63 * 1024, 768 }, { 128 * MIB, 0xffff, 1792 }, { 512 * 1024, 0, 0 },
	};

	(void)state;
	for (unsigned i = 0; i < LENGTH(rows); i++) {
		boot(rows[i].bytes);
		assert_int_equal(get(0x15) | get(0x16) << 8, 640);
		assert_int_equal(get(0x17) | get(0x18) << 8, rows[i].above_1m);
		assert_int_equal(get(0x30) | get(0x31) << 8, rows[i].above_1m);
		assert_int_equal(get(0x34) | get(0x35) << 8, rows[i].above_16m);
		assert_int_equal(get(0x5b) | get(0x5c) | get(0x5d), 0);
	}
}

static unsigned decoded(uint8_t address)
{
	uint8_t byte = get(address);

	return (byte >> 4) * 10u + (byte & 15);
}

/* Against the C library of the host, which has its own calendar. */
static void the_calendar_agrees_with_the_host_s(void **state)
{
	(void)state;
	for (uint64_t seconds = 0; seconds < 9000000000ull; seconds += 12345677) {
		time_t t = seconds;
		struct tm host;

		wall_seconds_at_0 = seconds;
		gmtime_r(&t, &host);
		assert_int_equal(decoded(CENTURY) * 100 + decoded(YEAR), host.tm_year + 1900);
		assert_int_equal(decoded(MONTH), host.tm_mon + 1);
		assert_int_equal(decoded(DATE), host.tm_mday);
		assert_int_equal(decoded(DAY_OF_WEEK), host.tm_wday + 1);
		assert_int_equal(decoded(HOURS), host.tm_hour);
		assert_int_equal(decoded(MINUTES), host.tm_min);
		assert_int_equal(decoded(SECONDS), host.tm_sec);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_time_is_the_machine_s_in_bcd, setup),
		cmocka_unit_test_setup(any_sequence_of_accesses_keeps_going, setup),
		cmocka_unit_test_setup(uip_announces_the_next_second, setup),
		cmocka_unit_test_setup(the_clock_s_registers_cannot_be_changed, setup),
		cmocka_unit_test_setup(bit_7_of_the_address_is_not_an_address, setup),
		cmocka_unit_test_setup(memory_sizes_are_where_firmware_leaves_them, setup),
		cmocka_unit_test_setup(the_calendar_agrees_with_the_host_s, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

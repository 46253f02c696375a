/* The MC146818: time in its four forms, setting it, UIP and UF, the memory that firmware fills; and the calendar under it. */
#include <time.h>
#include "fullvirt_fakes.h"
#include "fullvirt/calendar.h"
#include "fullvirt/cmos.h"

#define MIB (1024ull * 1024)
enum { SECONDS = 0x00, MINUTES = 0x02, HOURS = 0x04, DAY_OF_WEEK = 0x06, DATE = 0x07, MONTH = 0x08, YEAR = 0x09, CENTURY = 0x32 };
enum { A = 0x0a, B = 0x0b, C = 0x0c, D = 0x0d };

static void boot(uint64_t memory, bool has_disk)
{
	fakes_reset();
	wall_seconds_at_0 = 1709164799;                 /* 2024-02-28 23:59:59 UTC, a Wednesday */
	cmos_create(ports, &vm, memory, has_disk);
}

static int setup(void **state)
{
	(void)state;
	boot(16 * MIB, true);
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

static void each_hour_in_each_form(void **state)
{
	static const struct { unsigned hour; uint8_t bcd24, bcd12, binary24, binary12; } rows[] = {
		{ 0, 0x00, 0x12, 0, 12 }, { 1, 0x01, 0x01, 1, 1 }, { 11, 0x11, 0x11, 11, 11 },
		{ 12, 0x12, 0x92, 12, 0x8c }, { 13, 0x13, 0x81, 13, 0x81 }, { 23, 0x23, 0x91, 23, 0x8b },
	};

	(void)state;
	for (unsigned i = 0; i < LENGTH(rows); i++) {
		wall_seconds_at_0 = 1709078400 + rows[i].hour * 3600;
		put(B, 0x02);
		assert_int_equal(get(HOURS), rows[i].bcd24);
		put(B, 0x00);
		assert_int_equal(get(HOURS), rows[i].bcd12);
		put(B, 0x06);
		assert_int_equal(get(HOURS), rows[i].binary24);
		put(B, 0x04);
		assert_int_equal(get(HOURS), rows[i].binary12);
		put(B, 0x80);                           /* set it back, in the hardest form */
		put(HOURS, rows[i].bcd12);
		put(B, 0x02);
		assert_int_equal(get(HOURS), rows[i].bcd24);
	}
}

static void the_guest_sets_its_clock_and_it_goes_on_from_there(void **state)
{
	(void)state;
	put(B, 0x82);
	put(DATE, 0x31);                                /* February: the order of the writes must not matter */
	put(MONTH, 0x12);
	put(YEAR, 0x99);
	put(CENTURY, 0x19);
	put(HOURS, 0x23);
	put(MINUTES, 0x59);
	put(SECONDS, 0x58);
	now_ns += 5 * SECOND;
	assert_int_equal(get(SECONDS), 0x58);           /* stopped */
	put(B, 0x02);
	assert_time((uint8_t[]){ 0x19, 0x99, 0x12, 0x31, 6, 0x23, 0x59, 0x58 });
	now_ns += 2 * SECOND;
	assert_time((uint8_t[]){ 0x20, 0x00, 0x01, 0x01, 7, 0x00, 0x00, 0x00 });
	put(MINUTES, 0x30);                             /* without SET, at once */
	assert_int_equal(get(MINUTES), 0x30);
	now_ns += 61 * SECOND;
	assert_int_equal(get(MINUTES), 0x31);
}

static void nonsense_dates_carry_over_and_hurt_nobody(void **state)
{
	uint32_t random = 1;

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		random = random * 1664525 + 1013904223;
		put(random >> 28 == 0 ? B : random >> 28 == 1 ? CENTURY : (random >> 24) % 10, random >> 16);
		get((random >> 8) % 128);
	}
}

static void uip_announces_the_next_second(void **state)
{
	(void)state;
	assert_int_equal(get(A), 0x26);
	now_ns = SECOND - 245000;
	assert_int_equal(get(A), 0x26);
	now_ns = SECOND - 243000;
	assert_int_equal(get(A), 0xa6);
	put(B, 0x82);
	assert_int_equal(get(A), 0x26);
	put(B, 0x02);
	now_ns = SECOND;
	assert_int_equal(get(A), 0x26);
}

static void uf_tells_each_update_once(void **state)
{
	(void)state;
	assert_int_equal(get(C), 0x00);
	now_ns = SECOND;
	assert_int_equal(get(C), 0x10);
	assert_int_equal(get(C), 0x00);
}

static void control_registers(void **state)
{
	static const struct { uint8_t address, value, reads; bool logs; } rows[] = {
		{ A, 0xff, 0x7f, false }, { B, 0x06, 0x06, false }, { B, 0x72, 0x02, true },
		{ C, 0xff, 0x00, false }, { D, 0x00, 0x80, false },
	};

	for (unsigned i = 0; i < LENGTH(rows); i++) {
		setup(state);
		put(rows[i].address, rows[i].value);
		assert_int_equal(get(rows[i].address), rows[i].reads);
		assert_int_equal(log_lines > 0, rows[i].logs);
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
		boot(rows[i].bytes, true);
		assert_int_equal(get(0x15) | get(0x16) << 8, 640);
		assert_int_equal(get(0x17) | get(0x18) << 8, rows[i].above_1m);
		assert_int_equal(get(0x30) | get(0x31) << 8, rows[i].above_1m);
		assert_int_equal(get(0x34) | get(0x35) << 8, rows[i].above_16m);
		assert_int_equal(get(0x5b) | get(0x5c) | get(0x5d), 0);
	}
}

static void the_checksum_covers_the_configuration(void **state)
{
	(void)state;
	for (unsigned disk = 0; disk < 2; disk++) {
		uint16_t sum = 0;

		boot(32 * MIB, disk);
		for (unsigned i = 0x10; i <= 0x2d; i++)
			sum += get(i);
		assert_int_equal(get(0x2e) << 8 | get(0x2f), sum);
		assert_int_equal(get(0x12), disk ? 0xf0 : 0x00);
	}
}

/* Against the C library of the host, which has its own calendar. */
static void the_calendar_agrees_with_the_host_s(void **state)
{
	(void)state;
	for (int64_t seconds = -3000000000ll; seconds < 8000000000ll; seconds += 12345677) {
		struct calendar date = calendar_from_seconds(seconds);
		time_t t = seconds;
		struct tm host;

		gmtime_r(&t, &host);
		assert_int_equal(date.year, host.tm_year + 1900);
		assert_int_equal(date.month, host.tm_mon + 1);
		assert_int_equal(date.day, host.tm_mday);
		assert_int_equal(date.hour, host.tm_hour);
		assert_int_equal(date.minute, host.tm_min);
		assert_int_equal(date.second, host.tm_sec);
		assert_int_equal(date.day_of_week, host.tm_wday);
		assert_int_equal(calendar_to_seconds(&date), seconds);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_time_is_the_machine_s_in_bcd, setup),
		cmocka_unit_test_setup(each_hour_in_each_form, setup),
		cmocka_unit_test_setup(the_guest_sets_its_clock_and_it_goes_on_from_there, setup),
		cmocka_unit_test_setup(nonsense_dates_carry_over_and_hurt_nobody, setup),
		cmocka_unit_test_setup(uip_announces_the_next_second, setup),
		cmocka_unit_test_setup(uf_tells_each_update_once, setup),
		cmocka_unit_test_setup(control_registers, setup),
		cmocka_unit_test_setup(bit_7_of_the_address_is_not_an_address, setup),
		cmocka_unit_test_setup(memory_sizes_are_where_firmware_leaves_them, setup),
		cmocka_unit_test_setup(the_checksum_covers_the_configuration, setup),
		cmocka_unit_test(the_calendar_agrees_with_the_host_s),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

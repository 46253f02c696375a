/* console_write and console_read: whole buffers of a guest that may name any address. */
#include "paravirt_fakes.h"

#define BUFFER 0x10000ull

static const struct {
	uint64_t address, length;
	int64_t result;
} buffers[] = {
	{ BUFFER, 0, 0 },
	{ BUFFER, 1, 1 },
	{ BUFFER + 4090, 100, 100 },                    /* crosses a page */
	{ 0, 65536, 65536 },
	{ BUFFER + 1, 65536, 65536 },
	{ 0x200000 - 100, 200, 200 },                   /* from a large page into a small one */
	{ GUEST_BYTES - 5, 5, 5 },
	{ GUEST_BYTES, 0, 0 },
	{ 0, 65537, -EINVAL },
	{ 0, UINT64_MAX, -EINVAL },
	{ 0, 1ull << 32, -EINVAL },
	{ GUEST_BYTES - 5, 6, -EFAULT },
	{ GUEST_BYTES - 4096, 65536, -EFAULT },
	{ GUEST_BYTES, 1, -EFAULT },
	{ UNMAPPED, 16, -EFAULT },
	{ UINT64_MAX, 1, -EFAULT },
	{ UINT64_MAX - 15, 32, -EFAULT },               /* wraps around to 16 */
	{ UINT64_MAX - 4095, 8192, -EFAULT },
	{ 1ull << 48, 1, -EFAULT },
	{ 1ull << 63, 1, -EFAULT },
};

static void fill_guest(void)
{
	static uint8_t bytes[GUEST_BYTES];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i ^ i >> 8 ^ i >> 16);
	poke(0, bytes, sizeof(bytes));
}

static char byte_at(uint64_t gpa)
{
	return (char)(gpa ^ gpa >> 8 ^ gpa >> 16);
}

static void write_takes_the_bytes_or_prints_nothing(void **state)
{
	(void)state;
	fill_guest();
	for (size_t i = 0; i < LENGTH(buffers); i++) {
		terminal.written = 0;
		terminal.room = sizeof(terminal.output);
		int64_t result = call(PV_HC_CONSOLE_WRITE, buffers[i].address, buffers[i].length, 0);
		if (result != buffers[i].result)
			fail_msg("0x%lx, %lu bytes: %ld", buffers[i].address, buffers[i].length, result);
		assert_int_equal(terminal.written, result > 0 ? result : 0);
		for (int64_t n = 0; n < result; n++)
			assert_int_equal(terminal.output[n], byte_at(buffers[i].address + (uint64_t)n));
	}
	assert_string_equal(fault, "");
}

static void write_stops_at_a_hole(void **state)
{
	(void)state;
	give_page(BUFFER + 0x3000);
	assert_int_equal(call(PV_HC_CONSOLE_WRITE, BUFFER, 0x4000, 0), -EFAULT);
	assert_int_equal(call(PV_HC_CONSOLE_WRITE, BUFFER, 0x3001, 0), -EFAULT);
	assert_int_equal(terminal.written, 0);
	assert_int_equal(call(PV_HC_CONSOLE_WRITE, BUFFER, 0x3000, 0), 0x3000);
	assert_int_equal(call(PV_HC_CONSOLE_READ, BUFFER, 0x3001, 0), -EFAULT);
}

static void write_takes_no_more_than_there_is_room_for(void **state)
{
	static const size_t rooms[] = { 0, 1, 4095, 4096, 4097, 9999, 10000, 10001 };

	(void)state;
	fill_guest();
	for (size_t i = 0; i < LENGTH(rooms); i++) {
		int64_t expected = rooms[i] < 10000 ? (int64_t)rooms[i] : 10000;

		terminal.written = 0;
		terminal.room = rooms[i];
		assert_int_equal(call(PV_HC_CONSOLE_WRITE, BUFFER, 10000, 0), expected);
		assert_int_equal(terminal.written, expected);
	}
}

static void room_and_input_are_events(void **state)
{
	(void)state;
	assert_int_equal(call(PV_HC_EVENT_SETUP, 0x2000, 32, 0), 0);
	terminal.on_room(terminal.context);
	assert_int_equal(take_events(0x2000), 1 << PV_EVENT_CONSOLE);
	terminal.on_input(terminal.context);
	assert_int_equal(take_events(0x2000), 1 << PV_EVENT_CONSOLE);
}

static void read_stores_what_was_typed(void **state)
{
	char bytes[16] = "................";

	(void)state;
	poke(BUFFER + 4092, bytes, sizeof(bytes));
	terminal.input = "hello, world";
	terminal.input_left = 12;
	assert_int_equal(call(PV_HC_CONSOLE_READ, BUFFER + 4092, 7, 0), 7);
	peek(BUFFER + 4092, bytes, sizeof(bytes));
	assert_memory_equal(bytes, "hello, .........", 16);
	assert_int_equal(call(PV_HC_CONSOLE_READ, BUFFER, 100, 0), 5);
	peek(BUFFER, bytes, 5);
	assert_memory_equal(bytes, "world", 5);
	assert_int_equal(call(PV_HC_CONSOLE_READ, BUFFER, 100, 0), 0);
}

static void read_fills_more_than_one_chunk(void **state)
{
	static char typed[10000], stored[10000];

	(void)state;
	for (size_t i = 0; i < sizeof(typed); i++)
		typed[i] = (char)(i * 3 + i / 256);
	terminal.input = typed;
	terminal.input_left = sizeof(typed);
	assert_int_equal(call(PV_HC_CONSOLE_READ, BUFFER + 10, 65536, 0), sizeof(typed));
	peek(BUFFER + 10, stored, sizeof(stored));
	assert_memory_equal(stored, typed, sizeof(typed));
}

static void read_loses_nothing_to_a_bad_buffer(void **state)
{
	(void)state;
	terminal.input = "abc";
	terminal.input_left = 3;
	for (size_t i = 0; i < LENGTH(buffers); i++)
		if (buffers[i].result < 0)
			assert_int_equal(call(PV_HC_CONSOLE_READ, buffers[i].address, buffers[i].length, 0), buffers[i].result);
	assert_int_equal(terminal.input_left, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		guest_test(write_takes_the_bytes_or_prints_nothing),
		guest_test(write_stops_at_a_hole),
		guest_test(write_takes_no_more_than_there_is_room_for),
		guest_test(room_and_input_are_events),
		guest_test(read_stores_what_was_typed),
		guest_test(read_fills_more_than_one_chunk),
		guest_test(read_loses_nothing_to_a_bad_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

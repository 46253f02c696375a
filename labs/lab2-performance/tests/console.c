/* 2B, the hypervisor's side: buffers of a guest that may name any address. */
#include "host_test.h"

#define BUFFER 0x10000ull

static char byte_at(uint64_t gpa)
{
	return (char)(gpa ^ gpa >> 8 ^ gpa >> 16);
}

static void fill_guest(void)
{
	static char bytes[GUEST_BYTES];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = byte_at(i);
	poke(0, bytes, sizeof(bytes));
}

static void expect(uint64_t address, uint64_t length, int64_t result)
{
	terminal.written = 0;
	int64_t answer = call(PV_HC_CONSOLE_WRITE, address, length, 0);
	if (fault[0])
		fail_msg("it stopped the VM");
	if (answer != result)
		fail_msg("console_write(0x%lx, %lu) answers %ld, not %ld", address, length, answer, result);
	if (terminal.written != (size_t)(result > 0 ? result : 0))
		fail_msg("console_write(0x%lx, %lu) printed %zu bytes", address, length, terminal.written);
	for (size_t i = 0; i < terminal.written; i++)
		if (terminal.output[i] != byte_at(address + i))
			fail_msg("console_write(0x%lx, %lu): byte %zu is another one", address, length, i);
}

/* One byte, a whole page, over a page's border, over a large page's, the most there may be. */
static void copies_whole_buffers(void **state)
{
	(void)state;
	fill_guest();
	expect(BUFFER, 1, 1);
	expect(BUFFER, 4096, 4096);
	expect(BUFFER + 4090, 100, 100);
	expect(0x200000 - 100, 200, 200);
	expect(BUFFER + 1, 65536, 65536);
	expect(GUEST_BYTES - 5, 5, 5);
}

static void refuses_what_is_too_long(void **state)
{
	(void)state;
	fill_guest();
	expect(BUFFER, 65536, 65536);
	expect(BUFFER, 65537, -EINVAL);
	expect(BUFFER, 1ull << 32, -EINVAL);
	expect(BUFFER, UINT64_MAX, -EINVAL);
}

static void refuses_what_is_not_the_guests(void **state)
{
	(void)state;
	fill_guest();
	expect(BUFFER, 16, 16);
	expect(GUEST_BYTES - 5, 6, -EFAULT);
	expect(GUEST_BYTES - 5000, 6000, -EFAULT);
	expect(UNMAPPED, 16, -EFAULT);
	expect(1ull << 48, 1, -EFAULT);
	give_page(BUFFER + 0x3000);
	expect(BUFFER, 0x4000, -EFAULT);
	expect(BUFFER, 0x3000, 0x3000);
}

static void refuses_what_wraps_around(void **state)
{
	(void)state;
	fill_guest();
	expect(BUFFER, 16, 16);
	expect(UINT64_MAX - 15, 32, -EFAULT);
	expect(UINT64_MAX - 4095, 8192, -EFAULT);
	expect(UINT64_MAX, 1, -EFAULT);
}

static void takes_what_there_is_room_for(void **state)
{
	static const size_t rooms[] = { 0, 1, 4095, 4096, 4097, 9999, 10000, 10001 };

	(void)state;
	fill_guest();
	for (size_t i = 0; i < LENGTH(rooms); i++) {
		terminal.room = rooms[i];
		expect(BUFFER, 10000, (int64_t)(rooms[i] < 10000 ? rooms[i] : 10000));
	}
}

static const struct CMUnitTest tests[] = {
	lab_test(copies_whole_buffers),
	lab_test(refuses_what_is_too_long),
	lab_test(refuses_what_is_not_the_guests),
	lab_test(refuses_what_wraps_around),
	lab_test(takes_what_there_is_room_for),
};

LAB_MAIN(tests)

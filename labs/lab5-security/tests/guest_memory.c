/* 5A: buffers of a guest that names what it likes. What is really there is read through the EPT, not by the code under test. */
#include "host_test.h"

#define LARGE 0x200000ull
#define HOLE  0x205000ull

static uint8_t *byte_at(uint64_t gpa)
{
	return (uint8_t *)ept_lookup(vm.memory.ept, gpa);
}

static uint8_t pattern(uint64_t gpa)
{
	return gpa * 7 + gpa / 4096 * 3 + 1;
}

static uint8_t buffer[GUEST_BYTES + 1];

/* Copied whole, and not a byte more. */
static void good(uint64_t gpa, size_t n)
{
	memset(buffer, 0xee, sizeof(buffer));
	int answer = copy_from_guest(&vm.memory, buffer, gpa, n);
	if (fault[0])
		fail_msg("stopped: %s", fault);
	if (answer)
		fail_msg("0x%lx bytes at 0x%lx are the guest's, and are refused", n, gpa);
	for (size_t i = 0; i < n; i++)
		if (buffer[i] != pattern(gpa + i))
			fail_msg("0x%lx bytes at 0x%lx: byte 0x%lx is another one", n, gpa, i);
	if (buffer[n] != 0xee)
		fail_msg("0x%lx bytes at 0x%lx: more came than was asked for", n, gpa);
}

/* Not the guest's: refused before a byte is copied. */
static void bad(uint64_t gpa, uint64_t n)
{
	memset(buffer, 0xee, sizeof(buffer));
	if (guest_owns(&vm.memory, gpa, n))
		fail_msg("0x%lx bytes at 0x%lx are not all the guest's; guest_owns() says they are", n, gpa);
	if (copy_from_guest(&vm.memory, buffer, gpa, n) != -EFAULT)
		fail_msg("0x%lx bytes at 0x%lx are not all the guest's, and are copied", n, gpa);
	for (size_t i = 0; i < sizeof(buffer); i++)
		if (buffer[i] != 0xee)
			fail_msg("0x%lx bytes at 0x%lx: refused, but some were copied", n, gpa);
}

/* A page that the guest gave back, and one that came back elsewhere. */
static void begin(void)
{
	uint64_t elsewhere = pages_alloc(3, 1) + 2 * 4096;

	ept_unmap_page(vm.memory.ept, 0x3000);
	ept_map(vm.memory.ept, 0x3000, elsewhere, 4096);
	for (uint64_t gpa = 0; gpa < GUEST_BYTES; gpa++)
		*byte_at(gpa) = pattern(gpa);
	ept_unmap_page(vm.memory.ept, HOLE);
	good(0x1000, 16);
}

static void copies_page_by_page(void **state)
{
	(void)state;
	begin();
	good(0, 1);
	good(4095, 2);
	good(0x2ff0, 0x1020);                   /* through the page that is elsewhere */
	good(LARGE - 5000, 10000);
	good(HOLE - 1, 1);
	good(HOLE + 4096, 100);
	good(GUEST_BYTES - 5, 5);
	good(GUEST_BYTES, 0);
}

static void refuses_what_lies_outside(void **state)
{
	(void)state;
	begin();
	bad(UNMAPPED, 1);
	bad(GUEST_BYTES, 1);
	bad(GUEST_BYTES - 5, 6);
	bad(GUEST_BYTES - 5000, 5001);
	bad(0x1000, GUEST_BYTES);
	bad(1ull << 48, 8);
}

static void refuses_what_wraps_around(void **state)
{
	(void)state;
	begin();
	bad(UINT64_MAX, 1);
	bad(UINT64_MAX - 3, 8);
	bad(0x1000, UINT64_MAX - 0xfff);        /* its end is 0 */
	bad(0x2000, UINT64_MAX - 0xfff);        /* its end is 0x1000, which is the guest's */
	bad(1, UINT64_MAX);
}

static void refuses_a_hole_wherever_it_is(void **state)
{
	(void)state;
	begin();
	bad(HOLE, 1);
	bad(HOLE - 1, 2);
	bad(HOLE + 4095, 2);
	bad(HOLE - 5, 4096 + 10);               /* both ends are good */
	bad(0x1000, HOLE);
}

static const struct CMUnitTest tests[] = {
	lab_test(copies_page_by_page),
	lab_test(refuses_what_lies_outside),
	lab_test(refuses_what_wraps_around),
	lab_test(refuses_a_hole_wherever_it_is),
};

LAB_MAIN(tests)

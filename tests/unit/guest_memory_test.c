/* What a guest owns: every way to name memory that is not its own, and the balloon's release and restore. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "lib/errno.h"
#include "lib/heap.h"
#include "memory/pages.h"
#include "vm/guest_memory.h"
#include "vmx/ept.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define PAGE        4096ull
#define LARGE       (512 * PAGE)
#define SMALL_PAGES 8
#define SIZE        (LARGE + SMALL_PAGES * PAGE)        /* a large page and some small ones */
#define HOLE        (LARGE + 3 * PAGE)
#define ARENA_PAGES 1600

static uint8_t arena[ARENA_PAGES][4096] __attribute__((aligned(2 << 20)));
static size_t used, pages_left, freed_count;
static uint64_t freed[8];
static struct ept ept_memory;
static struct guest_memory memory;
static uint8_t *host;

/* Fresh pages are zeroed, as the real allocator promises; what is freed turns into rubbish. */
uint64_t pages_alloc(size_t count, size_t align)
{
	size_t first = (used + align - 1) / align * align;

	if (pages_left < count)
		return 0;
	pages_left -= count;
	assert_in_range(first + count, 1, ARENA_PAGES);
	used = first + count;
	memset(arena[first], 0, count * PAGE);
	return (uint64_t)arena[first];
}

uint64_t page_for_guest(void)
{
	return pages_alloc(1, 1);
}

void pages_free(uint64_t address, size_t count)
{
	static const uint8_t zeros[4096];

	assert_int_equal(count, 1);
	assert_memory_equal((void *)address, zeros, PAGE);
	memset((void *)address, 0xdd, PAGE);
	freed[freed_count++ % LENGTH(freed)] = address;
}

void *zalloc(size_t n)
{
	memset(&ept_memory, 0, sizeof(ept_memory));
	return &ept_memory;
}

static uint8_t pattern(uint64_t gpa)
{
	return gpa * 7 + gpa / PAGE * 3 + 1;
}

static int setup(void **state)
{
	used = freed_count = 0;
	pages_left = ARENA_PAGES;
	memory = (struct guest_memory){ .ept = ept_create(), .size = SIZE };
	host = (uint8_t *)pages_alloc(SIZE / PAGE, 512);
	for (uint64_t gpa = 0; gpa < SIZE; gpa++)
		host[gpa] = pattern(gpa);
	return ept_map(memory.ept, 0, (uint64_t)host, SIZE);
}

static int setup_with_hole(void **state)
{
	int error = setup(state) || guest_memory_release(&memory, HOLE);

	memory.ept->stale = false;
	return error;
}

/* With the page at HOLE given back. */
static const struct {
	uint64_t gpa, n;
	bool owned;
} areas[] = {
	{ 0, 0, true }, { 0, 1, true }, { 0, SIZE, false }, { 0, HOLE, true }, { 0, HOLE + 1, false },
	{ LARGE - 1, 2, true },                                 /* from the large page into the first small one */
	{ HOLE - 1, 1, true }, { HOLE - 1, 2, false }, { HOLE, 1, false }, { HOLE + PAGE - 1, 1, false }, { HOLE + PAGE - 1, 2, false },
	{ HOLE + PAGE, 1, true }, { HOLE - 5, PAGE + 10, false },       /* both ends are good, the middle is not */
	{ HOLE, 0, true },                                      /* nothing is touched */
	{ SIZE - 1, 1, true }, { SIZE - 1, 2, false }, { SIZE - 4, 4, true }, { SIZE - 4, 5, false },
	{ SIZE, 0, true }, { SIZE, 1, false }, { SIZE + 1, 0, false }, { SIZE + PAGE, 1, false },
	{ 0, SIZE + 1, false }, { 0, UINT64_MAX, false }, { 1, UINT64_MAX, false }, { PAGE, UINT64_MAX - PAGE + 1, false },
	{ UINT64_MAX, 1, false }, { UINT64_MAX, 2, false }, { UINT64_MAX - 3, 8, false }, { -PAGE, 2 * PAGE, false },
	{ 1ull << 48, 1, false }, { 1ull << 52, 1, false }, { (1ull << 63) + 5, 1, false }, { 1ull << 32, 4, false },
};

static void ownership_ends_at_holes_and_ends(void **state)
{
	for (size_t i = 0; i < LENGTH(areas); i++)
		if (guest_owns(&memory, areas[i].gpa, areas[i].n) != areas[i].owned)
			fail_msg("0x%lx bytes at 0x%lx", areas[i].n, areas[i].gpa);
}

static void copies_are_all_or_nothing(void **state)
{
	static uint8_t buffer[SIZE], before[SIZE];

	memcpy(before, host, SIZE);
	for (size_t i = 0; i < LENGTH(areas); i++) {
		if (areas[i].owned)
			continue;
		memset(buffer, 0x77, sizeof(buffer));
		assert_int_equal(copy_from_guest(&memory, buffer, areas[i].gpa, areas[i].n), -EFAULT);
		for (size_t b = 0; b < sizeof(buffer); b++)
			assert_int_equal(buffer[b], 0x77);
		assert_int_equal(copy_to_guest(&memory, areas[i].gpa, buffer, areas[i].n), -EFAULT);
		assert_memory_equal(host, before, SIZE);
	}
}

/* A large page in the middle, odd places and lengths, a host that is not contiguous. */
static void copies_bring_every_byte(void **state)
{
	static const struct { uint64_t gpa, n; } good[] = {
		{ 0, 1 }, { 5, 4096 }, { 4095, 2 }, { LARGE - 3, 7 }, { LARGE - 5000, 10000 }, { HOLE - 1, PAGE + 2 }, { SIZE - 1, 1 },
		{ 0, SIZE },
	};
	static uint8_t buffer[SIZE + 2];

	guest_memory_release(&memory, HOLE);
	guest_memory_restore(&memory, HOLE);
	for (uint64_t gpa = HOLE; gpa < HOLE + PAGE; gpa++) {
		uint8_t byte = pattern(gpa);

		assert_int_equal(copy_to_guest(&memory, gpa, &byte, 1), 0);
	}
	for (size_t i = 0; i < LENGTH(good); i++) {
		memset(buffer, 0x77, sizeof(buffer));
		assert_int_equal(copy_from_guest(&memory, buffer + 1, good[i].gpa, good[i].n), 0);
		assert_int_equal(buffer[0], 0x77);
		assert_int_equal(buffer[good[i].n + 1], 0x77);
		for (uint64_t b = 0; b < good[i].n; b++)
			assert_int_equal(buffer[b + 1], pattern(good[i].gpa + b));
		for (uint64_t b = 0; b < good[i].n; b++)
			buffer[b + 1] ^= 0xff;
		assert_int_equal(copy_to_guest(&memory, good[i].gpa, buffer + 1, good[i].n), 0);
		for (uint64_t b = 0; b < good[i].n; b++) {
			uint8_t *byte = guest_page(&memory, good[i].gpa + b);

			assert_int_equal(*byte, pattern(good[i].gpa + b) ^ 0xff);
			*byte ^= 0xff;
		}
	}
}

static void a_page_is_good_to_its_end(void **state)
{
	static const uint64_t nobodys[] = { HOLE, HOLE + PAGE - 1, SIZE, 1ull << 48, UINT64_MAX };

	assert_ptr_equal(guest_page(&memory, 0), host);
	assert_ptr_equal(guest_page(&memory, LARGE - 1), host + LARGE - 1);
	assert_ptr_equal(guest_page(&memory, HOLE - 1), host + HOLE - 1);
	assert_ptr_equal(guest_page(&memory, SIZE - 1), host + SIZE - 1);
	for (size_t i = 0; i < LENGTH(nobodys); i++)
		assert_null(guest_page(&memory, nobodys[i]));
}

static void release_scrubs_and_frees(void **state)
{
	static const uint64_t pages[] = { 0, 5 * PAGE, LARGE - PAGE, LARGE, SIZE - PAGE };

	for (size_t i = 0; i < LENGTH(pages); i++) {
		memory.ept->stale = false;
		assert_int_equal(guest_memory_release(&memory, pages[i]), 0);
		assert_true(memory.ept->stale);
		assert_int_equal(freed_count, i + 1);
		assert_int_equal(freed[i], (uint64_t)host + pages[i]);  /* and pages_free() has looked: it was all zero */
		assert_int_equal(memory.ballooned, (i + 1) * PAGE);
		assert_null(guest_page(&memory, pages[i]));
	}
	assert_int_equal(host[PAGE], pattern(PAGE));            /* the neighbours kept theirs */
	assert_int_equal(*(uint8_t *)guest_page(&memory, LARGE - PAGE - 1), pattern(LARGE - PAGE - 1));
}

static void restore_brings_a_page_of_zeros(void **state)
{
	static const uint8_t zeros[4096];

	assert_int_equal(guest_memory_restore(&memory, HOLE), 0);
	assert_int_equal(memory.ballooned, 0);
	assert_memory_equal(guest_page(&memory, HOLE), zeros, PAGE);
	assert_ptr_not_equal(guest_page(&memory, HOLE), host + HOLE);   /* here: the old one belongs to somebody else */
	assert_int_equal(copy_to_guest(&memory, HOLE, "new", 3), 0);
	assert_memory_equal(guest_page(&memory, HOLE), "new", 3);
	assert_int_equal(host[HOLE], 0xdd);
}

static void wrong_pages_are_refused(void **state)
{
	static const uint64_t wrong[] = { 1, 8, PAGE - 1, HOLE + 1, SIZE, SIZE + PAGE, 1ull << 48, 1ull << 52, -PAGE, UINT64_MAX };

	for (size_t i = 0; i < LENGTH(wrong); i++) {
		assert_int_equal(guest_memory_release(&memory, wrong[i]), -EINVAL);
		assert_int_equal(guest_memory_restore(&memory, wrong[i]), -EINVAL);
	}
	assert_int_equal(guest_memory_release(&memory, HOLE), -EINVAL);         /* it is out already */
	assert_int_equal(guest_memory_restore(&memory, HOLE - PAGE), -EINVAL);  /* it is in already */
	assert_int_equal(guest_memory_restore(&memory, 0), -EINVAL);
	assert_int_equal(memory.ballooned, PAGE);
	assert_int_equal(freed_count, 1);
	assert_false(memory.ept->stale);
}

static void without_memory_nothing_changes(void **state)
{
	pages_left = 0;
	assert_int_equal(guest_memory_restore(&memory, HOLE), -ENOMEM);
	assert_int_equal(memory.ballooned, PAGE);
	assert_int_equal(guest_memory_release(&memory, 2 * PAGE), -ENOMEM);     /* the large page cannot be split */
	assert_int_equal(host[2 * PAGE], pattern(2 * PAGE));
	assert_int_equal(memory.ballooned, PAGE);
	assert_int_equal(freed_count, 1);
	pages_left = 1;
	assert_int_equal(guest_memory_restore(&memory, HOLE), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(ownership_ends_at_holes_and_ends, setup_with_hole),
		cmocka_unit_test_setup(copies_are_all_or_nothing, setup_with_hole),
		cmocka_unit_test_setup(copies_bring_every_byte, setup),
		cmocka_unit_test_setup(a_page_is_good_to_its_end, setup_with_hole),
		cmocka_unit_test_setup(release_scrubs_and_frees, setup),
		cmocka_unit_test_setup(restore_brings_a_page_of_zeros, setup_with_hole),
		cmocka_unit_test_setup(wrong_pages_are_refused, setup_with_hole),
		cmocka_unit_test_setup(without_memory_nothing_changes, setup_with_hole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

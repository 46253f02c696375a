/* The page allocator on real, low memory: first fit, alignment, holes, zeroed pages, the books, and double frees. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>
#include "lib/panic.h"
#include "memory/pages.h"

#define PAGE   4096ull
#define START  0x10000000ull            /* free from here on; all below belongs to somebody else */
#define PAGES  2048ull
#define TOP    (START + PAGES * PAGE)

static uint64_t bitmap[2 * (TOP / PAGE / 64) + 1];
static size_t in_use_before;
static jmp_buf panicked;

/* What the tests hand in is right, but for the one that frees wrongly. */
_Noreturn void panic(const char *format, ...)
{
	longjmp(panicked, 1);
}

static int map_memory(void **state)
{
	void *memory = mmap((void *)START, PAGES * PAGE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	return memory == (void *)START ? 0 : -1;
}

static int setup(void **state)
{
	memset((void *)START, 0xcc, PAGES * PAGE);
	bitmap[2 * (TOP / PAGE / 64)] = 0x5a5a;               /* behind its end */
	assert_int_equal(pages_bitmap_bytes(TOP), sizeof(bitmap) - 8);
	pages_init(TOP, bitmap);
	in_use_before = pages_in_use();
	return 0;
}

static int setup_free(void **state)
{
	setup(state);
	pages_add_free(START, TOP);
	return 0;
}

static int check_books(void **state)
{
	assert_int_equal(bitmap[2 * (TOP / PAGE / 64)], 0x5a5a);
	return 0;
}

static size_t in_use(void)
{
	return pages_in_use() - in_use_before;
}

static void all_is_taken_until_something_is_free(void **state)
{
	assert_int_equal(pages_alloc(1, 1), 0);
	pages_add_free(START + 5 * PAGE, START + 6 * PAGE);
	assert_int_equal(in_use(), 0);
	assert_int_equal(pages_alloc(1, 1), START + 5 * PAGE);
	assert_int_equal(pages_alloc(1, 1), 0);
	assert_int_equal(in_use(), 1);
}

static void a_range_gives_its_whole_pages_only(void **state)
{
	static const struct { uint64_t start, end, first, count; } ranges[] = {
		{ 0, PAGE, 0, 1 },
		{ 1, PAGE, 1, 0 },
		{ 0, PAGE - 1, 0, 0 },
		{ 1, 2 * PAGE + 1, 1, 1 },
		{ PAGE - 1, 3 * PAGE - 1, 1, 1 },
		{ 100, 200, 0, 0 },
		{ 2 * PAGE, PAGE, 0, 0 },               /* upside down */
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		setup(state);
		pages_add_free(START + ranges[i].start, START + ranges[i].end);
		for (uint64_t n = 0; n < ranges[i].count; n++)
			assert_int_equal(pages_alloc(1, 1), START + (ranges[i].first + n) * PAGE);
		assert_int_equal(pages_alloc(1, 1), 0);
	}
}

static void pages_come_zeroed_and_leave_alone_what_is_around(void **state)
{
	uint8_t *page;

	pages_alloc(1, 1);
	page = (uint8_t *)pages_alloc(3, 1);
	assert_ptr_equal(page, (void *)(START + PAGE));
	for (size_t i = 0; i < 3 * PAGE; i++)
		assert_int_equal(page[i], 0);
	assert_int_equal(page[3 * PAGE], 0xcc);
}

/* What comes back was scrubbed by its owner; only the hypervisor itself gets it scrubbed again. */
static void a_guest_gets_what_was_given_back_as_it_is(void **state)
{
	size_t free_before = pages_available();
	uint8_t *page = (uint8_t *)pages_alloc(2, 1);

	assert_int_equal(pages_available(), free_before - 2);
	page[5] = page[PAGE + 5] = 1;
	pages_free((uint64_t)page + PAGE, 1);
	assert_int_equal(pages_available(), free_before - 1);
	assert_int_equal(page_for_guest(), (uint64_t)page + PAGE);
	assert_int_equal(page[PAGE + 5], 1);
	assert_int_equal(page_for_guest(), (uint64_t)page + 2 * PAGE);
	assert_int_equal(page[2 * PAGE + 5], 0);        /* its first owner */
	pages_free((uint64_t)page, 1);
	assert_int_equal(pages_alloc(1, 1), (uint64_t)page);
	assert_int_equal(page[5], 0);
}

static void first_fit_skips_holes_that_are_too_small(void **state)
{
	uint64_t first = pages_alloc(100, 1);

	pages_free(first + 10 * PAGE, 3);
	pages_free(first + 20 * PAGE, 64);
	assert_int_equal(in_use(), 33);
	assert_int_equal(pages_alloc(4, 1), first + 20 * PAGE);
	assert_int_equal(pages_alloc(3, 1), first + 10 * PAGE);
	assert_int_equal(pages_alloc(1, 1), first + 24 * PAGE);
	assert_int_equal(pages_alloc(60, 1), first + 100 * PAGE);       /* 59 were left */
	assert_int_equal(in_use(), 33 + 4 + 3 + 1 + 60);
}

static void a_piece_starts_where_it_must(void **state)
{
	static const size_t alignments[] = { 1, 2, 3, 64, 512, 1024 };

	for (size_t i = 0; i < sizeof(alignments) / sizeof(alignments[0]); i++)
		for (size_t skip = 0; skip < 5; skip++) {
			size_t align = alignments[i];
			uint64_t page;

			setup_free(state);
			for (size_t n = 0; n < skip; n++)
				pages_alloc(1, 1);
			page = pages_alloc(2, align) / PAGE;
			assert_int_not_equal(page, 0);
			assert_int_equal(page % align, 0);
			assert_in_range(page - START / PAGE, skip, skip + align - 1);
		}
}

static void the_last_page_is_used_and_none_beyond(void **state)
{
	assert_int_equal(pages_alloc(PAGES + 1, 1), 0);
	assert_int_equal(in_use(), 0);
	assert_int_equal(pages_alloc(PAGES, 1), START);
	assert_int_equal(pages_alloc(1, 1), 0);
	pages_free(TOP - PAGE, 1);
	assert_int_equal(pages_alloc(2, 1), 0);
	assert_int_equal(pages_alloc(1, 1), TOP - PAGE);
	assert_int_equal(in_use(), PAGES);
}

/* Address 0 means "none", so page 0 is never given out, whatever the memory map says. */
static void page_0_is_nobodys(void **state)
{
	pages_add_free(0, PAGE);
	assert_int_equal(pages_alloc(1, 1), START);
}

static bool panics(uint64_t address, size_t count)
{
	if (setjmp(panicked))
		return true;
	pages_free(address, count);
	return false;
}

static void a_wrong_free_is_a_bug_of_ours(void **state)
{
	uint64_t page = pages_alloc(2, 1);

	assert_true(panics(page + 1, 1));
	assert_true(panics(TOP, 1));
	assert_true(panics(TOP - PAGE, 2));
	assert_int_equal(in_use(), 2);
	assert_false(panics(page, 2));
	assert_true(panics(page, 2));                   /* again */
	assert_true(panics(page - PAGE, 2));
	assert_int_equal(in_use(), 0);
}

/* Random allocations and frees against a plain array of who owns what. */
static void the_books_are_right_after_a_random_life(void **state)
{
	static struct { uint64_t address; size_t count; } pieces[64];
	static uint8_t owner[PAGES];
	size_t total = 0;

	srand(1);
	for (unsigned round = 0; round < 20000; round++) {
		unsigned i = rand() % 64;

		if (pieces[i].count) {
			for (size_t n = 0; n < pieces[i].count; n++)
				owner[(pieces[i].address - START) / PAGE + n] = 0;
			pages_free(pieces[i].address, pieces[i].count);
			total -= pieces[i].count;
			pieces[i].count = 0;
			continue;
		}
		size_t count = 1 + rand() % 60;
		uint64_t address = pages_alloc(count, 1 + rand() % 8);

		if (!address)
			continue;
		assert_in_range(address, START, TOP - count * PAGE);
		for (size_t n = 0; n < count; n++)
			assert_int_equal(owner[(address - START) / PAGE + n]++, 0);
		pieces[i].address = address;
		pieces[i].count = count;
		total += count;
		assert_int_equal(in_use(), total);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_is_taken_until_something_is_free, setup, check_books),
		cmocka_unit_test_setup_teardown(a_range_gives_its_whole_pages_only, setup, check_books),
		cmocka_unit_test_setup_teardown(pages_come_zeroed_and_leave_alone_what_is_around, setup_free, check_books),
		cmocka_unit_test_setup_teardown(a_guest_gets_what_was_given_back_as_it_is, setup_free, check_books),
		cmocka_unit_test_setup_teardown(first_fit_skips_holes_that_are_too_small, setup_free, check_books),
		cmocka_unit_test_setup_teardown(a_piece_starts_where_it_must, setup_free, check_books),
		cmocka_unit_test_setup_teardown(the_last_page_is_used_and_none_beyond, setup_free, check_books),
		cmocka_unit_test_setup_teardown(page_0_is_nobodys, setup_free, check_books),
		cmocka_unit_test_setup_teardown(a_wrong_free_is_a_bug_of_ours, setup_free, check_books),
		cmocka_unit_test_setup_teardown(the_books_are_right_after_a_random_life, setup_free, check_books),
	};

	return cmocka_run_group_tests(tests, map_memory, NULL);
}

/* The extended page tables: what is mapped in which size, what a hole looks like, and memory that ends in the middle. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "lib/errno.h"
#include "lib/heap.h"
#include "memory/pages.h"
#include "vmx/ept.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define PAGE   4096ull
#define LARGE  (512 * PAGE)
#define TABLES 64
#define HOST   0x340000000ull           /* never touched: an EPT only names it */
#define LEAF   (EPT_READ | EPT_WRITE | EPT_EXECUTE | EPT_TYPE_WB)

static uint8_t arena[TABLES][4096] __attribute__((aligned(4096)));
static unsigned tables_used, tables_left;
static struct ept ept_memory;
static struct ept *ept;

uint64_t pages_alloc(size_t count, size_t align)
{
	assert_int_equal(count, 1);
	assert_int_equal(align, 1);
	if (tables_left == 0)
		return 0;
	tables_left--;
	memset(arena[tables_used], 0, 4096);
	return (uint64_t)arena[tables_used++];
}

void *zalloc(size_t n)
{
	assert_int_equal(n, sizeof(ept_memory));
	memset(&ept_memory, 0, n);
	return &ept_memory;
}

static int setup(void **state)
{
	tables_used = 0;
	tables_left = TABLES;
	ept = ept_create();
	return ept ? 0 : -1;
}

/* The raw entry of gpa at a level, found without the code under test. 0: the way ends above it. */
static uint64_t entry_of(uint64_t gpa, int level)
{
	uint64_t *table = (uint64_t *)ept->root, entry;

	for (int at = 4; ; at--) {
		entry = table[gpa >> (12 + 9 * (at - 1)) & 511];
		if (at == level || !(entry & 7))
			return at == level ? entry : 0;
		if (entry & EPT_LARGE)
			return 0;
		assert_int_equal(entry & 0xfff, EPT_READ | EPT_WRITE | EPT_EXECUTE);    /* a table: no type, nothing reserved */
		table = (uint64_t *)(entry & EPT_ADDRESS);
	}
}

static void an_empty_table_maps_nothing(void **state)
{
	static const uint64_t places[] = { 0, 1, PAGE, LARGE, 1ull << 30, 1ull << 39, (1ull << 48) - 1, 1ull << 48, UINT64_MAX };

	for (size_t i = 0; i < LENGTH(places); i++) {
		assert_int_equal(ept_lookup(ept, places[i]), 0);
		assert_int_equal(ept_unmap_page(ept, places[i] & ~(PAGE - 1)), -EINVAL);
	}
	assert_false(ept->stale);
}

static void pointer_names_root_levels_and_type(void **state)
{
	assert_int_equal(ept_pointer(ept) & EPT_ADDRESS, ept->root);
	assert_int_equal(ept_pointer(ept) & 0xfff, 3 << 3 | 6);
}

/* gpa and hpa as multiples of a page from an aligned place; how many large and small entries must come of it. */
static const struct {
	uint64_t gpa, hpa, size;
	unsigned large, small;
} mappings[] = {
	{ 0, 0, PAGE, 0, 1 },
	{ 0, 0, LARGE, 1, 0 },
	{ 0, 0, LARGE - PAGE, 0, 511 },
	{ 0, 0, LARGE + PAGE, 1, 1 },
	{ PAGE, 0, LARGE, 0, 512 },                     /* only one side aligned */
	{ 0, PAGE, LARGE, 0, 512 },
	{ PAGE, PAGE, LARGE, 0, 512 },                  /* both off: no 2 MiB piece fits */
	{ PAGE, PAGE, 2 * LARGE, 1, 512 },              /* 511 small, one large, one small */
	{ LARGE, 3 * LARGE, 4 * LARGE, 4, 0 },
	{ (1ull << 30) - PAGE, 2 * LARGE - PAGE, 2 * PAGE, 0, 2 },      /* across a directory's border */
	{ (1ull << 39) - LARGE, 0, 2 * LARGE, 2, 0 },   /* across a PML4 entry's border */
	{ (1ull << 48) - PAGE, 0, PAGE, 0, 1 },         /* the last page of all */
};

static void check_mapping(uint64_t gpa, uint64_t hpa, uint64_t size, unsigned large, unsigned small)
{
	for (uint64_t at = 0; at < size; at += PAGE) {
		uint64_t place = gpa + at, big = entry_of(place, 2);

		assert_int_equal(ept_lookup(ept, place), hpa + at);
		assert_int_equal(ept_lookup(ept, place + 0xabc), hpa + at + 0xabc);
		if (big & EPT_LARGE) {
			large -= place % LARGE == 0;
			assert_int_equal(big, ((hpa + at) & ~(LARGE - 1)) | LEAF | EPT_LARGE);
		} else {
			small--;
			assert_int_equal(entry_of(place, 1), (hpa + at) | LEAF);
		}
	}
	assert_int_equal(large, 0);
	assert_int_equal(small, 0);
}

static void maps_large_pages_where_both_sides_are_aligned(void **state)
{
	for (size_t i = 0; i < LENGTH(mappings); i++) {
		uint64_t gpa = mappings[i].gpa, hpa = HOST + mappings[i].hpa, size = mappings[i].size;

		setup(state);
		assert_int_equal(ept_map(ept, gpa, hpa, size), 0);
		check_mapping(gpa, hpa, size, mappings[i].large, mappings[i].small);
		assert_int_equal(ept_lookup(ept, gpa - 1), 0);
		assert_int_equal(ept_lookup(ept, gpa + size), 0);
		assert_false(ept->stale);               /* nothing was there before, so no CPU can have cached it */
	}
}

static void nothing_lies_beyond_48_bits(void **state)
{
	assert_int_equal(ept_map(ept, 0, HOST, LARGE), 0);
	for (unsigned bit = 48; bit < 64; bit++) {
		assert_int_equal(ept_lookup(ept, 1ull << bit), 0);
		assert_int_equal(ept_unmap_page(ept, 1ull << bit), -EINVAL);
	}
	assert_int_equal(ept_lookup(ept, 0), HOST);
}

static void a_large_page_splits_around_the_page_that_leaves(void **state)
{
	static const unsigned holes[] = { 0, 1, 255, 511 };

	for (size_t h = 0; h < LENGTH(holes); h++) {
		setup(state);
		assert_int_equal(ept_map(ept, LARGE, HOST, LARGE), 0);
		assert_int_equal(ept_unmap_page(ept, LARGE + holes[h] * PAGE), 0);
		assert_true(ept->stale);
		for (unsigned i = 0; i < 512; i++) {
			assert_int_equal(entry_of(LARGE + i * PAGE, 1), i == holes[h] ? 0 : (HOST + i * PAGE) | LEAF);
			assert_int_equal(ept_lookup(ept, LARGE + i * PAGE + 7), i == holes[h] ? 0 : HOST + i * PAGE + 7);
		}
	}
}

static void a_hole_stays_one_and_can_be_filled(void **state)
{
	unsigned tables;

	assert_int_equal(ept_map(ept, 0, HOST, LARGE), 0);
	assert_int_equal(ept_unmap_page(ept, 3 * PAGE), 0);
	tables = tables_used;
	ept->stale = false;
	assert_int_equal(ept_unmap_page(ept, 3 * PAGE), -EINVAL);
	assert_false(ept->stale);
	assert_int_equal(ept_unmap_page(ept, 4 * PAGE), 0);
	assert_true(ept->stale);
	assert_int_equal(ept_map(ept, 3 * PAGE, HOST + 9 * LARGE, PAGE), 0);
	assert_int_equal(ept_lookup(ept, 3 * PAGE + 5), HOST + 9 * LARGE + 5);
	assert_int_equal(ept_lookup(ept, 4 * PAGE), 0);
	assert_int_equal(tables_used, tables);  /* neither needed another table */
}

static void a_small_page_leaves_alone(void **state)
{
	assert_int_equal(ept_map(ept, PAGE, HOST, 3 * PAGE), 0);
	assert_int_equal(ept_unmap_page(ept, 2 * PAGE), 0);
	assert_int_equal(ept_lookup(ept, PAGE), HOST);
	assert_int_equal(ept_lookup(ept, 2 * PAGE), 0);
	assert_int_equal(ept_lookup(ept, 3 * PAGE), HOST + 2 * PAGE);
}

static void without_memory_there_is_no_root(void **state)
{
	tables_left = 0;
	assert_null(ept_create());
}

/* A large page takes a PDPT and a directory; the small one behind it a table more. */
static void mapping_fails_at_each_table_it_needs(void **state)
{
	for (unsigned left = 0; left < 3; left++) {
		setup(state);
		tables_left = left;
		assert_int_equal(ept_map(ept, 0, HOST, LARGE + PAGE), -ENOMEM);
		assert_int_equal(ept_lookup(ept, LARGE), 0);
		tables_left = TABLES - 8;
		assert_int_equal(ept_map(ept, 0, HOST, LARGE + PAGE), 0);       /* what was made is of use */
		check_mapping(0, HOST, LARGE + PAGE, 1, 1);
	}
	setup(state);
	tables_left = 3;
	assert_int_equal(ept_map(ept, 0, HOST, LARGE + PAGE), 0);
}

static void a_split_without_memory_changes_nothing(void **state)
{
	assert_int_equal(ept_map(ept, 0, HOST, LARGE), 0);
	tables_left = 0;
	assert_int_equal(ept_unmap_page(ept, PAGE), -ENOMEM);
	assert_false(ept->stale);
	check_mapping(0, HOST, LARGE, 1, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(an_empty_table_maps_nothing, setup),
		cmocka_unit_test_setup(pointer_names_root_levels_and_type, setup),
		cmocka_unit_test_setup(maps_large_pages_where_both_sides_are_aligned, setup),
		cmocka_unit_test_setup(nothing_lies_beyond_48_bits, setup),
		cmocka_unit_test_setup(a_large_page_splits_around_the_page_that_leaves, setup),
		cmocka_unit_test_setup(a_hole_stays_one_and_can_be_filled, setup),
		cmocka_unit_test_setup(a_small_page_leaves_alone, setup),
		cmocka_unit_test_setup(without_memory_there_is_no_root, setup),
		cmocka_unit_test_setup(mapping_fails_at_each_table_it_needs, setup),
		cmocka_unit_test_setup(a_split_without_memory_changes_nothing, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

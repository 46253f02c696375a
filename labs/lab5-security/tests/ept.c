/* 5C: the whole guest-physical address space is walked as the CPU does it; every page found there must be one that was given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "host_main.h"
#include "lib/errno.h"
#include "lib/heap.h"
#include "memory/pages.h"
#include "vmx/ept.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define PAGE   4096ull
#define LARGE  (512 * PAGE)
#define TABLES 32
#define HOST   0x340000000ull           /* never touched: an EPT only names it */
#define RIGHTS (EPT_READ | EPT_WRITE | EPT_EXECUTE)

static uint8_t arena[TABLES][4096] __attribute__((aligned(4096)));
static unsigned tables_used, tables_limit;
static struct ept ept_memory, *ept;

uint64_t pages_alloc(size_t count, size_t align)
{
	if (count != 1 || tables_used >= tables_limit)
		return 0;
	memset(arena[tables_used], 0, 4096);
	return (uint64_t)arena[tables_used++];
}

void *zalloc(size_t n)
{
	memset(&ept_memory, 0, sizeof(ept_memory));
	return &ept_memory;
}

static int begin(void **state)
{
	tables_used = 0;
	tables_limit = TABLES;
	ept = ept_create();
	return ept ? 0 : -1;
}

/* What the walk finds: pages of either size, and what of them is right. */
static struct {
	uint64_t gpa, hpa, size;                /* what was given */
	uint64_t mapped;                        /* bytes of it that are there, at their place */
	unsigned large;
	uint64_t hole;                          /* a page of it that was taken out again */
} space;

static void see_page(uint64_t gpa, uint64_t entry, uint64_t size)
{
	uint64_t hpa = entry & EPT_ADDRESS & ~(size - 1), at = gpa - space.gpa;

	if (gpa < space.gpa || at >= space.size || size > space.size - at)
		fail_msg("guest-physical 0x%lx to 0x%lx is mapped, to host 0x%lx; the guest was given 0x%lx to 0x%lx", gpa, gpa + size,
			hpa, space.gpa, space.gpa + space.size);
	if ((entry & EPT_ADDRESS) != hpa)
		fail_msg("guest-physical 0x%lx: a large page cannot begin at host 0x%lx", gpa, entry & EPT_ADDRESS);
	if (hpa != space.hpa + at)
		fail_msg("guest-physical 0x%lx is mapped to host 0x%lx instead of 0x%lx", gpa, hpa, space.hpa + at);
	if ((entry & 0x3f) != (RIGHTS | EPT_TYPE_WB))
		fail_msg("guest-physical 0x%lx: entry 0x%lx wants read, write, execute and the type write-back", gpa, entry);
	if (space.hole >= gpa && space.hole - gpa < size)
		fail_msg("guest-physical 0x%lx was taken out and is still mapped", space.hole);
	space.mapped += size;
	space.large += size == LARGE;
}

static void see_table(uint64_t gpa, uint64_t address, int level)
{
	uint64_t size = PAGE << 9 * (level - 1), *table = (uint64_t *)address;

	if (address < (uint64_t)arena || address >= (uint64_t)(arena + tables_used) || address % PAGE)
		fail_msg("an entry of level %d names a table at 0x%lx, where there is none", level + 1, address);
	for (unsigned i = 0; i < 512; i++) {
		if (!(table[i] & RIGHTS))
			continue;
		if (level == 1 || (table[i] & EPT_LARGE))
			see_page(gpa + i * size, table[i], size);
		else
			see_table(gpa + i * size, table[i] & EPT_ADDRESS, level - 1);
	}
}

static void walk(void)
{
	space.mapped = space.large = 0;
	see_table(0, ept->root, 4);
}

static void give(uint64_t gpa, uint64_t hpa, uint64_t size)
{
	begin(NULL);
	space.gpa = gpa;
	space.hpa = HOST + hpa;
	space.size = size;
	space.hole = UINT64_MAX;
	assert_int_equal(ept_map(ept, gpa, HOST + hpa, size), 0);
	walk();
}

/* Sizes and places as multiples of a page; how many 2 MiB pages fit. */
static const struct {
	uint64_t gpa, hpa, size;
	unsigned large;
} given[] = {
	{ 0, 0, PAGE, 0 }, { 0, 0, LARGE / 2, 0 }, { 0, 0, LARGE - PAGE, 0 }, { 0, 0, LARGE, 1 }, { 0, 0, LARGE + PAGE, 1 },
	{ 0, 0, 4 * LARGE + 16 * PAGE, 4 }, { PAGE, PAGE, 2 * LARGE, 1 }, { 0, PAGE, LARGE, 0 }, { PAGE, 0, LARGE, 0 },
	{ LARGE, 5 * LARGE, LARGE, 1 }, { (1ull << 39) - LARGE, 0, 2 * LARGE, 2 }, { (1ull << 48) - PAGE, 0, PAGE, 0 },
};

static void maps_it_all_and_nothing_else(void **state)
{
	for (size_t i = 0; i < LENGTH(given); i++) {
		give(given[i].gpa, given[i].hpa, given[i].size);
		if (space.mapped != given[i].size)
			fail_msg("of 0x%lx bytes at 0x%lx only 0x%lx are mapped", given[i].size, given[i].gpa, space.mapped);
	}
}

static void large_pages_where_they_fit(void **state)
{
	for (size_t i = 0; i < LENGTH(given); i++) {
		give(given[i].gpa, given[i].hpa, given[i].size);
		if (space.large != given[i].large)
			fail_msg("0x%lx bytes at 0x%lx, host 0x%lx: %u large pages fit, there are %u", given[i].size, given[i].gpa,
				given[i].hpa, given[i].large, space.large);
	}
}

static void answers(const char *call, int result, int expected)
{
	if (result != expected)
		fail_msg("%s: the result should be %d, and is %d", call, expected, result);
}

/* Without memory for a table, mapping fails; it never writes through nothing. */
static void says_when_memory_ends(void **state)
{
	for (unsigned left = 0; left < 3; left++) {
		begin(NULL);
		tables_limit = tables_used + left;
		answers("ept_map() without memory for a table", ept_map(ept, 0, HOST, PAGE), -ENOMEM);
	}
	give(0, 0, LARGE);
	tables_limit = tables_used;
	if (space.large)
		answers("ept_unmap_page() without memory for a table", ept_unmap_page(ept, PAGE), -ENOMEM);
	walk();
	if (space.mapped != LARGE)
		fail_msg("no memory for a table, so nothing may change; 0x%lx bytes of 0x%llx are mapped", space.mapped, LARGE);
}

static void take_out(uint64_t gpa)
{
	answers("ept_unmap_page() of a page that is there", ept_unmap_page(ept, gpa), 0);
	space.hole = gpa;
	walk();
	if (space.mapped != space.size - PAGE)
		fail_msg("one page was taken out, at 0x%lx; 0x%lx bytes are gone", gpa, space.size - space.mapped);
	if (ept_unmap_page(ept, gpa) != -EINVAL)
		fail_msg("a page that is not there cannot be taken out again");
}

static void a_page_leaves_and_its_neighbours_stay(void **state)
{
	static const uint64_t inside[] = { 0, PAGE, 300 * PAGE, LARGE - PAGE };

	for (size_t i = 0; i < LENGTH(inside); i++) {
		give(LARGE, 3 * LARGE, 2 * LARGE);
		take_out(LARGE + inside[i]);
	}
	give(0, 0, 8 * PAGE);
	take_out(3 * PAGE);
	answers("ept_unmap_page() at GPA_LIMIT", ept_unmap_page(ept, 1ull << 48), -EINVAL);
}

static void the_cpu_forgets_it(void **state)
{
	give(0, 0, LARGE + 8 * PAGE);
	answers("ept_unmap_page() of a 4 KiB page", ept_unmap_page(ept, LARGE + PAGE), 0);
	if (!ept->stale)
		fail_msg("a 4 KiB page left; ept->stale is not set, and the CPU goes on with what it has cached");
	ept->stale = false;
	answers("ept_unmap_page() within a 2 MiB page", ept_unmap_page(ept, PAGE), 0);
	if (!ept->stale)
		fail_msg("a 2 MiB page was split; ept->stale is not set, and the CPU goes on with what it has cached");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup(maps_it_all_and_nothing_else, begin),
	cmocka_unit_test_setup(large_pages_where_they_fit, begin),
	cmocka_unit_test_setup(says_when_memory_ends, begin),
	cmocka_unit_test_setup(a_page_leaves_and_its_neighbours_stay, begin),
	cmocka_unit_test_setup(the_cpu_forgets_it, begin),
};

LAB_MAIN(tests)

/* A guest's own page tables, in each paging mode and page size: every level that can say no, and the marks that a walk leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "cpu/cpu.h"
#include "lib/errno.h"
#include "vm/guest_memory.h"
#include "vm/guest_walk.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define P  1ull
#define W  2ull
#define U  4ull
#define A  0x20ull
#define D  0x40ull
#define PS 0x80ull
#define NX (1ull << 63)
#define READ 0
#define NOT_MEMORY 0x7000000ull

static uint8_t ram[16 * PAGE_SIZE];
static const struct guest_memory memory = { .size = sizeof(ram) };

static bool in_ram(uint64_t gpa, size_t n)
{
	return gpa <= sizeof(ram) && n <= sizeof(ram) - gpa;
}

int copy_from_guest(const struct guest_memory *m, void *to, uint64_t gpa, size_t n)
{
	assert_ptr_equal(m, &memory);
	if (!in_ram(gpa, n))
		return -EFAULT;
	memcpy(to, ram + gpa, n);
	return 0;
}

int copy_to_guest(const struct guest_memory *m, uint64_t gpa, const void *from, size_t n)
{
	assert_ptr_equal(m, &memory);
	if (!in_ram(gpa, n))
		return -EFAULT;
	memcpy(ram + gpa, from, n);
	return 0;
}

/* ---- Page tables, made without a look at the code under test ---- */

static const struct shape {
	const char *name;
	uint64_t cr4, efer;
	int levels;
	unsigned entry_bytes, index_bits;
	uint64_t linear_mask, root_offset;
} shapes[] = {
	{ "32-bit", 0, 0, 2, 4, 10, 0xffffffff, 0 },
	{ "32-bit with PSE", CR4_PSE, 0, 2, 4, 10, 0xffffffff, 0 },
	{ "32-bit, LME alone", CR4_PSE, EFER_LME, 2, 4, 10, 0xffffffff, 0 },
	{ "PAE", CR4_PAE, EFER_NXE, 3, 8, 9, 0xffffffff, 0x7e0 },
	{ "4-level", CR4_PAE | CR4_PSE, EFER_LME | EFER_LMA | EFER_NXE, 4, 8, 9, UINT64_MAX, 0 },
};
enum { MODE_32BIT, MODE_PSE, MODE_LME, MODE_PAE, MODE_4LEVEL };

/* One way from the root to a leaf. Tables lie at 0x1000 (the root), 0x2000, … */
static struct {
	const struct shape *shape;
	int leaf;
	uint64_t place[5];              /* guest-physical address of the entry at each level */
	struct guest_paging paging;
} way;

static uint64_t entry(int level)
{
	uint64_t value = 0;

	memcpy(&value, ram + way.place[level], way.shape->entry_bytes);
	return value;
}

static void set_entry(int level, uint64_t value)
{
	memcpy(ram + way.place[level], &value, way.shape->entry_bytes);
}

static bool is_pae_root(int level)
{
	return way.shape == &shapes[MODE_PAE] && level == 3;
}

/* All rights at all levels. */
static void build(const struct shape *shape, int leaf, uint64_t linear, uint64_t gpa)
{
	uint64_t table = 0x1000 + shape->root_offset;

	memset(ram, 0, sizeof(ram));
	memset(&way, 0, sizeof(way));
	way.shape = shape;
	way.leaf = leaf;
	way.paging = (struct guest_paging){ CR0_PE | CR0_PG | CR0_WP, table, shape->cr4, shape->efer };
	for (int level = shape->levels; level >= leaf; level--) {
		uint64_t index = (linear & shape->linear_mask) >> (12 + shape->index_bits * (level - 1));

		index &= (1u << shape->index_bits) - 1;
		way.place[level] = table + index * shape->entry_bytes;
		table = 0x1000ull * (shape->levels - level + 2);
		set_entry(level, (level == leaf ? gpa : table) | P | (is_pae_root(level) ? 0 : W | U) | (level == leaf && level > 1 ? PS : 0));
	}
}

static int walk(uint64_t linear, unsigned access, uint64_t *gpa, uint32_t *error)
{
	*gpa = 0xdeadbeef;
	*error = 0xdeadbeef;
	return guest_walk(&memory, &way.paging, linear, access, gpa, error);
}

static void goes(uint64_t linear, unsigned access, uint64_t expected)
{
	uint64_t gpa;
	uint32_t error;

	if (walk(linear, access, &gpa, &error) != 0 || gpa != expected)
		fail_msg("%s: 0x%lx, access %u: to 0x%lx, error code 0x%x", way.shape->name, linear, access, gpa, error);
}

static void faults(uint64_t linear, unsigned access, uint32_t expected)
{
	uint64_t gpa;
	uint32_t error;

	if (walk(linear, access, &gpa, &error) != -EFAULT || error != expected)
		fail_msg("%s: 0x%lx, access %u: to 0x%lx, error code 0x%x", way.shape->name, linear, access, gpa, error);
}

/* ---- Where a linear address goes ---- */

static const struct {
	int mode, leaf;
	uint64_t linear, leaf_gpa, gpa;
} translations[] = {
	{ MODE_32BIT, 1, 0x00000000, 0x5000, 0x5000 },
	{ MODE_32BIT, 1, 0x12345678, 0x5000, 0x5678 },
	{ MODE_32BIT, 1, 0xffffffff, 0xfffff000, 0xffffffff },
	{ MODE_PSE, 1, 0xc0401fff, 0x7000, 0x7fff },
	{ MODE_PSE, 2, 0xc0412345, 0x00c00000, 0x00c12345 },
	{ MODE_PSE, 2, 0xffffffff, 0x00400000, 0x007fffff },
	{ MODE_LME, 2, 0x00400000, 0x00800000, 0x00800000 },    /* not LMA: the mode that counts */
	{ MODE_PAE, 1, 0x00000000, 0x5000, 0x5000 },
	{ MODE_PAE, 1, 0xffffffff, 0x5000, 0x5fff },
	{ MODE_PAE, 1, 0x7fe01234, 0x123456000, 0x123456234 },  /* above 4 GiB */
	{ MODE_PAE, 1, 0x80000000, 0x5000 | NX, 0x5000 },
	{ MODE_PAE, 2, 0xc0345678, 0x600000, 0x745678 },
	{ MODE_PAE, 2, 0x401fffff, 0x200000 | NX, 0x3fffff },
	{ MODE_4LEVEL, 1, 0x0000000000000000, 0x5000, 0x5000 },
	{ MODE_4LEVEL, 1, 0x00007fffffffffff, 0x5000, 0x5fff },
	{ MODE_4LEVEL, 1, 0xffffffff81234567, 0xfffffffff000, 0xfffffffff567 },
	{ MODE_4LEVEL, 1, 0xffff800000000000, 0x5000 | NX, 0x5000 },
	{ MODE_4LEVEL, 2, 0xffff8880123fedcb, 0xa00000, 0xbfedcb },
	{ MODE_4LEVEL, 3, 0xffff88807fffffff, 0x40000000, 0x7fffffff },
	{ MODE_4LEVEL, 3, 0x0000000000000001, 0x80000000, 0x80000001 },
};

static void every_page_size_of_every_mode(void **state)
{
	for (size_t i = 0; i < LENGTH(translations); i++) {
		build(&shapes[translations[i].mode], translations[i].leaf, translations[i].linear, translations[i].leaf_gpa);
		goes(translations[i].linear, READ, translations[i].gpa);
		goes(translations[i].linear, WALK_WRITE, translations[i].gpa);
		goes(translations[i].linear, WALK_USER, translations[i].gpa);
		goes(translations[i].linear, WALK_WRITE | WALK_USER, translations[i].gpa);
		way.paging.cr3 |= 0x18;                 /* PWT and PCD */
		goes(translations[i].linear, READ, translations[i].gpa);
	}
}

static void without_paging_linear_is_physical(void **state)
{
	for (size_t i = 0; i < LENGTH(shapes); i++) {
		build(&shapes[i], 1, 0x1000, 0x5000);
		way.paging.cr0 &= ~CR0_PG;
		goes(0x12345678, WALK_WRITE | WALK_USER, 0x12345678);
		way.paging.cr3 = NOT_MEMORY;
		goes(0, READ, 0);
	}
}

/* Bit 7 of a directory entry means nothing there while CR4.PSE is off. */
static void large_pages_of_32_bit_need_pse(void **state)
{
	build(&shapes[MODE_32BIT], 1, 0x00403000, 0x5000);
	set_entry(2, entry(2) | PS);
	goes(0x00403123, READ, 0x5123);
	way.paging.cr4 = CR4_PSE;
	goes(0x00403123, READ, 0x3123);         /* the table's address, less what a 4 MiB page does not need */
}

static void linear_addresses_wrap_at_4_gib_outside_long_mode(void **state)
{
	for (int mode = MODE_32BIT; mode <= MODE_PAE; mode++) {
		build(&shapes[mode], 1, 0x1000, 0x5000);
		goes(0x100001234, READ, 0x5234);
		goes(0xffffffff00001234, READ, 0x5234);
	}
}

/* ---- Who says no ---- */

static const struct { int mode, leaf; } ways[] = {
	{ MODE_32BIT, 1 }, { MODE_PSE, 2 }, { MODE_PAE, 1 }, { MODE_PAE, 2 }, { MODE_4LEVEL, 1 }, { MODE_4LEVEL, 2 }, { MODE_4LEVEL, 3 },
};
static const unsigned accesses[] = { READ, WALK_WRITE, WALK_USER, WALK_WRITE | WALK_USER };
#define LINEAR  0x40001008ull
#define LEAF_AT 0x40000000ull

/* Calls visit for each level of each way, freshly built. */
static void each_level(void (*visit)(int level))
{
	for (size_t w = 0; w < LENGTH(ways); w++)
		for (int level = shapes[ways[w].mode].levels; level >= ways[w].leaf; level--) {
			build(&shapes[ways[w].mode], ways[w].leaf, LINEAR, LEAF_AT);
			visit(level);
		}
}

static void not_present(int level)
{
	set_entry(level, entry(level) & ~P);
	for (size_t a = 0; a < LENGTH(accesses); a++)
		faults(LINEAR, accesses[a], accesses[a]);
	set_entry(level, 0);
	faults(LINEAR, READ, READ);
}

static void outside_memory(int level)
{
	if (level == way.shape->levels)
		way.paging.cr3 = NOT_MEMORY;
	else
		set_entry(level + 1, NOT_MEMORY | P | (is_pae_root(level + 1) ? 0 : W | U));
	for (size_t a = 0; a < LENGTH(accesses); a++)
		faults(LINEAR, accesses[a], accesses[a]);
}

static void read_only(int level)
{
	uint64_t gpa = LEAF_AT + (LINEAR & ((1ull << (12 + way.shape->index_bits * (way.leaf - 1))) - 1));

	if (is_pae_root(level))
		return;
	set_entry(level, entry(level) & ~W);
	goes(LINEAR, READ, gpa);
	goes(LINEAR, WALK_USER, gpa);
	faults(LINEAR, WALK_WRITE | WALK_USER, WALK_WRITE | WALK_USER | 1);
	faults(LINEAR, WALK_WRITE, WALK_WRITE | 1);
	way.paging.cr0 &= ~CR0_WP;
	goes(LINEAR, WALK_WRITE, gpa);          /* the supervisor, without write protection */
	faults(LINEAR, WALK_WRITE | WALK_USER, WALK_WRITE | WALK_USER | 1);
}

static void supervisor(int level)
{
	uint64_t gpa = LEAF_AT + (LINEAR & ((1ull << (12 + way.shape->index_bits * (way.leaf - 1))) - 1));

	if (is_pae_root(level))
		return;
	way.paging.cr4 |= CR4_SMAP;
	faults(LINEAR, READ, 1);                /* a user's page */
	faults(LINEAR, WALK_WRITE, WALK_WRITE | 1);
	goes(LINEAR, WALK_USER, gpa);
	set_entry(level, entry(level) & ~U);
	goes(LINEAR, READ, gpa);
	goes(LINEAR, WALK_WRITE, gpa);
	faults(LINEAR, WALK_USER, WALK_USER | 1);
	faults(LINEAR, WALK_WRITE | WALK_USER, WALK_WRITE | WALK_USER | 1);
	way.paging.cr4 &= ~CR4_SMAP;
	goes(LINEAR, READ, gpa);
	faults(LINEAR, WALK_USER, WALK_USER | 1);
}

static void an_entry_that_is_not_present(void **state) { each_level(not_present); }
static void a_table_outside_the_guests_memory(void **state) { each_level(outside_memory); }
static void write_protection_at_each_level(void **state) { each_level(read_only); }
static void user_and_supervisor_at_each_level(void **state) { each_level(supervisor); }

/* Only the middle of the table lies in memory: each entry is looked at where it is. */
static void a_table_that_the_guests_memory_cuts(void **state)
{
	build(&shapes[MODE_4LEVEL], 1, LINEAR, LEAF_AT);
	set_entry(2, (sizeof(ram) - 0x1000) | P | W | U);
	way.place[1] = sizeof(ram) - 0x1000 + (LINEAR >> 12 & 511) * 8;
	set_entry(1, LEAF_AT | P);
	goes(LINEAR, READ, LEAF_AT | (LINEAR & 0xfff));
	set_entry(2, sizeof(ram) | P | W | U);
	faults(LINEAR, READ, READ);
}

/* ---- SDM: "Accessed and Dirty Flags" ---- */

static uint64_t marks(int level)
{
	return entry(level) & (A | D);
}

static void a_walk_marks_what_it_used(void **state)
{
	uint64_t gpa;
	uint32_t error;

	for (size_t w = 0; w < LENGTH(ways); w++) {
		build(&shapes[ways[w].mode], ways[w].leaf, LINEAR, LEAF_AT);
		for (unsigned access = 0; access <= WALK_WRITE; access += WALK_WRITE) {
			assert_int_equal(walk(LINEAR, access | WALK_MARK, &gpa, &error), 0);
			for (int level = way.shape->levels; level > way.leaf; level--)
				assert_int_equal(marks(level), is_pae_root(level) ? 0 : A);
			assert_int_equal(marks(way.leaf), access ? A | D : A);
		}
	}
}

static void a_refused_access_leaves_the_page_unmarked(void **state)
{
	for (size_t w = 0; w < LENGTH(ways); w++) {
		build(&shapes[ways[w].mode], ways[w].leaf, LINEAR, LEAF_AT);
		set_entry(way.leaf, entry(way.leaf) & ~(W | U));
		faults(LINEAR, WALK_WRITE | WALK_MARK, WALK_WRITE | 1);
		faults(LINEAR, WALK_USER | WALK_MARK, WALK_USER | 1);
		assert_int_equal(marks(way.leaf), 0);
		set_entry(way.leaf, entry(way.leaf) & ~P);
		faults(LINEAR, WALK_WRITE | WALK_MARK, WALK_WRITE);
		assert_int_equal(marks(way.leaf), 0);
	}
}

/* Marks reach the entry and nothing beside it, in 4 bytes as in 8. */
static void marks_touch_one_entry(void **state)
{
	static uint8_t before[sizeof(ram)];
	uint64_t gpa;
	uint32_t error;

	for (size_t w = 0; w < LENGTH(ways); w++) {
		build(&shapes[ways[w].mode], ways[w].leaf, LINEAR, LEAF_AT);
		memcpy(before, ram, sizeof(ram));
		assert_int_equal(walk(LINEAR, WALK_WRITE, &gpa, &error), 0);    /* a look leaves nothing */
		assert_memory_equal(ram, before, sizeof(ram));
		assert_int_equal(walk(LINEAR, WALK_WRITE | WALK_MARK, &gpa, &error), 0);
		assert_memory_not_equal(ram, before, sizeof(ram));
		for (int level = way.shape->levels; level >= way.leaf; level--)
			set_entry(level, entry(level) & ~(A | D));
		assert_memory_equal(ram, before, sizeof(ram));
	}
}

/* Whatever lies in memory: a walk ends, reads and writes only there, and says yes or no. */
static void rubbish_is_survived(void **state)
{
	static const uint64_t cr4s[] = { 0, CR4_PSE, CR4_PAE, CR4_PAE | CR4_SMAP };
	uint64_t gpa;
	uint32_t error;

	srand(5);
	way.shape = &shapes[0];
	for (unsigned round = 0; round < 2000; round++) {
		for (size_t i = 0; i < sizeof(ram); i += 8) {
			uint64_t value = ((uint64_t)rand() << 33) ^ ((uint64_t)rand() << 12) ^ rand();

			if (rand() % 2)
				value = (value & 0xf0ff) | 1;
			memcpy(ram + i, &value, 8);
		}
		for (unsigned n = 0; n < 16; n++) {
			way.paging = (struct guest_paging){ CR0_PG | (rand() % 2 ? CR0_WP : 0), rand() % (2 * sizeof(ram)), cr4s[n % 4],
				n & 4 ? EFER_LMA : 0 };
			int result = walk((uint64_t)rand() << 32 | rand(), accesses[rand() % 4] | WALK_MARK, &gpa, &error);

			assert_true(result == 0 || result == -EFAULT);
			if (result)
				assert_in_range(error, 0, 7);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_page_size_of_every_mode),
		cmocka_unit_test(without_paging_linear_is_physical),
		cmocka_unit_test(large_pages_of_32_bit_need_pse),
		cmocka_unit_test(linear_addresses_wrap_at_4_gib_outside_long_mode),
		cmocka_unit_test(an_entry_that_is_not_present),
		cmocka_unit_test(a_table_outside_the_guests_memory),
		cmocka_unit_test(write_protection_at_each_level),
		cmocka_unit_test(user_and_supervisor_at_each_level),
		cmocka_unit_test(a_table_that_the_guests_memory_cuts),
		cmocka_unit_test(a_walk_marks_what_it_used),
		cmocka_unit_test(a_refused_access_leaves_the_page_unmarked),
		cmocka_unit_test(marks_touch_one_entry),
		cmocka_unit_test(rubbish_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <stddef.h>
#include "lib/errno.h"
#include "lib/heap.h"
#include "memory/pages.h"
#include "vmx/ept.h"

#define PAGE       4096ull
#define LARGE_PAGE (512 * PAGE)
#define LEVELS     4                    /* 4: PML4, 3: PDPT, 2: page directory, 1: page table */
#define GPA_LIMIT  (1ull << 48)
#define ALL_ACCESS (EPT_READ | EPT_WRITE | EPT_EXECUTE)

static uint64_t *table_at(uint64_t entry)
{
	return (uint64_t *)(entry & EPT_ADDRESS);
}

static unsigned index_at(uint64_t gpa, int level)
{
	return gpa >> (12 + 9 * (level - 1)) & 511;
}

static bool is_leaf(uint64_t entry, int level)
{
	return level == 1 || (entry & EPT_LARGE);
}

/* Go down to the entry of gpa at the given level, or to the leaf above it; NULL where the way ends. *level says where it is. */
static uint64_t *find_entry(const struct ept *ept, uint64_t gpa, int target, int *level)
{
	uint64_t *table = (uint64_t *)ept->root;

	for (*level = LEVELS; ; --*level) {
		uint64_t *entry = &table[index_at(gpa, *level)];

		if (*level == target || (*entry && is_leaf(*entry, *level)))
			return entry;
		if (!*entry)
			return NULL;
		table = table_at(*entry);
	}
}

/* The entry of gpa at level target, making the tables on the way. NULL without memory. */
static uint64_t *make_entry(struct ept *ept, uint64_t gpa, int target)
{
	uint64_t *table = (uint64_t *)ept->root;

	for (int level = LEVELS; level > target; level--) {
		uint64_t *entry = &table[index_at(gpa, level)];

		if (!*entry) {
			uint64_t page = pages_alloc(1, 1);

			if (!page)
				return NULL;
			*entry = page | ALL_ACCESS;
		}
		table = table_at(*entry);
	}
	return &table[index_at(gpa, target)];
}

struct ept *ept_create(void)
{
	struct ept *ept = zalloc(sizeof(*ept));

	ept->root = pages_alloc(1, 1);
	return ept->root ? ept : NULL;
}

/* lab 5C: this memory, and nothing else */
int ept_map(struct ept *ept, uint64_t gpa, uint64_t hpa, uint64_t size)
{
	while (size) {
		bool large = gpa % LARGE_PAGE == 0 && hpa % LARGE_PAGE == 0 && size >= LARGE_PAGE;
		uint64_t *entry = make_entry(ept, gpa, large ? 2 : 1);
		uint64_t step = large ? LARGE_PAGE : PAGE;

		if (!entry)
			return -ENOMEM;
		*entry = hpa | ALL_ACCESS | EPT_TYPE_WB | (large ? EPT_LARGE : 0);
		gpa += step;
		hpa += step;
		size -= step;
	}
	return 0;
}
/* end of 5C */

/* lab 5C: a page leaves */
/* Replace a 2 MiB page by a table of 512 pages that map the same. */
static int split_large_page(struct ept *ept, uint64_t *entry)
{
	uint64_t page = pages_alloc(1, 1);
	uint64_t *table = (uint64_t *)page;

	if (!page)
		return -ENOMEM;
	for (unsigned i = 0; i < 512; i++)
		table[i] = (*entry & ~EPT_LARGE) + i * PAGE;
	*entry = page | ALL_ACCESS;
	ept->stale = true;
	return 0;
}

int ept_unmap_page(struct ept *ept, uint64_t gpa)
{
	int level;
	uint64_t *entry = gpa < GPA_LIMIT ? find_entry(ept, gpa, 1, &level) : NULL;

	if (!entry || !*entry)
		return -EINVAL;
	if (level == 2) {
		int error = split_large_page(ept, entry);

		if (error)
			return error;
		entry = find_entry(ept, gpa, 1, &level);
	}
	*entry = 0;
	ept->stale = true;
	return 0;
}
/* end of 5C */

uint64_t ept_lookup(const struct ept *ept, uint64_t gpa)
{
	int level;
	uint64_t *entry = gpa < GPA_LIMIT ? find_entry(ept, gpa, 1, &level) : NULL;

	if (!entry || !*entry)
		return 0;
	uint64_t offset_mask = level == 2 ? LARGE_PAGE - 1 : PAGE - 1;

	return (*entry & EPT_ADDRESS & ~offset_mask) | (gpa & offset_mask);
}

uint64_t ept_pointer(const struct ept *ept)
{
	return ept->root | (LEVELS - 1) << 3 | 6;
}

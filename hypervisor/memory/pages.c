#include <stdbool.h>
#include "lib/panic.h"
#include "lib/string.h"
#include "memory/pages.h"
#include "vm/guest_memory.h"

static uint64_t *used;                                  /* one bit a page */
static size_t total;                                    /* pages below top */
static size_t in_use;
static size_t lowest;                                   /* no page below it is free */

static bool is_used(size_t page)
{
	return used[page / 64] >> page % 64 & 1;
}

static void mark(size_t page, size_t count, bool on)
{
	if (!on && page < lowest)
		lowest = page;
	for (; count; page++, count--) {
		uint64_t bit = 1ull << page % 64;

		used[page / 64] = on ? used[page / 64] | bit : used[page / 64] & ~bit;
	}
}

size_t pages_bitmap_bytes(uint64_t top)
{
	return (top / PAGE_SIZE + 63) / 64 * sizeof(uint64_t);
}

void pages_init(uint64_t top, void *bitmap)
{
	used = bitmap;
	lowest = total = top / PAGE_SIZE;
	memset(used, 0xff, pages_bitmap_bytes(top));
}

void pages_add_free(uint64_t start, uint64_t end)
{
	size_t first = (start + PAGE_SIZE - 1) / PAGE_SIZE;
	size_t last = end / PAGE_SIZE;

	if (first < last)
		mark(first, last - first, false);
}

/* The first used page of [page, page + count), or its end if all are free. */
static size_t first_used(size_t page, size_t count)
{
	size_t end = page + count;

	while (page < end && !is_used(page))
		page++;
	return page;
}

static size_t round_up(size_t page, size_t align)
{
	return (page + align - 1) / align * align;
}

/* Page 0 stays out: its address means "none". */
uint64_t pages_alloc(size_t count, size_t align)
{
	while (lowest < total && is_used(lowest))
		lowest++;
	for (size_t page = round_up(lowest ? lowest : 1, align); page + count <= total; ) {
		size_t stop = first_used(page, count);

		if (stop == page + count) {
			mark(page, count, true);
			in_use += count;
			memset((void *)(page * PAGE_SIZE), 0, count * PAGE_SIZE);
			return page * PAGE_SIZE;
		}
		page = round_up(stop + 1, align);
	}
	return 0;
}

static bool all_used(size_t page, size_t count)
{
	for (; count; page++, count--)
		if (!is_used(page))
			return false;
	return true;
}

void pages_free(uint64_t address, size_t count)
{
	assert(address % PAGE_SIZE == 0 && address / PAGE_SIZE + count <= total && all_used(address / PAGE_SIZE, count));
	mark(address / PAGE_SIZE, count, false);
	in_use -= count;
}

size_t pages_in_use(void)
{
	return in_use;
}

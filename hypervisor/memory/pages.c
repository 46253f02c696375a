#include <stdbool.h>
#include "lib/panic.h"
#include "lib/string.h"
#include "memory/pages.h"
#include "vm/guest_memory.h"

static uint64_t *used, *fresh;                          /* one bit a page: not free; nobody has given it back yet */
static size_t total;                                    /* pages below top */
static size_t given, available;                         /* to the allocator; of them free now */
static size_t lowest;                                   /* no page below it is free */

static bool is_set(const uint64_t *bitmap, size_t page)
{
	return bitmap[page / 64] >> page % 64 & 1;
}

static void set(uint64_t *bitmap, size_t page, size_t count, bool on)
{
	for (; count; page++, count--) {
		uint64_t bit = 1ull << page % 64;

		bitmap[page / 64] = on ? bitmap[page / 64] | bit : bitmap[page / 64] & ~bit;
	}
}

static void mark_free(size_t page, size_t count)
{
	set(used, page, count, false);
	available += count;
	if (page < lowest)
		lowest = page;
}

size_t pages_bitmap_bytes(uint64_t top)
{
	return (top / PAGE_SIZE + 63) / 64 * sizeof(uint64_t) * 2;
}

void pages_init(uint64_t top, void *bitmap)
{
	used = bitmap;
	fresh = used + pages_bitmap_bytes(top) / 16;
	lowest = total = top / PAGE_SIZE;
	memset(bitmap, 0xff, pages_bitmap_bytes(top));
}

void pages_add_free(uint64_t start, uint64_t end)
{
	size_t first = (start + PAGE_SIZE - 1) / PAGE_SIZE;
	size_t last = end / PAGE_SIZE;

	for (; first < last; first++, given++)
		mark_free(first, 1);
}

/* The first used page of [page, page + count), or its end if all are free. */
static size_t first_used(size_t page, size_t count)
{
	size_t end = page + count;

	while (page < end && !is_set(used, page))
		page++;
	return page;
}

static size_t round_up(size_t page, size_t align)
{
	return (page + align - 1) / align * align;
}

/* Page 0 stays out: its address means "none". */
static uint64_t take(size_t count, size_t align)
{
	while (lowest < total && is_set(used, lowest))
		lowest++;
	for (size_t page = round_up(lowest ? lowest : 1, align); page + count <= total; ) {
		size_t stop = first_used(page, count);

		if (stop == page + count) {
			set(used, page, count, true);
			available -= count;
			return page * PAGE_SIZE;
		}
		page = round_up(stop + 1, align);
	}
	return 0;
}

uint64_t pages_alloc(size_t count, size_t align)
{
	uint64_t address = take(count, align);

	return address ? (uint64_t)memset((void *)address, 0, count * PAGE_SIZE) : 0;
}

uint64_t page_for_guest(void)
{
	uint64_t address = take(1, 1);

	if (address && is_set(fresh, address / PAGE_SIZE))
		memset((void *)address, 0, PAGE_SIZE);
	return address;
}

static bool all_used(size_t page, size_t count)
{
	for (; count; page++, count--)
		if (!is_set(used, page))
			return false;
	return true;
}

void pages_free(uint64_t address, size_t count)
{
	assert(address % PAGE_SIZE == 0 && address / PAGE_SIZE + count <= total && all_used(address / PAGE_SIZE, count));
	mark_free(address / PAGE_SIZE, count);
	set(fresh, address / PAGE_SIZE, count, false);
}

size_t pages_available(void)
{
	return available;
}

size_t pages_in_use(void)
{
	return given - available;
}

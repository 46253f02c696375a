#include <stddef.h>
#include "boot/multiboot2.h"
#include "lib/panic.h"
#include "memory/layout.h"
#include "memory/memory.h"
#include "memory/pages.h"
#include "vm/guest_memory.h"

#define LIMIT (4ull << 30)              /* what boot/start.asm maps; plenty for sixteen small guests */

uint64_t memory_map_top;
static uint64_t reserved_end;           /* image, boot information and modules lie below, and the bitmap's end */

static uint64_t page_up(uint64_t address)
{
	return (address + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
}

static uint64_t at_most(uint64_t value, uint64_t limit)
{
	return value < limit ? value : limit;
}

static void find_top(uint64_t start, uint64_t end, void *top)
{
	if (start < LIMIT && at_most(end, LIMIT) > *(uint64_t *)top)
		*(uint64_t *)top = at_most(end, LIMIT);
}

/* Everything below reserved_end stays out; so does the first MiB, which belongs to the firmware. */
static void add_range(uint64_t start, uint64_t end, void *unused)
{
	if (start < reserved_end)
		start = reserved_end;
	pages_add_free(start, at_most(end, LIMIT));
}

void memory_init(const struct boot_info *boot)
{
	uint64_t top = 0;

	multiboot2_each_free_range(boot, find_top, &top);
	reserved_end = page_up((uint64_t)image_end);
	if (boot->end > reserved_end)
		reserved_end = page_up(boot->end);
	for (unsigned i = 0; i < boot->module_count; i++)
		if (boot->modules[i].end > reserved_end)
			reserved_end = page_up(boot->modules[i].end);

	void *bitmap = (void *)reserved_end;

	reserved_end = page_up(reserved_end + pages_bitmap_bytes(top));
	if (reserved_end >= top)
		panic("too little memory: %lu KiB, and the modules need more", top >> 10);
	pages_init(top, bitmap);
	multiboot2_each_free_range(boot, add_range, NULL);
	memory_map_top = top;
}

uint64_t memory_image_bytes(void)
{
	return image_end - image_start;
}

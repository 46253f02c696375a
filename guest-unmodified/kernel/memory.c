#include "memory.h"
#include "lib.h"
#include "machine.h"
#include "multiboot.h"

#define MEMORY_LIMIT (1ull << 30)               /* what the boot page tables map */
#define MAX_PAGES (MEMORY_LIMIT / PAGE_SIZE)

extern char image_end[];

static uint64_t in_use[MAX_PAGES / 64];         /* a bit for each page; not memory counts as in use */
static size_t total_pages, free_pages;
static size_t search_from;                      /* no free page below */

static bool is_used(size_t page)
{
	return in_use[page / 64] >> page % 64 & 1;
}

static void mark(size_t page, bool used)
{
	if (used)
		in_use[page / 64] |= 1ull << page % 64;
	else
		in_use[page / 64] &= ~(1ull << page % 64);
}

static void add_memory(uint64_t start, uint64_t length)
{
	uint64_t end = length > MEMORY_LIMIT - MIN(start, MEMORY_LIMIT) ? MEMORY_LIMIT : start + length;

	start = ROUND_UP(start < (uint64_t)image_end ? (uint64_t)image_end : start, PAGE_SIZE);
	for (size_t page = start / PAGE_SIZE; page < end / PAGE_SIZE; page++) {
		if (!is_used(page))
			continue;
		mark(page, false);
		total_pages++;
	}
}

static void add_memory_map(const struct multiboot_info *info)
{
	uint64_t at = info->mmap_addr, end = at + info->mmap_length;

	while (at < end) {
		const struct multiboot_mmap_entry *entry = (const void *)at;
		if (entry->type == MULTIBOOT_MEMORY_AVAILABLE)
			add_memory(entry->addr, entry->len);
		at += entry->size + sizeof(entry->size);
	}
}

void memory_init(const struct multiboot_info *info)
{
	memset(in_use, 0xff, sizeof(in_use));
	search_from = (uint64_t)image_end / PAGE_SIZE;
	if (info->flags & MULTIBOOT_INFO_MMAP)
		add_memory_map(info);
	else if (info->flags & MULTIBOOT_INFO_MEMORY)
		add_memory(1 << 20, (uint64_t)info->mem_upper * 1024);
	free_pages = total_pages;
	if (free_pages == 0)
		kernel_panic("the boot loader reports no memory above 1 MiB");
}

/* First fit; 0 (never ours) if there is none. */
static size_t find_run(size_t pages)
{
	size_t run = 0;

	for (size_t page = search_from; page < MAX_PAGES; page++) {
		run = is_used(page) ? 0 : run + 1;
		if (run == pages)
			return page + 1 - pages;
	}
	return 0;
}

static size_t take_run(size_t pages)
{
	size_t first = pages == 0 || pages > free_pages ? 0 : find_run(pages);

	if (first == 0)
		return 0;
	for (size_t i = 0; i < pages; i++)
		mark(first + i, true);
	free_pages -= pages;
	if (first == search_from)
		search_from += pages;
	return first;
}

void *pages_alloc(size_t pages)
{
	bool on = interrupts_save_disable();
	size_t first = take_run(pages);

	interrupts_restore(on);
	if (first == 0)
		return NULL;
	return memset((void *)(first * PAGE_SIZE), 0, pages * PAGE_SIZE);
}

void pages_free(void *first, size_t pages)
{
	bool on = interrupts_save_disable();
	size_t start = (uint64_t)first / PAGE_SIZE;

	for (size_t page = start; page < start + pages; page++) {
		if (page >= MAX_PAGES || !is_used(page))
			kernel_panic("page 0x%zx freed twice", page);
		mark(page, false);
	}
	free_pages += pages;
	search_from = MIN(search_from, start);
	interrupts_restore(on);
}

size_t memory_total_pages(void)
{
	return total_pages;
}

size_t memory_free_pages(void)
{
	return free_pages;
}

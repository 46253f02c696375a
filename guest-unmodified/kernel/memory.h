#pragma once
/* The page allocator: all memory from the end of the kernel's image to 1 GiB, in pages of 4 KiB, physical = virtual. */
#include <stddef.h>

struct multiboot_info;

void memory_init(const struct multiboot_info *info);

/* Physically contiguous, zeroed; NULL if there is no such run. */
void *pages_alloc(size_t pages);
void pages_free(void *first, size_t pages);

size_t memory_total_pages(void);
size_t memory_free_pages(void);

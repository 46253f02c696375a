#pragma once
#include <stdbool.h>
#include <stdint.h>

struct boot_info;

/* Give the page allocator every free range below 4 GiB except the image, GRUB's information and the modules. */
void memory_init(const struct boot_info *boot);

/* A module has been copied to its guest: its pages are free again. */
void memory_free_module(uint64_t start, uint64_t end);

/* Build and load the hypervisor's own page tables: all memory one to one, text executable, everything else not, nothing both writable and
   executable, no page at 0 and below the stacks. Turns on SMEP, SMAP and UMIP where the CPU has them. */
void paging_init(void);

/* Can the hypervisor read this address? */
bool paging_is_mapped(uint64_t address);

/* What the hypervisor takes beside its guests: image, tables, buffers. Bytes. */
uint64_t memory_own_bytes(void);
void memory_count_guest(uint64_t bytes);                /* so many bytes of the allocated pages are a guest's */
uint64_t memory_image_bytes(void);

extern uint64_t memory_map_top;                         /* end of the highest free range below 4 GiB */

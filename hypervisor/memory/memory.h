#pragma once
#include <stdbool.h>
#include <stdint.h>

struct boot_info;

/* Give the page allocator every free range below 4 GiB except the image, GRUB's information and the modules. */
void memory_init(const struct boot_info *boot);

/* Build and load the hypervisor's own page tables: all memory one to one, text executable, everything else not, nothing both writable and
   executable, no page at 0 and below the stacks. Turns on SMEP, SMAP and UMIP where the CPU has them. */
void paging_init(void);

/* Can the hypervisor read this address? */
bool paging_is_mapped(uint64_t address);

uint64_t memory_image_bytes(void);

extern uint64_t memory_map_top;                         /* end of the highest free range below 4 GiB */

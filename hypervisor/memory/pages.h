#pragma once
/*
 * Physical memory, page by page: two bits for each 4 KiB page of the machine, first fit.
 * The hypervisor maps all of it one to one, so a physical address is also a pointer.
 */
#include <stddef.h>
#include <stdint.h>

/* Take over the memory: everything counts as used until pages_add_free() says otherwise, whatever is in it. top: end of the highest free range. */
void pages_init(uint64_t top, void *bitmap);
size_t pages_bitmap_bytes(uint64_t top);
void pages_add_free(uint64_t start, uint64_t end);

/* count pages in one piece, the first at a multiple of align pages; zeros. 0 if there is no such piece. */
uint64_t pages_alloc(size_t count, size_t align);

/* One page of zeros for a guest. Who gave it back, if anybody, has scrubbed it; it is not scrubbed again. 0 if there is none. */
uint64_t page_for_guest(void);

/* Scrubbed: see page_for_guest(). */
void pages_free(uint64_t address, size_t count);

size_t pages_in_use(void);                              /* allocated and not freed */
size_t pages_available(void);                           /* free now */

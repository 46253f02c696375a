#pragma once
/*
 * Address spaces. In each of them the kernel has the first GiB, one to one; a program has USER_BASE to USER_END.
 * SDM, "4-Level Paging".
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define USER_BASE 0x40000000ull
#define USER_END  0x80000000ull

struct address_space;

#define PAGE_WRITABLE   (1ull << 1)
#define PAGE_USER       (1ull << 2)
#define PAGE_EXECUTABLE (1ull << 63)            /* cleared, it is the NX bit that is set */

/* Write-protect the kernel's code and constants, and let nothing else be executed. */
void paging_init(void);

/* NULL without memory. */
struct address_space *address_space_create(void);
void address_space_destroy(struct address_space *space);        /* frees the user's pages too; not the active one */

/* NULL is the kernel's own. */
void address_space_activate(struct address_space *space);

/* The page at this user address, a new zeroed one if there is none. access, PAGE_WRITABLE or PAGE_EXECUTABLE, is added to its own.
   NULL without memory or outside the user's range. */
void *address_space_add_page(struct address_space *space, uint64_t address, uint64_t access);

/* May ring 3 read (or write) all of it? */
bool address_space_allows(struct address_space *space, uint64_t address, uint64_t length, bool write);

#pragma once
/*
 * A guest's physical memory, as services and device models see it.
 *
 * Guests lie: a guest-physical address (gpa) that a guest names may lie outside its memory, wrap around, or hit a page
 * that it gave back through the balloon. These functions check every page that a copy touches, against the EPT, which is
 * the one record of what the guest owns. Copy once, check the copy, use the copy: the guest may change its memory at any time.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE_SIZE 4096ull

struct ept;

struct guest_memory {
	struct ept *ept;
	uint64_t size;              /* bytes given at creation: guest-physical 0 up to size */
	uint64_t ballooned;         /* bytes of them now given back */
};

/* Copy n bytes out of / into the guest. 0, or -EFAULT if any byte is not the guest's: then nothing was copied. */
int copy_from_guest(const struct guest_memory *memory, void *to, uint64_t gpa, size_t n);
int copy_to_guest(const struct guest_memory *memory, uint64_t gpa, const void *from, size_t n);

/* Host address of the byte at gpa, good to the end of its 4 KiB page; NULL if the guest does not own the page. */
void *guest_page(const struct guest_memory *memory, uint64_t gpa);

/* Is [gpa, gpa + n) wholly the guest's, without wrapping around? */
bool guest_owns(const struct guest_memory *memory, uint64_t gpa, uint64_t n);

/* Balloon: take one page out of the EPT, scrub it and free it / back a hole with a fresh zero page. gpa is page aligned.
   0, -EINVAL (not aligned, outside, or already so), -ENOMEM. */
int guest_memory_release(struct guest_memory *memory, uint64_t gpa);
int guest_memory_restore(struct guest_memory *memory, uint64_t gpa);

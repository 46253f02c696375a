#pragma once
/*
 * A guest's extended page tables: guest-physical to host-physical, 2 MiB pages where both sides are aligned.
 * They are the one record of what a guest owns: the CPU translates by them, and guest_memory.c checks by them.
 * SDM: "The Extended Page Table Mechanism (EPT)".
 */
#include <stdbool.h>
#include <stdint.h>

struct ept {
	uint64_t root;                  /* the EPT PML4 table */
	bool stale;                     /* an entry was taken away or replaced: INVEPT before the next entry */
};

#define EPT_READ    (1ull << 0)
#define EPT_WRITE   (1ull << 1)
#define EPT_EXECUTE (1ull << 2)
#define EPT_LARGE   (1ull << 7)         /* in a directory entry: a 2 MiB page */
#define EPT_TYPE_WB (6ull << 3)         /* memory type write-back, in a leaf */
#define EPT_ADDRESS 0x000ffffffffff000ull

/* NULL without memory for the first table. */
struct ept *ept_create(void);

/* Map size bytes from gpa on to host memory from hpa on, read, write and execute. All multiples of 4 KiB. 0 or -ENOMEM. */
int ept_map(struct ept *ept, uint64_t gpa, uint64_t hpa, uint64_t size);

/* Take the 4 KiB page at gpa out; a 2 MiB page around it is split first. 0, -EINVAL if nothing is mapped there, -ENOMEM. */
int ept_unmap_page(struct ept *ept, uint64_t gpa);

/* Host-physical address of gpa, or 0 if the guest owns nothing there. */
uint64_t ept_lookup(const struct ept *ept, uint64_t gpa);

/* The value of the VMCS field "EPT pointer": 4 levels, write-back, no accessed and dirty flags. */
uint64_t ept_pointer(const struct ept *ept);

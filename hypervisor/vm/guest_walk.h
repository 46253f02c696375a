#pragma once
/*
 * A guest's own page tables, walked in software: what the MMU would do with a linear address. For instructions whose memory operand the
 * hypervisor serves (INS, OUTS) and for dumps. SDM: "Paging".
 */
#include <stdbool.h>
#include <stdint.h>

struct guest_memory;

struct guest_paging {                   /* the registers that decide how an address is translated */
	uint64_t cr0, cr3, cr4, efer;
};

#define WALK_WRITE (1u << 1)            /* as in the page-fault error code */
#define WALK_USER  (1u << 2)
#define WALK_MARK  (1u << 31)           /* the guest's own access: set the accessed and dirty flags, as the MMU would */

/* Translate. On success returns 0 and the guest-physical address in *gpa; else -EFAULT and the error code of the #PF in *error_code. */
int guest_walk(const struct guest_memory *memory, const struct guest_paging *paging, uint64_t linear, unsigned access,
	uint64_t *gpa, uint32_t *error_code);

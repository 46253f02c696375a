#pragma once
/* Segment selectors and the task state segment. */
#include <stdint.h>

#define SELECTOR_KERNEL_CODE 0x08
#define SELECTOR_KERNEL_DATA 0x10
#define SELECTOR_USER_DATA   0x1b               /* requested privilege level 3 */
#define SELECTOR_USER_CODE   0x23
#define SELECTOR_TSS         0x28

#define IST_DOUBLE_FAULT 1                      /* a stack of its own: the reason may be a bad kernel stack */

void gdt_init(void);

/* The stack that the CPU takes when ring 3 is interrupted. */
void gdt_set_kernel_stack(uint64_t top);

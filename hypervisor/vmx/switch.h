#pragma once

struct vm;

/* Turn the host CPU's FPU, SSE and XSAVE on, so that guests' state can be saved. Before the first VMCS records CR4. */
void switch_enable_fpu(void);

/* Prepare the area for a VM's FPU and vector registers, as after reset. */
void switch_init(struct vm *vm);

/* Another VM's turn: save what neither the VMCS nor enter.asm switches of the one that ran last, load this one's. Nothing to do if it is the same. */
void switch_to(struct vm *vm);

/* Whose state is in the CPU's registers; NULL before the first turn. */
struct vm *switch_loaded(void);

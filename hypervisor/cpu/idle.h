#pragma once
#include <stdint.h>

void idle_init(void);                                   /* the 8254's channel 0 and IRQ 0 are ours from here on */

/* Sleep in HLT, interrupts on, until the first interrupt; at the latest after about ns nanoseconds (or 54 ms: ask again). */
void cpu_idle(uint64_t ns);

/* Serve the machine's interrupts that wait. The SDM has them cause an exit even while the guest keeps its own off; Bochs does not. */
void cpu_take_interrupts(void);

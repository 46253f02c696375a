#pragma once
#include <stdint.h>

/* Sleep in HLT, interrupts on, until the first interrupt; at the latest after about ns nanoseconds (or 54 ms: ask again). */
void cpu_idle(uint64_t ns);

#pragma once
/* The real 8254: measures the TSC once at boot, then wakes an idle hypervisor (channel 0, mode 0, IRQ 0). */
#include <stdint.h>

/* TSC ticks a second, counted over 10 ms of channel 2. CPUID's word is not taken for it: emulators lie there. */
uint64_t pit_measure_tsc_hz(void);

/* One interrupt on IRQ 0 after about ns nanoseconds, at most 54 ms (the counter has 16 bits): the caller looks at the clock and asks again. */
void pit_wake_after(uint64_t ns);

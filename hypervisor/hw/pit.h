#pragma once
/*
 * The real 8254: measures the TSC once at boot, then wakes an idle hypervisor (channel 0, mode 0, IRQ 0).
 * Reference: Intel, "8254 Programmable Interval Timer", sections "Control Word Format", "Mode 0: Interrupt on Terminal Count".
 */
#include <stdint.h>

/* Stop the ticks that the firmware left running on channel 0: nothing comes on IRQ 0 until pit_wake_after(). */
void pit_init(void);

/* TSC ticks a second: the least disturbed of five counts of 10 ms on channel 2. CPUID's word is not taken for it: emulators lie
   there. */
uint64_t pit_measure_tsc_hz(void);

/* One interrupt on IRQ 0 after about ns nanoseconds, at most 54 ms (the counter has 16 bits): the caller looks at the clock and
   asks again. */
void pit_wake_after(uint64_t ns);

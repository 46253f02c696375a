#pragma once
/* What the parts of the paravirtual machine know of each other. */
#include <stdbool.h>
#include <stdint.h>
#include "../../hypervisor/paravirt/abi.h"

/* discovery.c: returns if there is a Twinlab hypervisor that offers all that this kernel needs. */
void discover_hypervisor(void);

/* bare_metal.c: say why this machine will not do, by the means of a PC, and stop. */
_Noreturn void refuse_machine(const char *why, const char *detail);

/* interrupts.c */
void events_init(void);
void wait_for_event(void);                      /* interrupts off; polls: for when no thread can sleep */

/* console.c, timer.c, disk.c: what their event means */
void console_event(void);
void disk_event(void);

void timer_init(void);
uint64_t pvclock_ns(void);                      /* since the hypervisor's start */
void wall_clock_init(void);
void disk_init(void);

static inline void write_msr(uint32_t msr, uint64_t value)
{
	asm volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}

static inline uint64_t read_tsc(void)
{
	uint32_t low, high;

	asm volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

static inline void cpuid(uint32_t leaf, uint32_t r[4])
{
	asm volatile("cpuid" : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3]) : "a"(leaf), "c"(0));
}

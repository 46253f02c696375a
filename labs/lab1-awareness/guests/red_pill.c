/*
 * 1D: the red pill. The same kernel starts on a bare PC and in a VM. CPUID tells it nothing: no hypervisor bit, no leaf, no name.
 * Everything that it may ask is the CPU itself. After the probe it prints "verdict: bare" or "verdict: a VM".
 */
#include "polled.h"

/* lab 1D: the red pill */
#define TRIES 100

static uint64_t read_clock(void)
{
	uint32_t low, high;

	asm volatile("lfence; rdtsc; lfence" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

/* The fastest of many: an interrupt or the end of a time slice makes one slow, nothing makes one fast. */
static uint64_t fastest(bool with_cpuid)
{
	uint64_t least = UINT64_MAX;

	for (unsigned i = 0; i < TRIES; i++) {
		uint64_t start = read_clock();

		if (with_cpuid)
			cpuid(0, 0);

		uint64_t ticks = read_clock() - start;

		if (ticks < least)
			least = ticks;
	}
	return least;
}

/* CPUID does little. Where it takes many times as long as reading the clock twice, somebody else does something. */
static bool in_a_vm(void)
{
	uint64_t clock = fastest(false), both = fastest(true);

	print("reading the clock: ");
	print_number(clock, 10);
	print(" ticks; with CPUID in between: ");
	print_number(both, 10);
	print(" ticks\n");
	return both > 10 * clock;
}
/* end of 1D */

void run(void)
{
	print(in_a_vm() ? "verdict: a VM\n" : "verdict: bare\n");
	power_off();
}

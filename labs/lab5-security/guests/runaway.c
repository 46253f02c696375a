/*
 * 5D: "spin" never leaves by itself, and interrupts are off; "storm" leaves as often as it can; "worker" counts, next to one of
 * them. All stop after the same time, by the clock.
 */
#include "guest.h"

#define TURNS 20000000ull                       /* ticks of the time-stamp counter: 0.4 seconds under Bochs */

void run(void)
{
	uint64_t end = rdtsc() + TURNS, steps = 0;

	exits_begin(is_named("storm") ? "CPUID=*" : "");
	while (rdtsc() < end) {
		if (is_named("storm"))
			cpuid(0, 0);
		steps++;
	}
	exits_end();
	check("it has had the CPU", steps > 1000, true);
}

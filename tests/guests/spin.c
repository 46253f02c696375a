/*
 * Time slices. The spinners keep interrupts off and never exit by themselves; only the VMX-preemption timer can take the CPU from
 * them. The one named "finisher" has little to do, and must be through long before they are.
 */
#include "guest.h"

#define SPIN_TICKS   12000000ull                /* of the time-stamp counter, with the others' turns in it */
#define FINISHER_STEPS 100000

void run(void)
{
	uint64_t end = rdtsc() + SPIN_TICKS;

	if (*guest_name == 'f') {
		volatile unsigned steps = 0;

		while (steps < FINISHER_STEPS)
			steps++;
		check("it had the CPU before the spinners' time was over", rdtsc() < end, 1);
		return;
	}
	exits_begin("");
	while (rdtsc() < end)
		;
	exits_end();
}

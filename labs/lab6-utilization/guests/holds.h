#pragma once
/* What holds is said with an exit: one CPUID for each check, in the topic's phase, where the report counts them. What does not is said in words. */
#include "guest.h"

static inline void phase(uint8_t topic)
{
	hypercall(PV_HC_PHASE, topic, 0, 0);
}

static inline void holds(const char *what, bool right)
{
	if (right)
		cpuid(0, 0);
	else
		say("does not hold: %s", what);
}

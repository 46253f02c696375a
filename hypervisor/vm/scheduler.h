#pragma once
/*
 * Whose turn it is. Round robin in time slices; a VM that waits (HLT, idle hypercall) is left out until an interrupt is pending for it.
 * While all wait, the machine really sleeps in HLT.
 */
#include <stdbool.h>
#include <stdint.h>

struct vm;

#define SLICE_NS 1000000ull             /* 1 ms, when somebody else wants to run too */
#define ALONE_NS 10000000ull            /* 10 ms otherwise: then the machine's interrupts get their turn, whatever the guest does */

struct turn {
	struct vm *vm;
	uint64_t until_ns;              /* the slice ends, or a timer of some VM is due */
};

/* The next turn; false when every VM is off or faulted. */
bool scheduler_next(struct turn *turn);

uint64_t scheduler_idle_ticks(void);    /* TSC ticks slept in HLT */

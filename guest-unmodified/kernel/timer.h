#pragma once
/* One deadline for the machine: the next sleeper's, or the end of the quantum. No tick is asked for. */
#include <stdbool.h>
#include "machine.h"

#define QUANTUM_NS 10000000ull

extern struct wait_queue timer_sleepers;

/* A new thread starts to run; is there another one that wants the CPU too? Interrupts off. */
void timer_quantum(bool contended);
/* The running thread got company: it has a quantum from now on, unless it had one. Interrupts off. */
void timer_contend(void);
/* Tell the machine, after sleepers changed. Interrupts off. */
void timer_update(void);

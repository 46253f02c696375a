#pragma once
/* The 8254 timer of the emulated PC, and the system control port 0x61 that sits around its channel 2. */
#include "fullvirt/irq_line.h"

struct pit8254;
struct portbus;
struct vm;

/* irq: the OUT pin of channel 0. */
struct pit8254 *pit8254_create(struct portbus *ports, struct irq_line irq, struct vm *vm);

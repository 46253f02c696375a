#pragma once
/* The two 8259A interrupt controllers of the emulated PC. */
#include <stdbool.h>
#include <stdint.h>

struct pic8259;
struct portbus;
struct vm;

/* The master's INT output is vm->interrupt_pending. */
struct pic8259 *pic8259_create(struct portbus *ports, struct vm *vm);

/* Input IRQ 0 to 15 has this level now (an irq_line's set()); controller is the struct pic8259. */
void pic8259_set_irq(void *controller, unsigned irq, bool level);

/* The CPU's INTA cycle: the vector. With no request left it is the spurious one, level 7. */
uint8_t pic8259_acknowledge(struct pic8259 *pic);

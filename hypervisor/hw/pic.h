#pragma once
/*
 * The real machine's two 8259A interrupt controllers. The hypervisor uses them (not the APICs) because every emulator and
 * every PC since 1984 has them and the course emulates the same chip. Vectors 0x20 to 0x2f.
 */
#include <stdint.h>

#define PIC_VECTOR_BASE 0x20

void pic_init(void);                                    /* ICW1 to ICW4, everything masked */

/* Call handler(context) on each interrupt of the line (0 to 15), and unmask it. */
void irq_connect(unsigned irq, void (*handler)(void *context), void *context);

/* A vector arrived, from a VM exit (acknowledged on exit) or from the hypervisor's own IDT while it idles: run the handler, send
   the EOI.
   Spurious 7 and 15 are ignored, and so, with a line in the log for the first few, are vectors that no driver waits for. */
void irq_dispatch(uint8_t vector);

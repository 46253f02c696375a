#pragma once
/* A serial port of the emulated PC: an NS16550A whose wire is a VM's console. */
#include <stdint.h>
#include "fullvirt/irq_line.h"

struct console;
struct portbus;
struct timer_queue;
struct uart16550;

/* Eight ports from base; becomes the console's listener. timers: for the receiver's character timeout. */
struct uart16550 *uart16550_create(struct portbus *ports, uint16_t base, struct irq_line irq, struct console *console,
				   struct timer_queue *timers);

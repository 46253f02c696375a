#pragma once
/* The devices that machine.c plugs together, one function each: it claims the device's ports. */
#include <stdint.h>
#include "fullvirt/irq_line.h"

struct portbus;
struct vm;

/* The 8254 timer, and the system control port 0x61 that sits around its channel 2. irq: the OUT pin of channel 0. */
void pit8254_create(struct portbus *ports, struct irq_line irq, struct vm *vm);

/* A serial port, an NS16550A whose wire is the VM's console: eight ports from base. */
void uart16550_create(struct portbus *ports, uint16_t base, struct irq_line irq, struct vm *vm);

/* The primary ATA channel, with the VM's disk as its master and no slave. */
void ata_create(struct portbus *ports, struct irq_line irq, struct vm *vm);

/* The real-time clock, which shows the machine's time in UTC, and the memory in which firmware leaves what it found. */
void cmos_create(struct portbus *ports, struct vm *vm);

/* The keyboard controller, with no keyboard: it is here because reset and the A20 gate hang on it. */
void i8042_create(struct portbus *ports, struct vm *vm);

/* The ports that end the PC's life, and the port that tells how far it got. */
void power_create(struct portbus *ports, struct vm *vm);

/*
 * Two 8259A interrupt controllers, the second one on input 2 of the first: Intel 8259A data sheet, "Programming the 8259A".
 */
#include "machine.h"
#include "pc.h"
#include "portio.h"

#define MASTER_COMMAND 0x20
#define MASTER_DATA    0x21
#define SLAVE_COMMAND  0xa0
#define SLAVE_DATA     0xa1
#define CASCADE_IRQ    2

#define ICW1_INIT      0x10
#define ICW1_IC4       0x01                     /* ICW4 follows */
#define ICW4_8086      0x01
#define OCW2_SPECIFIC_EOI 0x60
#define OCW3_READ_IRR  0x0a
#define OCW3_READ_ISR  0x0b

static uint16_t mask = 0xffff & ~(1 << CASCADE_IRQ);    /* IMR: 1 = off */

static void init_pair(uint16_t command, uint16_t data, uint8_t vector, uint8_t icw3)
{
	outb(command, ICW1_INIT | ICW1_IC4);
	outb(data, vector);
	outb(data, icw3);
	outb(data, ICW4_8086);
}

static void write_mask(void)
{
	outb(MASTER_DATA, (uint8_t)mask);
	outb(SLAVE_DATA, (uint8_t)(mask >> 8));
}

void interrupts_init(void)
{
	init_pair(MASTER_COMMAND, MASTER_DATA, VECTOR_BASE, 1 << CASCADE_IRQ);
	init_pair(SLAVE_COMMAND, SLAVE_DATA, VECTOR_BASE + 8, CASCADE_IRQ);
	write_mask();
}

void interrupts_unmask(int irq)
{
	mask &= (uint16_t)~(1 << irq);
	write_mask();
}

bool interrupt_requested(int irq)
{
	outb(MASTER_COMMAND, OCW3_READ_IRR);
	return inb(MASTER_COMMAND) >> irq & 1;
}

/* A request that goes away before the CPU asks for its number is reported as input 7, without a bit in the ISR.
   A spurious one of the slave is a real one for the master. */
bool interrupt_is_spurious(int irq)
{
	uint16_t command = irq < 8 ? MASTER_COMMAND : SLAVE_COMMAND;

	if (irq != 7 && irq != 15)
		return false;
	outb(command, OCW3_READ_ISR);
	if (inb(command) & 0x80)
		return false;
	if (irq == 15)
		outb(MASTER_COMMAND, OCW2_SPECIFIC_EOI | CASCADE_IRQ);
	return true;
}

void interrupt_end(int irq)
{
	if (irq >= 8)
		outb(SLAVE_COMMAND, (uint8_t)(OCW2_SPECIFIC_EOI | (irq - 8)));
	outb(MASTER_COMMAND, (uint8_t)(OCW2_SPECIFIC_EOI | (irq < 8 ? irq : CASCADE_IRQ)));
}

#include "hw/pic.h"
#include "hw/portio.h"
#include "lib/printf.h"
#include <stdbool.h>

/* Register and bit names of the Intel 8259A data sheet. */
#define MASTER          0x20
#define SLAVE           0xa0
#define DATA            1               /* ICW2 to ICW4 and OCW1 are written to the odd port */
#define ICW1_INIT_IC4   0x11            /* cascaded, edge triggered, ICW4 follows */
#define ICW4_8086       0x01
#define OCW2_EOI        0x20            /* non-specific end of interrupt */
#define OCW3_READ_ISR   0x0b
#define CASCADE         2
#define LINES           16
#define LOGGED_MAX      8               /* strange interrupts named in the log */

static struct {
	void (*handler)(void *context);
	void *context;
} lines[LINES];

static uint16_t mask = 0xffff & ~(1 << CASCADE);

static void write_masks(void)
{
	outb(MASTER + DATA, mask & 0xff);
	outb(SLAVE + DATA, mask >> 8);
}

void pic_init(void)
{
	outb(MASTER, ICW1_INIT_IC4);
	outb(SLAVE, ICW1_INIT_IC4);
	outb(MASTER + DATA, PIC_VECTOR_BASE);
	outb(SLAVE + DATA, PIC_VECTOR_BASE + 8);
	outb(MASTER + DATA, 1 << CASCADE);
	outb(SLAVE + DATA, CASCADE);
	outb(MASTER + DATA, ICW4_8086);
	outb(SLAVE + DATA, ICW4_8086);
	write_masks();
}

void irq_connect(unsigned irq, void (*handler)(void *context), void *context)
{
	lines[irq].handler = handler;
	lines[irq].context = context;
	mask &= ~(1u << irq);
	write_masks();
}

static void log_strange(uint8_t vector, const char *why)
{
	static unsigned logged;

	if (logged++ < LOGGED_MAX)
		printf("twinlab: interrupt vector 0x%x ignored: %s\n", vector, why);
}

/* A request that went away before its acknowledge cycle is answered as IR7 without an in-service bit ("Interrupt Sequence"). */
static bool in_service(uint16_t chip)
{
	outb(chip, OCW3_READ_ISR);
	return inb(chip) & 0x80;
}

static bool spurious(unsigned irq)
{
	if (irq == 7)
		return !in_service(MASTER);
	if (irq != 15 || in_service(SLAVE))
		return false;
	outb(MASTER, OCW2_EOI);                 /* the master did see the slave's request */
	return true;
}

static void end_of_interrupt(unsigned irq)
{
	if (irq >= 8)
		outb(SLAVE, OCW2_EOI);
	outb(MASTER, OCW2_EOI);
}

void irq_dispatch(uint8_t vector)
{
	unsigned irq = vector - PIC_VECTOR_BASE;

	if (irq >= LINES) {
		log_strange(vector, "no line of the 8259 pair");
		return;
	}
	if (spurious(irq))
		return;
	if (lines[irq].handler)
		lines[irq].handler(lines[irq].context);
	else
		log_strange(vector, "no driver waits for it");
	end_of_interrupt(irq);
}

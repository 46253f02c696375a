/* The PC: what is initialized when, and which interrupt goes where. */
#include "machine.h"
#include "pc.h"
#include "portio.h"

#define POST_CODE_PORT 0x80

const char machine_name[] = "PC";

void machine_phase(enum phase phase)
{
	outb(POST_CODE_PORT, (uint8_t)phase);
}

void machine_init(void)
{
	interrupts_init();
	timer_init();
	console_interrupts_init();
	disk_init();
}

void machine_interrupt(uint8_t vector)
{
	int irq = vector - VECTOR_BASE;

	if (irq > 15) {
		printk("interrupt vector %u: nobody sends it\n", vector);
		return;
	}
	if (interrupt_is_spurious(irq))
		return;
	if (irq == IRQ_TIMER)
		timer_tick();
	else if (irq == IRQ_COM1)
		console_interrupt();
	else if (irq == IRQ_DISK)
		disk_interrupt();
	interrupt_end(irq);
}

void machine_idle(void)
{
	asm volatile("sti; hlt" : : : "memory");        /* STI takes effect after HLT has begun: no interrupt is lost between */
}

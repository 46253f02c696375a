#include <stddef.h>
#include "cpu/idle.h"
#include "hw/pic.h"
#include "hw/pit.h"

#define PIT_IRQ 0

/* Nothing to do but to end the HLT: the scheduler looks at the clock. */
static void wake(void *unused)
{
}

void idle_init(void)
{
	pit_init();
	irq_connect(PIT_IRQ, wake, NULL);
}

void cpu_idle(uint64_t ns)
{
	pit_wake_after(ns);
	asm volatile("sti; hlt; cli" : : : "memory");   /* STI takes effect after HLT has begun: no interrupt is lost between the two */
}

void cpu_take_interrupts(void)
{
	asm volatile("sti; nop; cli" : : : "memory");   /* between NOP and CLI */
}

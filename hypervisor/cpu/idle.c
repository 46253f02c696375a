#include "cpu/idle.h"
#include "hw/pit.h"

void cpu_idle(uint64_t ns)
{
	pit_wake_after(ns);
	asm volatile("sti; hlt; cli" : : : "memory");   /* STI takes effect after HLT has begun: no interrupt is lost between the two */
}

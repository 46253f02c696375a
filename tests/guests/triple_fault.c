/* An exception without an IDT: the guest's registers and last exits must be on the hypervisor's console. */
#include "guest.h"

void run(void)
{
	struct { uint16_t limit; uint64_t base; } __attribute__((packed)) nothing = { 0, 0 };

	end_faulted("triple fault");
	exits_begin("TRIPLE_FAULT=1");
	asm volatile("lidt %0; mov $0x7717171777171717, %%rbx; ud2" : : "m"(nothing) : "rbx");
}

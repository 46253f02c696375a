/* HLT with interrupts off: nothing can wake this VM, so the hypervisor says so. */
#include "guest.h"

void run(void)
{
	end_faulted("halted with interrupts off");
	exits_begin("HLT=1");
	asm volatile("cli; hlt");
}

/* Off and reset: one call, and the hypervisor drains the console and the disk. */
#include "machine.h"
#include "hypercall.h"

static _Noreturn void shut_down(uint64_t reason)
{
	for (;;)
		hypercall(PV_HC_SHUTDOWN, reason, 0, 0);
}

void machine_power_off(void)
{
	shut_down(PV_SHUTDOWN_POWER_OFF);
}

void machine_reset(void)
{
	shut_down(PV_SHUTDOWN_RESET);
}

/* The paravirtual machine: what is initialized when, and which event goes where. */
#include "machine.h"
#include "hypercall.h"
#include "pv.h"

const char machine_name[] = "Twinlab paravirtual machine";

void machine_phase(enum phase phase)
{
	hypercall(PV_HC_PHASE, phase, 0, 0);
}

void machine_init_console(void)
{
	discover_hypervisor();
	machine_phase(PHASE_BOOT);
}

void machine_init(void)
{
	events_init();
	timer_init();
	wall_clock_init();
	disk_init();
}

/* lab 4B: nothing to do */
void machine_idle(void)
{
	hypercall_idle_with_interrupts();
}
/* end of 4B */

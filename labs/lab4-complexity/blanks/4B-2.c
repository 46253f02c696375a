/*
 * Nothing to run: wait for an event. Called with interrupts off, returns with interrupts on. guest-unmodified/machine/machine.c: STI and
 * HLT. Here the host should know that we wait: PV_HC_IDLE.
 * Hint: with interrupts already on, an event that comes before the call would be handled too early: then the call waits for the next.
 * hypercall.h has thought of it.
 */
void machine_idle(void)
{
	lab_blank("4B", "labs/lab4-complexity");
}

/*
 * Write n bytes, and return when the hypervisor has taken them all. One hypercall can carry up to WRITE_MAX bytes. The hypervisor may take
 * fewer than you offer, for want of room: it raises PV_EVENT_CONSOLE when there is room again, and console_event() below then wakes whoever
 * sleeps on `writers`. Before threads run (threads_running()) nobody can sleep: call again.
 * Hint: an event that comes between the call and the sleep wakes nobody. Where do interrupts have to be off?
 */
void machine_console_write(const char *bytes, size_t n)
{
	static const char blank[] = "lab 2B is still blank: guest-paravirt/machine/console.c; read labs/lab2-performance/README.md\r\n";

	hypercall(PV_HC_CONSOLE_WRITE, (uint64_t)blank, sizeof(blank) - 1, 0);
	machine_power_off();
}

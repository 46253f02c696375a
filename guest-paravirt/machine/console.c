/* The console: a whole buffer is one hypercall. What the hypervisor has no room for goes out after the next console event. */
#include "machine.h"
#include "hypercall.h"
#include "pv.h"

#define WRITE_MAX (64 * 1024)

static struct wait_queue writers;

/* lab 2B: hand over a whole buffer */
static size_t write_some(const char *bytes, size_t n)
{
	int64_t taken = hypercall(PV_HC_CONSOLE_WRITE, (uint64_t)bytes, n < WRITE_MAX ? n : WRITE_MAX, 0);

	return taken < 0 ? n : (size_t)taken;           /* a console that refuses would refuse the complaint too */
}

/* Interrupts are off from the call to the sleep, or the event could come between them. */
void machine_console_write(const char *bytes, size_t n)
{
	bool on = interrupts_save_disable();

	while (n > 0) {
		size_t taken = write_some(bytes, n);

		bytes += taken;
		n -= taken;
		if (n > 0 && taken < WRITE_MAX && threads_running())
			wait_queue_sleep(&writers);
	}
	interrupts_restore(on);
}
/* end of 2B */

void console_event(void)
{
	char typed[64];
	int64_t n;

	while ((n = hypercall(PV_HC_CONSOLE_READ, (uint64_t)typed, sizeof(typed), 0)) > 0)
		for (int64_t i = 0; i < n; i++)
			console_input(typed[i]);
	wait_queue_wake_all(&writers);
}

/*
 * One interrupt vector for everything, and a bitmap that says what happened. Taking the bits is all the acknowledgement there is:
 * no end-of-interrupt, no mask, no chip.
 */
#include "machine.h"
#include "hypercall.h"
#include "pv.h"

#define EVENT_VECTOR 0x20

static struct pv_event_page events __attribute__((aligned(8)));

void events_init(void)
{
	if (hypercall(PV_HC_EVENT_SETUP, (uint64_t)&events, EVENT_VECTOR, 0) != 0)
		kernel_panic("the hypervisor refuses the event page");
}

static bool has(uint64_t pending, enum pv_event event)
{
	return pending >> event & 1;
}

/* The timer comes last: it may have another thread run. */
static void take_events(void)
{
	uint64_t pending = __atomic_exchange_n(&events.pending, 0, __ATOMIC_SEQ_CST);

	if (has(pending, PV_EVENT_CONSOLE))
		console_event();
	if (has(pending, PV_EVENT_BLOCK))
		disk_event();
	if (has(pending, PV_EVENT_TIMER))
		timer_interrupt();
}

void machine_interrupt(uint8_t vector)
{
	if (vector == EVENT_VECTOR)
		take_events();
	else
		printk("interrupt vector %u: nobody sends it\n", vector);
}

void wait_for_event(void)
{
	hypercall(PV_HC_IDLE, 0, 0, 0);
}

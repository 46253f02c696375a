/* Paravirtual guests that break the machine's rules. The VM's name says which. */
#include "guest.h"

static union {
	struct pv_event_page events;
	uint8_t page[PAGE];
} shared __attribute__((aligned(4096)));

static void lose_event_page(void)
{
	check("event_setup", hypercall(PV_HC_EVENT_SETUP, (uint64_t)&shared, 40, 0), 0);
	check("giving its page back", hypercall(PV_HC_BALLOON, (uint64_t)&shared / PAGE, 1, PV_BALLOON_GIVE), 1);
	end_faulted("is no longer its own");
	hypercall(PV_HC_SET_TIMER, 1, 0, 0);
	hypercall(PV_HC_IDLE, 0, 0, 0);
}

void run(void)
{
	if (is_named("event-page")) {
		lose_event_page();
	} else if (is_named("crash")) {
		end_faulted("the guest's kernel says that it crashed");
		exits_begin("VMCALL=1");
		hypercall(PV_HC_SHUTDOWN, PV_SHUTDOWN_CRASH, 0, 0);
	} else {
		end_faulted("wrote port 0x3f8: a paravirtual machine has no ports");
		exits_begin("IO_INSTRUCTION=1");
		outb(0x3f8, 'x');
	}
}

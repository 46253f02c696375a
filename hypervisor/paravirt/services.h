#pragma once
/* What the services keep per guest, and the hypercalls that they implement. Only paravirt/ includes this. */
#include "backend/clock.h"
#include "paravirt/paravirt.h"

struct block;

struct event_service {
	bool set_up;
	uint8_t vector;
	uint64_t page;                  /* guest-physical address of the struct pv_event_page */
	uint64_t early;                 /* events raised before the guest set up a page */
};

/* The MSRs as the guest wrote them, and how often each structure was published: version numbers are even, twice that. */
struct clock_service {
	uint64_t wall_clock, system_time, steal_time;
	uint32_t wall_clock_published, system_time_published, steal_time_published;
};

struct paravirt {
	struct event_service event;
	struct clock_service clock;
	struct timer timer;
	struct block *block;            /* NULL: no disk */
};

void console_service_listen(struct vm *vm);
void timer_service_init(struct vm *vm);
void block_service_init(struct vm *vm);

/* A bit of the guest's bitmap or an injection waits: there is no point in sleeping. */
bool event_waits(struct vm *vm);

hypercall_function hypercall_console_write, hypercall_console_read, hypercall_event_setup, hypercall_set_timer, hypercall_idle;
hypercall_function hypercall_block_setup, hypercall_block_notify, hypercall_balloon;

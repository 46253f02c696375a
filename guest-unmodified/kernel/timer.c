#include "timer.h"
#include "lib.h"
#include "thread.h"

struct wait_queue timer_sleepers;

static uint64_t quantum_end = UINT64_MAX;
static uint64_t programmed = UINT64_MAX;        /* what the machine was last told */

void timer_update(void)
{
	uint64_t deadline = quantum_end;

	for (const struct thread *t = timer_sleepers.first; t; t = t->next)
		deadline = MIN(deadline, t->wake_at);
	if (deadline == programmed)
		return;
	programmed = deadline;
	machine_timer_set(deadline);
}

void timer_quantum(bool contended)
{
	quantum_end = contended ? machine_clock_ns() + QUANTUM_NS : UINT64_MAX;
	timer_update();
}

void timer_contend(void)
{
	if (quantum_end == UINT64_MAX)
		timer_quantum(true);
}

static void wake_sleepers(uint64_t now)
{
	struct thread **link = &timer_sleepers.first;

	while (*link) {
		struct thread *t = *link;
		if (t->wake_at > now) {
			link = &t->next;
			continue;
		}
		*link = t->next;
		thread_make_runnable(t);
	}
}

void timer_interrupt(void)
{
	uint64_t now = machine_clock_ns();

	programmed = UINT64_MAX;                /* one-shot: it has fired */
	wake_sleepers(now);
	if (now >= quantum_end) {
		quantum_end = UINT64_MAX;
		thread_request_preemption();
	}
	timer_update();
}

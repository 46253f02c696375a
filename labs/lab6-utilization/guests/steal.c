/*
 * 6D: is the steal time that the hypervisor tells what the guest missed? Two VMs are busy for a while, a third one sleeps. Each
 * looks at MSR_KVM_STEAL_TIME's page before and after.
 */
#include "holds.h"

#define MS           1000000ull
#define BUSY_FOR     (100 * MS)
#define ENABLE       1

static struct pvclock_time_info clock __attribute__((aligned(32)));
static struct pv_steal_time steal __attribute__((aligned(64)));
static struct pv_event_page events;

static uint64_t clock_ns(void)
{
	uint64_t delta = rdtsc() - clock.tsc_timestamp;

	delta = clock.tsc_shift < 0 ? delta >> -clock.tsc_shift : delta << clock.tsc_shift;
	return clock.system_time + (uint64_t)((unsigned __int128)delta * clock.tsc_to_system_mul >> 32);
}

static uint64_t stolen_ns(void)
{
	return *(volatile uint64_t *)&steal.steal;
}

/* The time that passes between two looks at the clock passes without this guest, if it is much longer than a look takes. */
static uint64_t missed_while_busy(uint64_t until)
{
	uint64_t missed = 0, last = clock_ns(), now;

	for (; last < until; last = now) {
		now = clock_ns();
		if (now - last > MS / 4)
			missed += now - last;
	}
	return missed;
}

static void busy(void)
{
	uint64_t before = stolen_ns(), missed = missed_while_busy(clock_ns() + BUSY_FOR), stolen = stolen_ns() - before;

	phase(0x21);
	holds("others had a turn meanwhile", missed > BUSY_FOR / 4);
	holds("what was stolen is at least nine tenths of what was missed", stolen >= missed / 10 * 9);
	holds("... and at most a tenth more", stolen <= missed / 10 * 11);
}

static void asleep(void)
{
	hypercall(PV_HC_EVENT_SETUP, (uint64_t)&events, 40, 0);
	uint64_t before = stolen_ns();
	hypercall(PV_HC_SET_TIMER, clock_ns() + BUSY_FOR, 0, 0);
	hypercall(PV_HC_IDLE, 0, 0, 0);
	uint64_t stolen = stolen_ns() - before;
	phase(0x21);
	holds("the timer's event is what woke it", events.pending == 1 << PV_EVENT_TIMER);
	holds("a sleeper is not stolen from, but for waiting behind two turns at its end", stolen <= 5 * MS);
}

void run(void)
{
	wrmsr(MSR_KVM_SYSTEM_TIME_NEW, (uint64_t)&clock | ENABLE);
	wrmsr(MSR_KVM_STEAL_TIME, (uint64_t)&steal | ENABLE);
	if (is_named("sleeper"))
		asleep();
	else
		busy();
}

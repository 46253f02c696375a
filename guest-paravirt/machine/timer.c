/*
 * Timer and clock. The pvclock page holds the TSC's scale, so reading the time is a multiplication and no exit; the timer is
 * asked for a deadline only when there is one, so an idle machine does not tick.
 * Linux, Documentation/virt/kvm/x86/msr.rst, MSR_KVM_SYSTEM_TIME_NEW.
 */
#include "machine.h"
#include "hypercall.h"
#include "pv.h"

#define ENABLE 1

static struct pvclock_time_info clock __attribute__((aligned(sizeof(struct pvclock_time_info))));
static uint64_t boot_ns;                        /* the page counts from the hypervisor's start, the kernel from its own */

static uint64_t scale(uint64_t ticks)
{
	uint64_t shifted = clock.tsc_shift >= 0 ? ticks << clock.tsc_shift : ticks >> -clock.tsc_shift;

	return (unsigned __int128)shifted * clock.tsc_to_system_mul >> 32;
}

/* An odd version means that the hypervisor is writing, a changed one that it wrote meanwhile. */
uint64_t pvclock_ns(void)
{
	uint32_t version;
	uint64_t ns;

	do {
		version = __atomic_load_n(&clock.version, __ATOMIC_ACQUIRE);
		ns = clock.system_time + scale(read_tsc() - clock.tsc_timestamp);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	} while ((version & 1) || version != __atomic_load_n(&clock.version, __ATOMIC_RELAXED));
	return ns;
}

void timer_init(void)
{
	write_msr(MSR_KVM_SYSTEM_TIME_NEW, (uint64_t)&clock | ENABLE);
	boot_ns = pvclock_ns();
}

uint64_t machine_clock_ns(void)
{
	return pvclock_ns() - boot_ns;
}

/* lab 4B: one interrupt, when it is due */
void machine_timer_set(uint64_t deadline_ns)
{
	hypercall(PV_HC_SET_TIMER, deadline_ns == UINT64_MAX ? 0 : boot_ns + deadline_ns, 0, 0);
}
/* end of 4B */

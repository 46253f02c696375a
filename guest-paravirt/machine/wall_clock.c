/* Date and time: the hypervisor writes down once when the pvclock's time 0 was; the rest is an addition. */
#include "machine.h"
#include "pv.h"

#define NS_PER_SECOND 1000000000ull

static struct pvclock_wall_clock at_zero __attribute__((aligned(16)));

void wall_clock_init(void)
{
	write_msr(MSR_KVM_WALL_CLOCK_NEW, (uint64_t)&at_zero);
}

uint64_t machine_wall_clock(void)
{
	return at_zero.sec + (at_zero.nsec + pvclock_ns()) / NS_PER_SECOND;
}

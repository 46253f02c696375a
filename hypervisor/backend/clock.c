#include "backend/clock.h"
#include "hw/cmos.h"
#include "hw/tsc.h"

#define NS_PER_SECOND 1000000000ull

static uint64_t wall_seconds_at_boot;

void clock_init(void)
{
	wall_seconds_at_boot = cmos_read_seconds() - clock_now_ns() / NS_PER_SECOND;
}

uint64_t clock_now_ns(void)
{
	return tsc_scale(tsc_to_ns_scale(), rdtsc() - tsc_at_boot() - tsc_stood_still());
}

uint64_t clock_wall_seconds(void)
{
	return wall_seconds_at_boot + clock_now_ns() / NS_PER_SECOND;
}

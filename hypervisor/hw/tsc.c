#include "hw/tsc.h"

#define NS_PER_SECOND 1000000000ull

static uint64_t frequency;
static uint64_t boot;
static uint64_t stood_still;
static struct tsc_scale to_ns;

/* Nanoseconds per tick are 10^9 / hz = mul / 2^32 * 2^shift, with mul / 2^32 from one half up to one. */
struct tsc_scale tsc_scale_from_hz(uint64_t hz)
{
	struct tsc_scale scale = { .shift = 0 };

	for (; hz / 2 >= NS_PER_SECOND; hz /= 2)
		scale.shift--;
	for (; hz <= NS_PER_SECOND; hz *= 2)
		scale.shift++;
	scale.mul = (NS_PER_SECOND << 32) / hz;
	return scale;
}

uint64_t tsc_scale(struct tsc_scale scale, uint64_t tsc)
{
	uint64_t shifted = scale.shift >= 0 ? tsc << scale.shift : tsc >> -scale.shift;

	return (unsigned __int128)shifted * scale.mul >> 32;
}

void tsc_init(uint64_t hz)
{
	frequency = hz;
	to_ns = tsc_scale_from_hz(hz);
	boot = rdtsc();
}

uint64_t tsc_hz(void)
{
	return frequency;
}

uint64_t tsc_at_boot(void)
{
	return boot;
}

void tsc_stand_still(uint64_t ticks)
{
	stood_still += ticks;
}

uint64_t tsc_stood_still(void)
{
	return stood_still;
}

struct tsc_scale tsc_to_ns_scale(void)
{
	return to_ns;
}

uint64_t tsc_from_ns(uint64_t ns)
{
	unsigned __int128 ticks = (unsigned __int128)ns * ((frequency << 30) / NS_PER_SECOND) >> 30;

	return ticks >> 63 ? UINT64_MAX : boot + stood_still + (uint64_t)ticks;
}

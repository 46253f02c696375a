/* XSETBV: which XCR0 a guest may have. SDM, "XSETBV—Set Extended Control Register". */
#include "guest.h"

#define CR4_OSXSAVE (1ull << 18)
#define XSETBV(index, value) \
	ATTEMPT("xsetbv", : : "c"(index), "a"((uint32_t)(value)), "d"((uint32_t)((uint64_t)(value) >> 32)) : "memory")

static uint64_t xcr0(void)
{
	uint32_t low, high;

	asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return low | (uint64_t)high << 32;
}

static void refused(const char *what, uint32_t index, uint64_t value)
{
	XSETBV(index, value);
	check_raised(what, GP, 0);
}

static void in_ring3(void)
{
	XSETBV(0, 7);
}

void run(void)
{
	exits_begin("");
	XSETBV(0, 1);
	exits_end();
	check_raised("without CR4.OSXSAVE: #UD, no exit", UD, 0);
	WRITE_REGISTER(cr4, READ_REGISTER(cr4) | CR4_OSXSAVE);
	check("XCR0 starts with the x87", xcr0(), 1);
	exits_begin("XSETBV=2");
	XSETBV(0, 3);
	XSETBV(0, 7);
	exits_end();
	check_raised("x87, SSE and AVX are taken", NOTHING, 0);
	check("XCR0 is what was written", xcr0(), 7);
	check("the XSAVE area now: with AVX", cpuid(0xd, 0).ebx, 832);
	refused("no x87: #GP", 0, 6);
	refused("AVX without SSE: #GP", 0, 5);
	refused("a state that CPUID hides: #GP", 0, 0xe7);
	refused("a reserved bit in the upper half: #GP", 0, 1ull << 62 | 7);
	refused("another register than XCR0: #GP", 1, 7);
	exits_begin("XSETBV=1");
	XSETBV(0, 0);
	exits_end();
	check_raised("none at all: #GP", GP, 0);
	call_in_ring3(in_ring3, 2);
	check_raised("ring 3: #GP", GP, 0);
	check("XCR0 is as it was", xcr0(), 7);
}

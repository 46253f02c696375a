/*
 * A guest that nobody wrote for this machine: it looks for a chip that is not there, an MSR of another CPU, a CPUID leaf of next year's.
 * On real hardware it gets an architected answer and goes on, so here it must too.
 */
#include "guest.h"

#define LPT1       0x378                        /* a parallel port */
#define POLLS      100
#define NEHALEM_TEMPERATURE_TARGET 0x1a2
#define NOT_YET    0x0fffffff                   /* a basic leaf of a CPU to come */
#define HYPERVISOR 0x40000000

static uint32_t inl(uint16_t port)
{
	uint32_t value;

	asm volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static void look_for_a_printer(void)
{
	uint8_t answer = 0xff;

	exits_begin("IO_INSTRUCTION=102");
	outb(LPT1, 0x55);
	for (unsigned i = 0; i < POLLS; i++)
		answer &= inb(LPT1 + 1);
	uint32_t wide = inl(LPT1 + 4);
	exits_end();
	check("an open port reads all ones", answer, 0xff);
	check("so do four of them at once", wide, 0xffffffff);
}

static void look_at_the_temperature(void)
{
	exits_begin("RDMSR=1");
	ATTEMPT("rdmsr", : : "c"(NEHALEM_TEMPERATURE_TARGET) : "rax", "rdx");
	exits_end();
	check_raised("an unknown MSR is not read", GP, 0);
	exits_begin("WRMSR=1");
	ATTEMPT("wrmsr", : : "c"(NEHALEM_TEMPERATURE_TARGET), "a"(0), "d"(0) : "memory");
	exits_end();
	check_raised("an unknown MSR is not written", GP, 0);
}

static bool same(struct cpuid a, struct cpuid b)
{
	return a.eax == b.eax && a.ebx == b.ebx && a.ecx == b.ecx && a.edx == b.edx;
}

/* SDM, "CPUID—CPU Identification": above the highest leaf, the data of the highest basic one. */
static void look_for_features(void)
{
	exits_begin("CPUID=4");
	uint32_t highest = cpuid(0, 0).eax;
	struct cpuid last = cpuid(highest, 0), future = cpuid(NOT_YET, 0), hypervisor = cpuid(HYPERVISOR, 0);
	exits_end();
	check("a leaf to come answers like the highest", same(last, future), true);
	check("so does a hypervisor's, for who must not see one", same(last, hypervisor), true);
}

void run(void)
{
	look_for_a_printer();
	look_for_features();
	look_at_the_temperature();
	end_off();
}

/*
 * 7C: what a tenant wants to keep, and what its neighbour may try. The VM named "hostile" attacks for a while by every way that a VM of
 * its kind has, and at last reaches behind its memory; the other one fills its own memory, and looks whether it stays as it is. What
 * holds is said with an exit: one CPUID in phase 0x22.
 */
#include "guest.h"

#define MIB          0x100000ull
#define AREA         0x180000ull                /* this guest itself lies below */
#define COM1         0x3f8
#define POST         0x80
#define LAST         0x22
#define TURNS        30000000ull                /* 0.6 seconds under Bochs */
#define LINE         64
#define NUMBERS      8

extern uint32_t boot_information[];
static bool paravirt;
static char line[LINE];

static uint64_t memory_end(void)
{
	return MIB + 1024ull * ((uint32_t *)(uint64_t)boot_information[0])[2];
}

static void mark(void)
{
	if (paravirt)
		hypercall(PV_HC_PHASE, LAST, 0, 0);
	else
		outb(POST, LAST);
}

/* ---- The tenant ---- */

static bool fill_and_look(uint64_t number)
{
	bool right = true;

	for (uint64_t at = AREA; at < memory_end(); at += PAGE)
		*(volatile uint64_t *)at = number ^ at;
	for (uint64_t at = AREA; at < memory_end(); at += PAGE)
		right &= *(volatile uint64_t *)at == (number ^ at);
	return right;
}

static void live(uint64_t end)
{
	bool right = true;

	for (uint64_t number = 1; rdtsc() < end; number++)
		right &= fill_and_look(number);
	mark();
	if (right)
		cpuid(0, 0);
	else
		say("somebody wrote into my memory");
}

/* ---- The attacker ---- */

static void print_a_line(void)
{
	const char *from = line;
	uint64_t length = LINE;

	if (paravirt)
		hypercall(PV_HC_CONSOLE_WRITE, (uint64_t)line, LINE, 0);
	else
		asm volatile("rep outsb" : "+S"(from), "+c"(length) : "d"((uint16_t)COM1) : "memory");
}

/* Each call with addresses that are not its own, too long, or wrapping around. What ends a VM is left out. */
static void lie(uint64_t seed)
{
	const uint64_t lies[] = { 0, memory_end() - 8, memory_end(), 1ull << 40, 0ull - 8, seed * 0x9e3779b97f4a7c15ull };
	const unsigned n = sizeof(lies) / sizeof(lies[0]);

	for (uint64_t call = PV_HC_FIRST; call < PV_HC_END + NUMBERS; call++)
		if (call != PV_HC_SHUTDOWN && call != PV_HC_IDLE && call != PV_HC_PHASE && call != PV_HC_CONSOLE_WRITE)
			hypercall(call, lies[seed % n], lies[seed / n % n], lies[seed / n / n % n]);
	hypercall(PV_HC_CONSOLE_WRITE, lies[1 + seed % (n - 1)], PAGE, 0);
}

/* Any byte to any register of the disk, the timers, the UART and the interrupt controllers. */
static void hammer(uint64_t seed)
{
	static const uint16_t chips[] = { 0x20, 0xa0, 0x40, 0x1f0, 0x1f1, 0x1f4, 0x3f8, 0x3fc, 0x70 };

	for (unsigned i = 0; i < sizeof(chips) / sizeof(chips[0]); i++) {
		uint16_t port = chips[i] + (seed + i) % 4;

		outb(port, (uint8_t)(seed * 167 + i));
		inb(port);
	}
}

/* It floods its console first, then pulls at every handle. The last step is its end: that memory is not its own. */
static void attack(uint64_t end)
{
	while (rdtsc() < end - TURNS / 4)
		print_a_line();
	for (uint64_t seed = 1; rdtsc() < end; seed++) {
		if (paravirt)
			lie(seed);
		else
			hammer(seed);
		cpuid(0, 0);
	}
	mark();
	*(volatile uint64_t *)memory_end() = 0xbad;
}

void run(void)
{
	uint64_t end = rdtsc() + TURNS;

	paravirt = cpuid(1, 0).ecx & PV_CPUID_HYPERVISOR_BIT;
	for (unsigned i = 0; i < LINE; i++)
		line[i] = i == LINE - 1 ? '\n' : 'x';
	if (is_named("hostile"))
		attack(end);
	else
		live(end);
}

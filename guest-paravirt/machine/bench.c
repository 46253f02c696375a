/* What only this machine can do: calls that carry nothing, so that a call itself is measured, and memory that comes and goes. */
#include "lib.h"
#include "machine.h"
#include "memory.h"
#include "hypercall.h"
#include "pv.h"

#define CALLS         10000
#define BALLOON_PAGES 256                       /* 1 MiB */

#define PHASE_HYPERCALL PHASE_MACHINE
#define PHASE_CPUID     (PHASE_MACHINE + 1)
#define PHASE_BALLOON   (PHASE_MACHINE + 2)

static int report(const char *what, uint64_t ticks)
{
	printk("%s: %d times\n  time: %lu ticks\n", what, CALLS, ticks);
	return 0;
}

/* In assembly, so that a round is exactly four instructions and the rest of the ticks is the exit's. */
static int bench_hypercall(void)
{
	uint64_t calls = CALLS;

	machine_phase(PHASE_HYPERCALL);
	uint64_t start = read_tsc();
	asm volatile("1: mov %1, %%eax; vmcall; dec %0; jnz 1b" : "+D"(calls) : "i"(PV_HC_NULL) : "rax", "memory", "cc");
	uint64_t ticks = read_tsc() - start;
	machine_phase(PHASE_OTHER);
	return report("hypercall", ticks);
}

static int bench_cpuid(void)
{
	uint64_t calls = CALLS;

	machine_phase(PHASE_CPUID);
	uint64_t start = read_tsc();
	asm volatile("1: xor %%eax, %%eax; cpuid; dec %0; jnz 1b" : "+D"(calls) : : "rax", "rbx", "rcx", "rdx", "cc");
	uint64_t ticks = read_tsc() - start;
	machine_phase(PHASE_OTHER);
	return report("cpuid", ticks);
}

static bool all_zero(const uint8_t *bytes, size_t n)
{
	while (n > 0 && bytes[n - 1] == 0)
		n--;
	return n == 0;
}

static int64_t balloon(void *pages, uint64_t direction)
{
	return hypercall(PV_HC_BALLOON, (uint64_t)pages / PAGE_SIZE, BALLOON_PAGES, direction);
}

static int bench_balloon(void)
{
	uint8_t *pages = pages_alloc(BALLOON_PAGES);

	if (!pages)
		return -1;
	memset(pages, 0xa5, BALLOON_PAGES * PAGE_SIZE);
	machine_phase(PHASE_BALLOON);
	int64_t given = balloon(pages, PV_BALLOON_GIVE);
	int64_t taken = balloon(pages, PV_BALLOON_TAKE);
	machine_phase(PHASE_OTHER);
	if (given != BALLOON_PAGES || taken != BALLOON_PAGES)
		return -1;                      /* some of the pages may be gone for good: nobody may get them */
	printk("balloon: %d pages given and taken back, %s\n", BALLOON_PAGES,
		all_zero(pages, BALLOON_PAGES * PAGE_SIZE) ? "empty" : "not empty");
	pages_free(pages, BALLOON_PAGES);
	return 0;
}

const struct machine_bench machine_benches[] = {
	{ "hypercall", "10000 times the call that does nothing", bench_hypercall },
	{ "cpuid", "10000 times CPUID", bench_cpuid },
	{ "balloon", "give 1 MiB to the host and take it back", bench_balloon },
	{ NULL, NULL, NULL },
};

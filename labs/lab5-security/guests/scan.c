/*
 * 5C: guests with 2 MiB and 64 KiB. Each owns its memory, every page of it once; "tenant" fills it with its own numbers, again
 * and again. The others go for one place that is not theirs, which the name tells: nothing may be there, whoever's it is in the
 * machine.
 */
#include "guest.h"

#define MEMORY  0x210000ull
#define IMAGE   0x200000ull                     /* this guest itself lies below */
#define TURNS   20000000ull
#define LARGE   (1ull << 7)
#define WINDOW  (1ull << 39)                    /* a 2 MiB page here shows what is looked for */

static uint64_t window_pdpt[512] __attribute__((aligned(4096))), window_directory[512] __attribute__((aligned(4096)));

/* Any guest-physical address, in reach. */
static volatile uint64_t *look_at(uint64_t gpa)
{
	pml4[1] = (uint64_t)window_pdpt | PRESENT | WRITABLE;
	window_pdpt[0] = (uint64_t)window_directory | PRESENT | WRITABLE;
	window_directory[0] = (gpa & ~0x1fffffull) | PRESENT | WRITABLE | LARGE;
	return (volatile uint64_t *)(WINDOW + (gpa & 0x1fffff));
}

static unsigned rounds(uint64_t number)
{
	unsigned wrong = 0;

	for (volatile uint64_t *at = (volatile uint64_t *)IMAGE; at < (volatile uint64_t *)MEMORY; at += 8)
		*at = number ^ (uint64_t)at;
	for (volatile uint64_t *at = (volatile uint64_t *)IMAGE; at < (volatile uint64_t *)MEMORY; at += 8)
		wrong += *at != (number ^ (uint64_t)at);
	return wrong;
}

static void live_in_it(void)
{
	uint64_t end = rdtsc() + TURNS, number = (uint64_t)guest_name[0] << 32;
	unsigned wrong = 0;

	while (rdtsc() < end)
		wrong += rounds(number++);
	check("its memory is its own", wrong, 0);
}

static const struct place {
	const char *name, *reason;
	uint64_t gpa;
} places[] = {
	{ "behind", "guest-physical 0x210000, outside its memory", MEMORY },
	{ "rounded", "guest-physical 0x3ff000, outside its memory", 0x3ff000 },
	{ "next", "guest-physical 0x400000, outside its memory", 0x400000 },
	{ "giga", "guest-physical 0x40000000, outside its memory", 0x40000000 },
	{ "apic", "guest-physical 0xfee00000, outside its memory", 0xfee00000 },
	{ "far", "guest-physical 0x8000000000, outside its memory", 1ull << 39 },
};

void run(void)
{
	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (is_named(places[i].name)) {
			volatile uint64_t *place = look_at(places[i].gpa);

			end_faulted(places[i].reason);
			exits_begin("EPT_VIOLATION=1");
			*place = 0xbad;
			return;
		}
	live_in_it();
}

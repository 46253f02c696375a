/*
 * 6B: the landlord gives away most of its memory. In it the tenant starts, a VM for which there was none before. Then the
 * landlord comes back.
 */
#include "holds.h"

#define MIB     0x100000ull
#define GIVEN   (4 * MIB)                       /* from here on, three calls of as many pages as one call may move */
#define CALL    (4 * MIB)
#define CALLS   3
#define TENANT  (16 * MIB)                      /* its memory */
#define SECRET  0x6e6f626f6479536bull
#define LEASE   12000000ull                     /* ticks: time for the tenant to look at everything */

enum topic { GIVE = 0x21, ARRIVE, STAY, COME_BACK };

static void fill(uint64_t first, uint64_t end, uint64_t value)
{
	for (volatile uint64_t *word = (uint64_t *)first; word < (uint64_t *)end; word += 8)
		*word = value;
}

static bool all_are(uint64_t first, uint64_t end, uint64_t value)
{
	for (volatile uint64_t *word = (uint64_t *)first; word < (uint64_t *)end; word += 8)
		if (*word != value)
			return false;
	return true;
}

static void wait_until(uint64_t tsc)
{
	while (rdtsc() < tsc)
		;
}

static void landlord(void)
{
	fill(GIVEN + CALL, GIVEN + CALLS * CALL, SECRET);       /* the tenant's kernel comes into what goes first: let it live */
	wait_until(rdtsc() + LEASE / 10);
	say("the landlord gives");
	phase(GIVE);
	for (unsigned i = 0; i < CALLS; i++)
		holds("4 MiB go in one call",
			hypercall(PV_HC_BALLOON, (GIVEN + i * CALL) / PAGE, CALL / PAGE, PV_BALLOON_GIVE) == CALL / PAGE);
	wait_until(rdtsc() + LEASE);
	phase(COME_BACK);
	fill(GIVEN, GIVEN + CALLS * CALL, SECRET);
	say("does not hold: a page that is away cannot be written");
}

/* From 2 MiB on there is nothing of its own yet. */
static void tenant(void)
{
	uint64_t start = rdtsc();

	phase(ARRIVE);
	holds("all memory is empty for who comes new", all_are(2 * MIB, TENANT, 0));
	fill(2 * MIB, TENANT, start);
	wait_until(start + 2 * LEASE);
	phase(STAY);
	holds("what the tenant has written stays, whatever the landlord does", all_are(2 * MIB, TENANT, start));
}

void run(void)
{
	if (is_named("tenant"))
		tenant();
	else
		landlord();
}

/*
 * 5A: a paravirtual guest that names memory which is not its own, through every call that takes an address. Refused, it goes
 * on. The VM named "neighbour" has done nothing, keeps a secret, and must still have it at the end.
 */
#include "guest.h"

#define MEMORY   0x200000ull                    /* mem=2M */
#define HOLE     0x180000ull
#define SECRET   0x5ec2e7c0de5ec2e7ull
#define CALL(number, ...) ((uint64_t)hypercall(number, __VA_ARGS__))
#define REFUSED  ((uint64_t)-EFAULT)
#define TURNS    20000000ull

static struct pv_block_setup *setup;

static void keep_a_secret(void)
{
	volatile uint64_t *top = (volatile uint64_t *)(MEMORY - PAGE), *low = (volatile uint64_t *)HOLE;
	uint64_t end = rdtsc() + TURNS;

	*top = *low = SECRET;
	while (rdtsc() < end && *top == SECRET && *low == SECRET)
		;
	check("the neighbour's memory is as it was", *top == SECRET && *low == SECRET, true);
}

static void write_from(const char *what, uint64_t address, uint64_t length)
{
	check(what, CALL(PV_HC_CONSOLE_WRITE, address, length, 0), REFUSED);
}

static void outside(void)
{
	write_from("a text behind its memory", MEMORY + PAGE, 16);
	write_from("a text that begins in its memory and ends behind it", MEMORY - 8, 16);
	write_from("a long text that does", MEMORY - 2 * PAGE, 3 * PAGE);
	check("a structure behind its memory", CALL(PV_HC_BLOCK_SETUP, MEMORY + PAGE, 0, 0), REFUSED);
	check("a structure that ends behind it", CALL(PV_HC_BLOCK_SETUP, MEMORY - 8, 0, 0), REFUSED);
}

static void around(void)
{
	write_from("a text that wraps around", 0ull - 8, 16);
	check("a structure that wraps around", CALL(PV_HC_BLOCK_SETUP, 0ull - 8, 0, 0), REFUSED);
}

static void given_back(void)
{
	check("giving a page back", CALL(PV_HC_BALLOON, HOLE / PAGE, 1, PV_BALLOON_GIVE), 1);
	write_from("a text in the page it gave back", HOLE, 16);
	write_from("a text that ends in it", HOLE - 8, 16);
	write_from("a text around it", HOLE - 8, PAGE + 16);
	setup = (struct pv_block_setup *)(HOLE - 8);
	check("a structure that ends in it", CALL(PV_HC_BLOCK_SETUP, (uint64_t)setup, 0, 0), REFUSED);
}

void run(void)
{
	if (!is_named("liar")) {
		keep_a_secret();
		return;
	}
	outside();
	around();
	given_back();
}

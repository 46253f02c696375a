/* 6B: two guests whose memory goes away and comes back. */
#include "holds.h"

#define FIRST  0x400ull                         /* a page number: at 4 MiB */
#define PAGES  1024ull                          /* two large pages */
#define AREA   (FIRST * PAGE)
#define SECRET 0x6e6f626f6479536bull
#define A_WHILE 5000000ull                      /* ticks: some turns of everybody */

enum topic { GIVE = 0x21, TAKE, TOUCH };

static uint64_t *page(uint64_t number)
{
	return (uint64_t *)((FIRST + number) * PAGE);
}

static void fill(void)
{
	for (uint64_t i = 0; i < PAGES; i++)
		for (unsigned word = 0; word < PAGE / 8; word += 64)
			page(i)[word] = SECRET + i;
}

static bool all_zero(void)
{
	for (volatile uint64_t *word = page(0); word < page(PAGES); word++)
		if (*word)
			return false;
	return true;
}

static bool kept(void)
{
	for (uint64_t i = 0; i < PAGES; i++)
		if (page(i)[64] != SECRET + i)
			return false;
	return true;
}

static void wait_a_while(void)
{
	for (uint64_t start = rdtsc(); rdtsc() - start < A_WHILE; )
		;
}

static int64_t balloon(uint64_t direction)
{
	return hypercall(PV_HC_BALLOON, FIRST, PAGES, direction);
}

static void give(void)
{
	fill();
	phase(GIVE);
	holds("1024 pages go in one call", balloon(PV_BALLOON_GIVE) == (int64_t)PAGES);
	holds("a page that is away is no buffer", hypercall(PV_HC_CONSOLE_WRITE, AREA, 16, 0) == -EFAULT);
	holds("none goes twice", balloon(PV_BALLOON_GIVE) == -EINVAL);
}

static void take(void)
{
	phase(TAKE);
	holds("1024 pages come back in one call", balloon(PV_BALLOON_TAKE) == (int64_t)PAGES);
	holds("all of them zeros, whoever had them", all_zero());
	fill();
	wait_a_while();                         /* the other one works meanwhile */
	holds("what is written there stays", kept());
}

/* A page that the CPU has just used; after this there is nothing that could be said. */
static void touch(void)
{
	volatile uint64_t *word = page(5);

	*word = 1;
	phase(TOUCH);
	hypercall(PV_HC_BALLOON, FIRST + 5, 1, PV_BALLOON_GIVE);
	(void)*word;
	say("does not hold: a page that is away can still be read");
}

void run(void)
{
	give();
	wait_a_while();
	take();
	if (is_named("touches"))
		touch();
}

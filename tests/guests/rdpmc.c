/* RDPMC: CPUID shows no counters, so every number raises #GP. SDM, "RDPMC—Read Performance-Monitoring Counters". */
#include "guest.h"

static void read_counter(void)
{
	ATTEMPT("rdpmc", : : "c"(0) : "rax", "rdx");
}

void run(void)
{
	exits_begin("RDPMC=1");
	read_counter();
	exits_end();
	check_raised("RDPMC raises #GP", GP, 0);
	exits_begin("");
	call_in_ring3(read_counter, 2);
	exits_end();
	check_raised("RDPMC raises #GP in ring 3, without an exit", GP, 0);
}

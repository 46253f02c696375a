/* INVD must lose nothing, neither ours nor the hypervisor's; WBINVD does not exit. SDM, "INVD—Invalidate Internal Caches". */
#include "guest.h"

static volatile uint64_t words[512];

static void invalidate(void)
{
	ATTEMPT("invd", : : : "memory");
}

void run(void)
{
	uint64_t lost = 0;

	for (unsigned i = 0; i < 512; i++)
		words[i] = ~(uint64_t)i;
	exits_begin("INVD=1");
	invalidate();
	asm volatile("wbinvd" : : : "memory");
	exits_end();
	check_raised("INVD goes on behind itself", NOTHING, 0);
	for (unsigned i = 0; i < 512; i++)
		lost += words[i] != ~(uint64_t)i;
	check("INVD loses nothing", lost, 0);
	exits_begin("");
	call_in_ring3(invalidate, 2);
	exits_end();
	check_raised("INVD raises #GP in ring 3, without an exit", GP, 0);
}

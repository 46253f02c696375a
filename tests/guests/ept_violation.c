/* There is nothing outside a VM's memory. The VM's name says what this one tries. SDM, "EPT Violations". */
#include "guest.h"

#define OUTSIDE 0x3000000ull

static void expect(const char *reason)
{
	end_faulted(reason);
	exits_begin("EPT_VIOLATION=1");
}

static void walk_outside(void)
{
	pml4[1] = OUTSIDE | PRESENT | WRITABLE;
	*(volatile uint64_t *)(1ull << 39);
}

static void give_back_and_read(void)
{
	uint64_t page = 0x180000;

	*(volatile uint64_t *)page = 0x5ec5e7;
	check("giving a page back", hypercall(PV_HC_BALLOON, page / PAGE, 1, PV_BALLOON_GIVE), 1);
	check("taking it again", hypercall(PV_HC_BALLOON, page / PAGE, 1, PV_BALLOON_TAKE), 1);
	check("it comes back as zeros", *(volatile uint64_t *)page, 0);
	check("giving it back once more", hypercall(PV_HC_BALLOON, page / PAGE, 1, PV_BALLOON_GIVE), 1);
	expect("read guest-physical 0x180000, in a page it gave back");
	*(volatile uint64_t *)page;
}

void run(void)
{
	if (is_named("ept-read")) {
		expect("read guest-physical 0x3000008, outside its memory");
		*(volatile uint64_t *)(OUTSIDE + 8);
	} else if (is_named("ept-write")) {
		expect("wrote to guest-physical 0x3000010, outside its memory");
		*(volatile uint64_t *)(OUTSIDE + 16) = 1;
	} else if (is_named("ept-jump")) {
		expect("jumped to guest-physical 0x3000000, outside its memory");
		((void (*)(void))OUTSIDE)();
	} else if (is_named("ept-table")) {
		expect("has a page table at guest-physical 0x3000000, outside its memory");
		walk_outside();
	} else {
		give_back_and_read();
	}
}

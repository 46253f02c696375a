/* The balloon: pages that the guest does not need go back to the host, out of the EPT; later they may come back, as zeros. */
#include "lib/errno.h"
#include "paravirt/services.h"
#include "vm/vm.h"

#define PAGES_MAX 1024          /* a call: the other guests wait meanwhile */

static int move_page(struct guest_memory *memory, uint64_t page, uint64_t direction)
{
	uint64_t gpa = page * PAGE_SIZE;

	return direction == PV_BALLOON_GIVE ? guest_memory_release(memory, gpa) : guest_memory_restore(memory, gpa);
}

/* lab 6B: what a guest may name, and as much of it as can be moved */
int64_t hypercall_balloon(struct vm *vm, uint64_t first, uint64_t pages, uint64_t direction, uint64_t rsi)
{
	uint64_t owned = vm->memory.size / PAGE_SIZE;
	int error = 0;
	uint64_t moved = 0;

	if (direction > PV_BALLOON_TAKE || first > owned || pages > owned - first)
		return -EINVAL;
	if (pages > PAGES_MAX)
		pages = PAGES_MAX;
	while (moved < pages && (error = move_page(&vm->memory, first + moved, direction)) == 0)
		moved++;
	run_until = 0;                    /* the CPU must forget what it cached of these pages before the guest goes on */
	return moved ? (int64_t)moved : error;
}
/* end of 6B */

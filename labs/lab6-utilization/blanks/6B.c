/*
 * Move `pages` pages from page number `first` on, with move_page(), in the direction PV_BALLOON_GIVE or PV_BALLOON_TAKE. What
 * the guest says may be wrong, and sums of what it says may wrap around: -EINVAL if any of these pages lies outside
 * vm->memory.size, or for another direction. At most PAGES_MAX in one call, because the other guests wait meanwhile. Stop at the
 * first page that cannot be moved. Answer how many were moved, or if none was, the error. abi.h has the whole sentence.
 * The CPU may have cached translations of pages that are away now. They are forgotten before the next entry that prepare_entry()
 * (vmx/run.c) does, and run_until = 0 sees to it that this comes before the guest's next instruction.
 */
int64_t hypercall_balloon(struct vm *vm, uint64_t first, uint64_t pages, uint64_t direction, uint64_t rsi)
{
	(void)move_page;
	lab_blank(vm, "6B", "labs/lab6-utilization");
	return -1;
}

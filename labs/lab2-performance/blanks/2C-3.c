/*
 * One exit serves the whole instruction: all elements, page by page. A guest must not keep the hypervisor for ever: after BYTES_PER_EXIT
 * bytes let others run (VERDICT_YIELD), the instruction comes back for the rest. VERDICT_NEXT: it is done. VERDICT_SAME: the guest
 * got a fault, and its registers say how far it came.
 * Hint: with RCX 0 a REP does nothing, and is done.
 */
static enum verdict string_io(struct vm *vm, uint64_t qualification)
{
	struct string_io io = begin_string_io(vm, qualification);
	uint64_t left = elements_left(&io);

	lab_blank(vm, "2C", "labs/lab2-performance");
	if (move_run(&io, left))
		step(&io, 1);
	return VERDICT_NEXT;
}

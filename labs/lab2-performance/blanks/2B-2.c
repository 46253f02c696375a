/*
 * Print the buffer and answer how many bytes were taken. Check all of it before the first byte is printed. Then, as long as there are bytes
 * left and the console has room: copy a piece of at most CHUNK_BYTES into chunk[], and print from the copy.
 * Hint: the guest may change its memory at any time, so what is printed is what was copied. smallest() is yours to use.
 */
int64_t hypercall_console_write(struct vm *vm, uint64_t address, uint64_t length, uint64_t rdx, uint64_t rsi)
{
	lab_blank(vm, "2B", "labs/lab2-performance");
	return -ENOSYS;
}

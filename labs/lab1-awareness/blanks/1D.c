/*
 * The guest's CPUID is done. Turn its time-stamp counter back by what the exit has taken: the CPU adds the field TSC_OFFSET to every value
 * that the guest reads. When it began, rdtsc() says in the exit's record: trace_last(vm, 0)->tsc. But some ticks none of our readings sees:
 * before the first, and between the last and the guest's next instruction. So read the clock as late as you can; the rest is a constant. Find out
 * how large: guests/two_clocks.c says what the guest measures.
 */
void hide_time(struct vm *vm)
{
	lab_blank(vm, "1D", "labs/lab1-awareness");
}

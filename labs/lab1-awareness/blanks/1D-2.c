/*
 * Where are we? CPUID(0) is a few steps of a CPU's microcode. In a VM it always exits: hundreds of instructions of a hypervisor. rdtsc() is
 * a clock that both have. Time it many times and take the fastest: an interrupt makes one slow, nothing makes one fast. And compare it with
 * something that you measure as well: CPUs differ by more than a factor of ten in their ticks.
 */
static bool in_a_vm(void)
{
	print("lab 1D is still blank: labs/lab1-awareness/guests/red_pill.c; read labs/lab1-awareness/README.md\n");
	return false;
}

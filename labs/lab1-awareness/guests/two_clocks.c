/*
 * 1D: a thousand times CPUID, by two clocks at once: the CPU's time-stamp counter, and channel 0 of the 8254, which counts down at
 * 1193182 Hz. What a hypervisor hides from one, the other still tells.
 */
#include "polled.h"

#define TIMES    1000
#define PIT_0    0x40
#define PIT_MODE 0x43
#define RATE_GENERATOR 0x34             /* channel 0, low byte then high byte, mode 2 */
#define LATCH_0  0x00

static uint16_t read_pit(void)
{
	outb(PIT_MODE, LATCH_0);

	uint8_t low = inb(PIT_0);

	return low | inb(PIT_0) << 8;
}

static uint64_t one_cpuid(void)
{
	uint64_t start = rdtsc();

	cpuid(0, 0);
	return rdtsc() - start;
}

static void print_line(const char *what, uint64_t number)
{
	print(what);
	print_number(number, 10);
	print("\n");
}

void run(void)
{
	uint64_t tsc = 0, backwards = 0, most = 0;

	outb(PIT_MODE, RATE_GENERATOR);
	outb(PIT_0, 0);
	outb(PIT_0, 0);                 /* 65536 */

	uint16_t start = read_pit();

	for (unsigned i = 0; i < TIMES; i++) {
		uint64_t ticks = one_cpuid();

		backwards += (int64_t)ticks < 0;
		most = ticks > most ? ticks : most;
		tsc += ticks;
	}

	uint16_t counts = start - read_pit();

	print_line("a CPUID by the time-stamp counter, ticks: ", (int64_t)tsc < 0 ? 0 : tsc / TIMES);
	print_line("the longest: ", most);
	print_line("times that the time-stamp counter went backwards: ", backwards);
	print_line("a thousand by the 8254, counts: ", counts);
	power_off();
}

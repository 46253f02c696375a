#include "hw/pit.h"
#include "hw/portio.h"
#include "hw/tsc.h"
#include "lib/panic.h"
#include <stdbool.h>

#define PIT_HZ          1193182ull
#define COUNTER_0       0x40
#define COUNTER_2       0x42
#define CONTROL_WORD    0x43
#define CW_COUNTER_0    0x00
#define CW_COUNTER_2    0x80
#define CW_LSB_THEN_MSB 0x30
#define CW_MODE_0       0x00

/* The PC's port B: gate and output of channel 2, which otherwise sounds the speaker. */
#define PORT_B          0x61
#define PORT_B_GATE_2   0x01
#define PORT_B_SPEAKER  0x02
#define PORT_B_OUT_2    0x20

#define NS_PER_SECOND   1000000000ull
#define WAKE_MAX_NS     54000000ull
#define MEASURE_COUNT   (PIT_HZ / 100)
#define MEASUREMENTS    5
#define POLLS_MAX       (1u << 26)

static void load(uint16_t counter, uint16_t count)
{
	outb(counter, count & 0xff);
	outb(counter, count >> 8);
}

void pit_init(void)
{
	outb(CONTROL_WORD, CW_COUNTER_0 | CW_LSB_THEN_MSB | CW_MODE_0);     /* and no count: OUT stays low */
}

/* An interval in ticks, and how much of it was spent at its two ends where nobody looked: another machine may have had the CPU. */
struct count {
	uint64_t ticks, doubt;
};

/* In mode 0 OUT goes high count + 1 pulses after the count was written. */
static struct count count_tsc(void)
{
	outb(CONTROL_WORD, CW_COUNTER_2 | CW_LSB_THEN_MSB | CW_MODE_0);

	uint64_t before = rdtsc();
	load(COUNTER_2, MEASURE_COUNT);
	uint64_t after = rdtsc(), low, high = after;
	uint32_t polls = 0;
	bool out;
	do {
		if (polls++ == POLLS_MAX)
			panic("the 8254's channel 2 does not count: the TSC cannot be measured");
		out = inb(PORT_B) & PORT_B_OUT_2;
		low = high;
		high = rdtsc();
	} while (!out);
	return (struct count){ .ticks = (low - before + high - after) / 2, .doubt = after - before + high - low };
}

static struct count best_count(void)
{
	struct count best = count_tsc();

	for (unsigned i = 1; i < MEASUREMENTS; i++) {
		struct count next = count_tsc();
		if (next.doubt < best.doubt)
			best = next;
	}
	return best;
}

uint64_t pit_measure_tsc_hz(void)
{
	uint8_t port_b = inb(PORT_B);

	outb(PORT_B, (port_b & ~PORT_B_SPEAKER) | PORT_B_GATE_2);
	struct count count = best_count();
	outb(PORT_B, port_b);
	return count.ticks * PIT_HZ / (MEASURE_COUNT + 1);
}

void pit_wake_after(uint64_t ns)
{
	uint64_t count = (ns < WAKE_MAX_NS ? ns : WAKE_MAX_NS) * PIT_HZ / NS_PER_SECOND;

	outb(CONTROL_WORD, CW_COUNTER_0 | CW_LSB_THEN_MSB | CW_MODE_0);
	load(COUNTER_0, count ? count : 1);     /* a count of 0 means 65536 */
}

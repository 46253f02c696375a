/*
 * The 8254 "Programmable Interval Timer": three counters (pit_channel.c) behind ports 0x40 to 0x43.
 *
 * Channel 0 is the PC's timer interrupt. Its OUT pin goes to the interrupt controller as edges: at each rise the line falls and
 * rises at once. (The real pin falls somewhat earlier; the controller acts on rises only, and a fall is not worth waking the
 * host for.)
 *
 * Every rise has its place on the chip's time scale, computed from the count's start, so a period never drifts. A VM that was
 * not running when a rise was due gets it late. Late rises are made up for, one edge each, at most four times as fast as
 * programmed and never closer than SHORTEST_NS: a guest that counts its ticks keeps its time. What is more than CATCH_UP_TICKS
 * late is given up.
 */
#include "fullvirt/pit8254.h"
#include "backend/clock.h"
#include "fullvirt/pit_channel.h"
#include "fullvirt/portbus.h"
#include "lib/heap.h"

#define PIT_HZ          1193182ull
#define PIT_EPOCH       0x20000ull              /* tick at time 0: later than the longest period, so that no start is before 0 */
#define CATCH_UP_TICKS  PIT_HZ                  /* one second */
#define SHORTEST_NS     100000ull
#define REFRESH_TICKS   18                      /* channel 1 on the first PCs: memory refresh every 15 microseconds */
#define NS_PER_SECOND   1000000000ull

enum { CONTROL_CHANNEL_SHIFT = 6, CONTROL_READ_BACK = 3, CONTROL_ACCESS = 0x30 };
enum { READ_BACK_NO_COUNT = 0x20, READ_BACK_NO_STATUS = 0x10 };
enum { PORT61_GATE2 = 0x01, PORT61_WRITABLE = 0x0f, PORT61_REFRESH = 0x10, PORT61_OUT2 = 0x20 };

struct pit8254 {
	struct pit_channel channels[3];
	uint8_t port61;                         /* gate 2, speaker data, and the two parity check enables */
	uint64_t rise;                          /* tick of channel 0's next rise that the controller has not seen */
	struct timer timer;
	struct irq_line irq;
};

/* Whole seconds apart, so that nothing overflows in a machine's lifetime. */
static uint64_t tick_at(uint64_t ns)
{
	return PIT_EPOCH + ns / NS_PER_SECOND * PIT_HZ + ns % NS_PER_SECOND * PIT_HZ / NS_PER_SECOND;
}

/* The first nanosecond at which that tick has come. */
static uint64_t ns_at(uint64_t tick)
{
	uint64_t ticks = tick - PIT_EPOCH;

	return ticks / PIT_HZ * NS_PER_SECOND + (ticks % PIT_HZ * NS_PER_SECOND + PIT_HZ - 1) / PIT_HZ;
}

static uint64_t tick_now(void)
{
	return tick_at(clock_now_ns());
}

static void arm(struct pit8254 *pit, uint64_t earliest_ns)
{
	uint64_t deadline;

	if (pit->rise == PIT_NEVER) {
		timer_cancel(&pit->timer);
		return;
	}
	deadline = ns_at(pit->rise);
	timer_set(&pit->timer, deadline > earliest_ns ? deadline : earliest_ns);
}

/* How soon after one edge the next one may come. */
static uint64_t spacing_ns(const struct pit_channel *channel)
{
	uint64_t quarter = channel->count * (NS_PER_SECOND / 4) / PIT_HZ;

	return quarter > SHORTEST_NS ? quarter : SHORTEST_NS;
}

static void channel0_rises(void *context)
{
	struct pit8254 *pit = context;
	struct pit_channel *channel = &pit->channels[0];
	uint64_t now_ns = clock_now_ns();
	uint64_t now = tick_at(now_ns);

	irq_line_set(&pit->irq, false);
	irq_line_set(&pit->irq, true);
	pit->rise = pit_channel_next_rise(channel, pit->rise);
	if (pit->rise < now && now - pit->rise > CATCH_UP_TICKS)
		pit->rise = pit_channel_next_rise(channel, now);
	arm(pit, now_ns + spacing_ns(channel));
}

/* The guest programmed channel 0: its OUT pin may have moved, and rises at another time. */
static void channel0_changed(struct pit8254 *pit, uint64_t now)
{
	irq_line_set(&pit->irq, pit_channel_out(&pit->channels[0], now));
	pit->rise = pit_channel_next_rise(&pit->channels[0], now);
	arm(pit, 0);
}

/* Read-back command: latch the count, the status or both, of several channels at once. The two selecting bits are active low. */
static void read_back(struct pit8254 *pit, uint8_t command, uint64_t now)
{
	for (unsigned i = 0; i < 3; i++) {
		if (!(command & 2u << i))
			continue;
		if (!(command & READ_BACK_NO_COUNT))
			pit_channel_latch_count(&pit->channels[i], now);
		if (!(command & READ_BACK_NO_STATUS))
			pit_channel_latch_status(&pit->channels[i], now);
	}
}

static void write_control(struct pit8254 *pit, uint8_t value, uint64_t now)
{
	unsigned number = value >> CONTROL_CHANNEL_SHIFT;

	if (number == CONTROL_READ_BACK) {
		read_back(pit, value, now);
	} else if (!(value & CONTROL_ACCESS)) {
		pit_channel_latch_count(&pit->channels[number], now);   /* counter latch command */
	} else {
		pit_channel_control(&pit->channels[number], value);
		if (number == 0)
			channel0_changed(pit, now);
	}
}

static void pit_write(void *device, uint16_t port, unsigned size, uint32_t value)
{
	struct pit8254 *pit = device;
	unsigned number = port % 4;
	uint64_t now = tick_now();

	(void)size;
	if (number == 3) {
		write_control(pit, value, now);
		return;
	}
	pit_channel_write(&pit->channels[number], value, now);
	if (number == 0)
		channel0_changed(pit, now);
}

/* The control word register cannot be read. */
static uint32_t pit_read(void *device, uint16_t port, unsigned size)
{
	struct pit8254 *pit = device;
	unsigned number = port % 4;

	(void)size;
	return number == 3 ? 0xff : pit_channel_read(&pit->channels[number], tick_now());
}

static uint32_t port61_read(void *device, uint16_t port, unsigned size)
{
	struct pit8254 *pit = device;
	uint64_t now = tick_now();
	uint8_t refresh = now / REFRESH_TICKS % 2 ? PORT61_REFRESH : 0;
	uint8_t out2 = pit_channel_out(&pit->channels[2], now) ? PORT61_OUT2 : 0;

	(void)port;
	(void)size;
	return pit->port61 | refresh | out2;
}

static void port61_write(void *device, uint16_t port, unsigned size, uint32_t value)
{
	struct pit8254 *pit = device;

	(void)port;
	(void)size;
	pit->port61 = value & PORT61_WRITABLE;
	pit_channel_set_gate(&pit->channels[2], value & PORT61_GATE2, tick_now());
}

/* As a PC's firmware leaves them: the 18.2 Hz tick, memory refresh, and a silent speaker. */
static void program_as_firmware(struct pit8254 *pit)
{
	static const uint8_t control_words[] = { 0x36, 0x54, 0xb6 };

	for (unsigned i = 0; i < 3; i++) {
		pit->channels[i].gate = i != 2;
		pit_channel_control(&pit->channels[i], control_words[i]);
	}
	pit_channel_write(&pit->channels[0], 0, tick_now());
	pit_channel_write(&pit->channels[0], 0, tick_now());
	pit_channel_write(&pit->channels[1], REFRESH_TICKS, tick_now());
	channel0_changed(pit, tick_now());
}

struct pit8254 *pit8254_create(struct portbus *ports, struct irq_line irq, struct timer_queue *timers)
{
	struct pit8254 *pit = zalloc(sizeof(*pit));

	pit->irq = irq;
	timer_init(&pit->timer, timers, channel0_rises, pit);
	program_as_firmware(pit);
	portbus_claim(ports, &(struct port_range){
		.first = 0x40, .last = 0x43, .name = "pit8254", .widths = 1,
		.read = pit_read, .write = pit_write, .device = pit,
	});
	portbus_claim(ports, &(struct port_range){
		.first = 0x61, .last = 0x61, .name = "port61", .widths = 1,
		.read = port61_read, .write = port61_write, .device = pit,
	});
	return pit;
}

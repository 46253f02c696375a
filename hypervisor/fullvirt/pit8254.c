/*
 * The 8254 "Programmable Interval Timer" behind ports 0x40 to 0x43: modes 0, 2, 3 and 4, counting in binary, latches and
 * read-back. The modes that a gate must trigger (1 and 5) and BCD are refused with a line in the log: no PC kernel uses them.
 *
 * Nothing runs here: everything is computed from the time at which it is asked, in ticks of the chip's clock (CLK). After a
 * write the count reaches the counting element one CLK pulse later. So a count written at tick t counts from start = t + 1, and
 * in mode 0 the OUT pin rises at start + count: "N + 1 CLK pulses after the initial count is written".
 *
 * Channel 0 is the PC's timer interrupt. Its OUT pin goes to the interrupt controller as edges: at each rise the line falls and
 * rises at once. (The real pin falls somewhat earlier; the controller acts on rises only, and a fall is not worth waking the
 * host for.) Every rise has its place on the chip's time scale, so a period never drifts. A VM that was not running when rises
 * were due gets them late, one by one: a guest that counts its ticks keeps its time.
 */
#include "fullvirt/devices.h"
#include "backend/clock.h"
#include "fullvirt/portbus.h"
#include "lib/heap.h"
#include "vm/vm.h"

#define PIT_HZ          1193182ull
#define CATCH_UP_TICKS  PIT_HZ                  /* what is more than a second late is given up */
#define SHORTEST_NS     100000ull               /* between two edges, so that no guest floods the host */
#define REFRESH_TICKS   18                      /* channel 1 on the first PCs: memory refresh every 15 microseconds */
#define NS_PER_SECOND   1000000000ull
#define NEVER           UINT64_MAX

/* Under the names of the data sheet's "Control Word Format" and "Mode Definitions". */
enum { CONTROL_CHANNEL_SHIFT = 6, CONTROL_READ_BACK = 3, CONTROL_BCD = 0x01 };
enum { READ_BACK_NO_COUNT = 0x20, READ_BACK_NO_STATUS = 0x10 };
enum { STATUS_OUT = 0x80, STATUS_NULL_COUNT = 0x40 };
enum pit_access { ACCESS_LATCH = 0, ACCESS_LOW = 1, ACCESS_HIGH = 2, ACCESS_BOTH = 3 };
enum pit_mode { TERMINAL_COUNT = 0, RATE_GENERATOR = 2, SQUARE_WAVE = 3, SOFTWARE_STROBE = 4 };
enum { PORT61_GATE2 = 0x01, PORT61_WRITABLE = 0x0f, PORT61_REFRESH = 0x10, PORT61_OUT2 = 0x20 };

struct channel {
	enum pit_mode mode;
	enum pit_access access;
	bool gate;
	uint32_t count;                         /* 1 to 65536, what it counts from; 0: none written since the control word */
	uint64_t start;                         /* tick at which the counting element holds it */
	uint32_t next_count;                    /* modes 2 and 3: replaces count when the period ends; 0: none */
	uint64_t next_start;
	uint64_t held;                          /* while the gate is closed: ticks counted until then */
	uint8_t low_byte;                       /* of a two-byte count, while its high byte is missing */
	bool write_high_next, read_high_next;
	bool count_latched, status_latched;
	uint16_t latch;
	uint8_t status;
};

struct pit8254 {
	struct channel channels[3];
	uint8_t port61;                         /* gate 2, speaker data, and the two parity check enables */
	uint64_t rise;                          /* tick of channel 0's next rise that the controller has not seen */
	struct timer timer;
	struct irq_line irq;
	struct vm *vm;
};

/* Whole seconds apart, so that nothing overflows in a machine's lifetime. */
static uint64_t tick_at(uint64_t ns)
{
	return ns / NS_PER_SECOND * PIT_HZ + ns % NS_PER_SECOND * PIT_HZ / NS_PER_SECOND;
}

/* The first nanosecond at which that tick has come. */
static uint64_t ns_at(uint64_t tick)
{
	return tick / PIT_HZ * NS_PER_SECOND + (tick % PIT_HZ * NS_PER_SECOND + PIT_HZ - 1) / PIT_HZ;
}

static uint64_t tick_now(void)
{
	return tick_at(clock_now_ns());
}

static bool is_periodic(const struct channel *channel)
{
	return channel->mode == RATE_GENERATOR || channel->mode == SQUARE_WAVE;
}

/* Ticks of a square wave's period with OUT high; the odd one belongs to the high half. */
static uint32_t high_ticks(uint32_t count)
{
	return (count + 1) / 2;
}

static uint64_t elapsed(const struct channel *channel, uint64_t tick)
{
	if (!channel->gate)
		return channel->held;
	return tick > channel->start ? tick - channel->start : 0;
}

/* The first end of a period after that tick. */
static uint64_t period_end(const struct channel *channel, uint64_t tick)
{
	if (tick < channel->start)
		return channel->start + channel->count;
	return tick + channel->count - (tick - channel->start) % channel->count;
}

/* The channel as it is at that tick: a new count takes over when the period in which it was written is over. */
static struct channel *channel_at(struct pit8254 *pit, unsigned number, uint64_t tick)
{
	struct channel *channel = &pit->channels[number];

	if (channel->next_count && tick >= channel->next_start) {
		channel->count = channel->next_count;
		channel->start = channel->next_start;
		channel->next_count = 0;
	}
	return channel;
}

/* A square wave counts down by two, twice per period; an odd count starts from one less. */
static uint32_t square_wave_value(uint32_t count, uint32_t phase)
{
	uint32_t high = high_ticks(count);

	return (count & ~1u) - 2 * (phase < high ? phase : phase - high);
}

/* What the counting element holds. */
static uint16_t counter_value(const struct channel *channel, uint64_t tick)
{
	uint64_t ticks = elapsed(channel, tick);

	if (channel->count == 0)
		return 0;
	if (channel->mode == SQUARE_WAVE)
		return square_wave_value(channel->count, ticks % channel->count);
	if (channel->mode == RATE_GENERATOR)
		return channel->count - ticks % channel->count;
	return channel->count - ticks;                  /* goes on below zero */
}

/* The OUT pin. */
static bool channel_out(const struct channel *channel, uint64_t tick)
{
	uint64_t ticks = elapsed(channel, tick);

	if (channel->mode == TERMINAL_COUNT)
		return channel->count && ticks >= channel->count;
	if (channel->count == 0 || !channel->gate)
		return true;
	if (channel->mode == RATE_GENERATOR)
		return ticks % channel->count != channel->count - 1;
	if (channel->mode == SQUARE_WAVE)
		return ticks % channel->count < high_ticks(channel->count);
	return ticks != channel->count;                 /* the strobe: low for the one tick at zero */
}

/* The first tick after the given one at which OUT rises. */
static uint64_t next_rise(const struct channel *channel, uint64_t after)
{
	uint64_t end = channel->start + channel->count + (channel->mode == SOFTWARE_STROBE);

	if (channel->count == 0)
		return NEVER;
	if (is_periodic(channel))
		return period_end(channel, after);
	return end > after ? end : NEVER;
}

/* "Writing a new count while counting does not affect the current counting sequence": in modes 2 and 3 it waits for the end of
   the period. (The chip would begin it after half a period of mode 3.) */
static void load(struct channel *channel, uint16_t value, uint64_t tick)
{
	uint32_t count = value ? value : 0x10000;

	if (is_periodic(channel) && count == 1)
		count = 2;                              /* "a count of 1 is illegal" */
	if (is_periodic(channel) && channel->count && channel->gate) {
		channel->next_count = count;
		channel->next_start = period_end(channel, tick);
		return;
	}
	channel->count = count;
	channel->start = tick + 1;
	channel->held = 0;
}

/* The first of two bytes stops a mode 0 counter, and its OUT pin goes low: it cannot expire on half a count. */
static void write_count(struct channel *channel, uint8_t byte, uint64_t tick)
{
	if (channel->access == ACCESS_LOW) {
		load(channel, byte, tick);
	} else if (channel->access == ACCESS_HIGH) {
		load(channel, byte << 8, tick);
	} else if (!channel->write_high_next) {
		channel->low_byte = byte;
		channel->write_high_next = true;
		if (channel->mode == TERMINAL_COUNT)
			channel->count = 0;
	} else {
		channel->write_high_next = false;
		load(channel, byte << 8 | channel->low_byte, tick);
	}
}

static uint8_t read_count(struct channel *channel, uint64_t tick)
{
	uint16_t value = channel->count_latched ? channel->latch : counter_value(channel, tick);
	bool high = channel->access == ACCESS_HIGH || channel->read_high_next;

	if (channel->status_latched) {
		channel->status_latched = false;
		return channel->status;
	}
	channel->read_high_next = channel->access == ACCESS_BOTH && !high;
	if (!channel->read_high_next)
		channel->count_latched = false;         /* this was its last byte */
	return high ? value >> 8 : value;
}

/* A latched value stays until it was read: a second command before that is ignored. */
static void latch_count(struct channel *channel, uint64_t tick)
{
	if (!channel->count_latched)
		channel->latch = counter_value(channel, tick);
	channel->count_latched = true;
}

/* Null count: what was written last has not yet reached the counting element. */
static void latch_status(struct channel *channel, uint64_t tick)
{
	bool null_count = channel->count == 0 || tick < channel->start || channel->next_count;

	if (!channel->status_latched)
		channel->status = (channel_out(channel, tick) ? STATUS_OUT : 0) | (null_count ? STATUS_NULL_COUNT : 0) |
				  channel->access << 4 | channel->mode << 1;
	channel->status_latched = true;
}

/* Closed, the gate holds the counting element. Opened, it goes on in modes 0 and 4, and is reloaded in modes 2 and 3. */
static void set_gate(struct channel *channel, bool open, uint64_t tick)
{
	if (open == channel->gate)
		return;
	channel->held = elapsed(channel, tick);
	channel->gate = open;
	channel->start = is_periodic(channel) ? tick + 1 : tick - channel->held;
	if (is_periodic(channel) && channel->next_count)
		channel->count = channel->next_count;
	channel->next_count = 0;
}

static void arm(struct pit8254 *pit, uint64_t earliest_ns)
{
	uint64_t deadline = ns_at(pit->rise);

	if (pit->rise == NEVER)
		timer_cancel(&pit->timer);
	else
		timer_set(&pit->timer, deadline > earliest_ns ? deadline : earliest_ns);
}

/* How soon after one edge the next one may come: late ones at most four times as fast as programmed. */
static uint64_t spacing_ns(const struct channel *channel)
{
	uint64_t quarter = channel->count * (NS_PER_SECOND / 4) / PIT_HZ;

	return quarter > SHORTEST_NS ? quarter : SHORTEST_NS;
}

static void channel0_rises(void *context)
{
	struct pit8254 *pit = context;
	uint64_t now_ns = clock_now_ns(), now = tick_at(now_ns);
	struct channel *channel = channel_at(pit, 0, pit->rise);

	irq_line_set(&pit->irq, false);
	irq_line_set(&pit->irq, true);
	pit->rise = next_rise(channel, now - pit->rise > CATCH_UP_TICKS ? now : pit->rise);
	arm(pit, now_ns + spacing_ns(channel));
}

/* The guest programmed channel 0: its OUT pin may have moved, and rises at another time. */
static void channel0_changed(struct pit8254 *pit, uint64_t now)
{
	irq_line_set(&pit->irq, channel_out(&pit->channels[0], now));
	pit->rise = next_rise(&pit->channels[0], now);
	arm(pit, 0);
}

/* Read-back command: latch the count, the status or both, of several channels at once. The two selecting bits are active low. */
static void read_back(struct pit8254 *pit, uint8_t command, uint64_t now)
{
	for (unsigned i = 0; i < 3; i++) {
		if (!(command & 2u << i))
			continue;
		if (!(command & READ_BACK_NO_COUNT))
			latch_count(channel_at(pit, i, now), now);
		if (!(command & READ_BACK_NO_STATUS))
			latch_status(channel_at(pit, i, now), now);
	}
}

static void program_channel(struct pit8254 *pit, unsigned number, uint8_t control_word)
{
	unsigned mode = control_word >> 1 & 7;
	bool gate = pit->channels[number].gate;

	if (mode > 5)
		mode -= 4;                              /* 6 and 7 are 2 and 3 again */
	if (mode == 1 || mode == 5 || (control_word & CONTROL_BCD)) {
		vm_log(pit->vm, "8254: control word 0x%x refused: modes 1 and 5 and BCD are not modelled", control_word);
		return;
	}
	pit->channels[number] = (struct channel){ .mode = mode, .access = control_word >> 4 & 3, .gate = gate };
}

static void write_control(struct pit8254 *pit, uint8_t value, uint64_t now)
{
	unsigned number = value >> CONTROL_CHANNEL_SHIFT;

	if (number == CONTROL_READ_BACK) {
		read_back(pit, value, now);
	} else if ((value >> 4 & 3) == ACCESS_LATCH) {
		latch_count(channel_at(pit, number, now), now);
	} else {
		program_channel(pit, number, value);
		if (number == 0)
			channel0_changed(pit, now);
	}
}

static void pit_write(void *device, uint16_t port, unsigned size, uint32_t value)
{
	struct pit8254 *pit = device;
	unsigned number = port % 4;
	uint64_t now = tick_now();

	if (number == 3) {
		write_control(pit, value, now);
		return;
	}
	write_count(channel_at(pit, number, now), value, now);
	if (number == 0)
		channel0_changed(pit, now);
}

/* The control word register cannot be read. */
static uint32_t pit_read(void *device, uint16_t port, unsigned size)
{
	unsigned number = port % 4;
	uint64_t now = tick_now();

	return number == 3 ? 0xff : read_count(channel_at(device, number, now), now);
}

static uint32_t port61_read(void *device, uint16_t port, unsigned size)
{
	struct pit8254 *pit = device;
	uint64_t now = tick_now();
	uint8_t refresh = now / REFRESH_TICKS % 2 ? PORT61_REFRESH : 0;
	uint8_t out2 = channel_out(channel_at(pit, 2, now), now) ? PORT61_OUT2 : 0;

	return pit->port61 | refresh | out2;
}

static void port61_write(void *device, uint16_t port, unsigned size, uint32_t value)
{
	struct pit8254 *pit = device;
	uint64_t now = tick_now();

	pit->port61 = value & PORT61_WRITABLE;
	set_gate(channel_at(pit, 2, now), value & PORT61_GATE2, now);
}

/* As a PC's firmware leaves them: the 18.2 Hz tick on channel 0, and a silent speaker. */
static void program_as_firmware(struct pit8254 *pit)
{
	pit->channels[0] = (struct channel){ .mode = SQUARE_WAVE, .access = ACCESS_BOTH, .gate = true };
	pit->channels[1] = (struct channel){ .mode = RATE_GENERATOR, .access = ACCESS_LOW, .gate = true };
	pit->channels[2] = (struct channel){ .mode = SQUARE_WAVE, .access = ACCESS_BOTH };
	load(&pit->channels[0], 0, tick_now());
	load(&pit->channels[1], REFRESH_TICKS, tick_now());
	channel0_changed(pit, tick_now());
}

void pit8254_create(struct portbus *ports, struct irq_line irq, struct vm *vm)
{
	struct pit8254 *pit = zalloc(sizeof(*pit));

	pit->irq = irq;
	pit->vm = vm;
	timer_init(&pit->timer, &vm->timers, channel0_rises, pit);
	program_as_firmware(pit);
	portbus_claim(ports, &(struct port_range){
		.first = 0x40, .last = 0x43, .name = "pit8254", .widths = 1,
		.read = pit_read, .write = pit_write, .device = pit,
	});
	portbus_claim(ports, &(struct port_range){
		.first = 0x61, .last = 0x61, .name = "port61", .widths = 1,
		.read = port61_read, .write = port61_write, .device = pit,
	});
}

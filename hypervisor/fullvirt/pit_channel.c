/*
 * One counter of an 8254, as a function of time: all six modes, binary and BCD, gate, latches.
 *
 * After a write the count reaches the counting element one CLK pulse later; a tick is one CLK pulse. So a count written at tick
 * t counts from start = t + 1, and in mode 0 the OUT pin rises at start + count: "N + 1 CLK pulses after the initial count is
 * written".
 */
#include "fullvirt/pit_channel.h"

bool pit_channel_is_periodic(const struct pit_channel *channel)
{
	return channel->mode == PIT_RATE_GENERATOR || channel->mode == PIT_SQUARE_WAVE;
}

static bool is_triggered(const struct pit_channel *channel)
{
	return channel->mode == PIT_ONE_SHOT || channel->mode == PIT_HARDWARE_STROBE;
}

static uint32_t modulus(const struct pit_channel *channel)
{
	return channel->bcd ? 10000 : 0x10000;
}

static uint32_t from_bcd(uint16_t digits)
{
	return (digits >> 12) * 1000u + (digits >> 8 & 15) * 100u + (digits >> 4 & 15) * 10u + (digits & 15);
}

static uint16_t to_bcd(uint32_t n)
{
	return n / 1000 % 10 << 12 | n / 100 % 10 << 8 | n / 10 % 10 << 4 | n % 10;
}

/* Ticks of a square wave's period with OUT high; the odd one belongs to the high half. */
static uint32_t high_ticks(uint32_t count)
{
	return (count + 1) / 2;
}

/* A count written into a running periodic counter takes over at the end of its (half) cycle. */
static void reload_if_due(struct pit_channel *channel, uint64_t tick)
{
	if (!channel->reload_due || tick < channel->reload_at)
		return;
	channel->reload_due = false;
	channel->count = channel->written;
	channel->start = channel->reload_start;
}

static uint64_t elapsed(const struct pit_channel *channel, uint64_t tick)
{
	if (channel->phase == PIT_PAUSED)
		return channel->paused_elapsed;
	return channel->phase == PIT_COUNTING && tick > channel->start ? tick - channel->start : 0;
}

/* A square wave counts down by two, twice per period; an odd count starts from one less. */
static uint32_t square_wave_value(uint32_t count, uint32_t phase)
{
	uint32_t high = high_ticks(count);
	uint32_t into_half = phase < high ? phase : phase - high;

	return (count & ~1u) - 2 * into_half;
}

/* What the counting element holds. */
static uint16_t counter_value(const struct pit_channel *channel, uint64_t tick)
{
	uint64_t ticks = elapsed(channel, tick);
	uint32_t m = modulus(channel), count = channel->count, value;

	if (count == 0)
		return 0;                               /* nothing was ever loaded */
	if (channel->mode == PIT_SQUARE_WAVE)
		value = square_wave_value(count, ticks % count);
	else if (channel->mode == PIT_RATE_GENERATOR)
		value = count - ticks % count;
	else
		value = (count + m - ticks % m) % m;    /* goes on below zero, around the modulus */
	return channel->bcd ? to_bcd(value) : value;
}

bool pit_channel_out(struct pit_channel *channel, uint64_t tick)
{
	uint64_t ticks;
	bool counting;

	reload_if_due(channel, tick);
	ticks = elapsed(channel, tick);
	counting = channel->phase == PIT_COUNTING;
	switch (channel->mode) {
	case PIT_TERMINAL_COUNT:
		return channel->phase != PIT_WAITING && ticks >= channel->count;
	case PIT_ONE_SHOT:
		return !counting || ticks >= channel->count;
	case PIT_RATE_GENERATOR:
		return !counting || ticks % channel->count != channel->count - 1;
	case PIT_SQUARE_WAVE:
		return !counting || ticks % channel->count < high_ticks(channel->count);
	default:                                        /* strobes: low for the one tick at zero */
		return !counting || ticks != channel->count;
	}
}

static uint64_t next_period(uint64_t start, uint32_t count, uint64_t after)
{
	return after < start ? start + count : start + ((after - start) / count + 1) * count;
}

uint64_t pit_channel_next_rise(struct pit_channel *channel, uint64_t after)
{
	uint64_t rise;

	reload_if_due(channel, after);
	if (channel->phase != PIT_COUNTING)
		return PIT_NEVER;
	if (!pit_channel_is_periodic(channel)) {
		rise = channel->start + channel->count + (channel->mode >= PIT_SOFTWARE_STROBE);
		return rise > after ? rise : PIT_NEVER;
	}
	rise = next_period(channel->start, channel->count, after);
	if (channel->reload_due && rise > channel->reload_at)
		rise = next_period(channel->reload_start, channel->written, channel->reload_at);
	return rise;
}

static void begin(struct pit_channel *channel, uint64_t tick)
{
	channel->count = channel->written;
	channel->start = tick + 1;
	channel->phase = PIT_COUNTING;
	channel->reload_due = false;
}

/* "Writing a new count while counting does not affect the current counting sequence": find where that one ends. */
static void defer_reload(struct pit_channel *channel, uint64_t tick)
{
	uint64_t end = next_period(channel->start, channel->count, tick);
	uint64_t half = end - channel->count + high_ticks(channel->count);

	channel->reload_due = true;
	channel->reload_at = channel->reload_start = end;
	if (channel->mode == PIT_SQUARE_WAVE && tick < half) {  /* the new count's low half follows the old one's high half */
		channel->reload_at = half;
		channel->reload_start = half - high_ticks(channel->written);
	}
}

static void load(struct pit_channel *channel, uint16_t value, uint64_t tick)
{
	uint32_t count = channel->bcd ? from_bcd(value) : value;
	bool is_first = !channel->has_count;

	channel->has_count = true;
	channel->written = count ? count : modulus(channel);
	if (pit_channel_is_periodic(channel) && count == 1)
		channel->written = 2;                   /* "a count of 1 is illegal" */
	if (is_triggered(channel))
		return;                                 /* the gate will begin */
	if (pit_channel_is_periodic(channel) && channel->phase == PIT_COUNTING && !is_first) {
		defer_reload(channel, tick);
		return;
	}
	begin(channel, tick);
	if (!channel->gate) {
		channel->phase = PIT_PAUSED;
		channel->paused_elapsed = 0;
	}
}

void pit_channel_control(struct pit_channel *channel, uint8_t control_word)
{
	unsigned mode = control_word >> 1 & 7;

	channel->access = control_word >> 4 & 3;
	channel->mode = mode > 5 ? mode - 4 : mode;     /* 6 and 7 are 2 and 3 again */
	channel->bcd = control_word & 1;
	channel->phase = PIT_WAITING;
	channel->has_count = channel->reload_due = false;
	channel->write_high_next = channel->read_high_next = false;
	channel->count_latched = channel->status_latched = false;
}

/* The first of two bytes stops a mode 0 counter, and its OUT pin goes low: it cannot expire on half a count. */
static void write_low_of_two(struct pit_channel *channel, uint8_t byte)
{
	channel->low_byte = byte;
	channel->write_high_next = true;
	if (channel->mode == PIT_TERMINAL_COUNT)
		channel->phase = PIT_WAITING;
}

void pit_channel_write(struct pit_channel *channel, uint8_t byte, uint64_t tick)
{
	reload_if_due(channel, tick);
	if (channel->access == PIT_ACCESS_LOW) {
		load(channel, byte, tick);
	} else if (channel->access == PIT_ACCESS_HIGH) {
		load(channel, byte << 8, tick);
	} else if (!channel->write_high_next) {
		write_low_of_two(channel, byte);
	} else {
		channel->write_high_next = false;
		load(channel, byte << 8 | channel->low_byte, tick);
	}
}

/* The half of the value that is read now; *last tells that this reading is over. */
static uint8_t pick_byte(struct pit_channel *channel, uint16_t value, bool *last)
{
	bool high = channel->access == PIT_ACCESS_HIGH || (channel->access == PIT_ACCESS_BOTH && channel->read_high_next);

	*last = channel->access != PIT_ACCESS_BOTH || high;
	channel->read_high_next = !*last;
	return high ? value >> 8 : value;
}

uint8_t pit_channel_read(struct pit_channel *channel, uint64_t tick)
{
	bool last;
	uint8_t byte;

	if (channel->status_latched) {
		channel->status_latched = false;
		return channel->status;
	}
	reload_if_due(channel, tick);
	byte = pick_byte(channel, channel->count_latched ? channel->latch : counter_value(channel, tick), &last);
	if (last)
		channel->count_latched = false;
	return byte;
}

/* A latched value stays until it was read: a second command before that is ignored. */
void pit_channel_latch_count(struct pit_channel *channel, uint64_t tick)
{
	if (channel->count_latched)
		return;
	reload_if_due(channel, tick);
	channel->latch = counter_value(channel, tick);
	channel->count_latched = true;
}

/* Null count: what was written last has not yet reached the counting element. */
static bool null_count(const struct pit_channel *channel, uint64_t tick)
{
	bool begins_later = channel->phase == PIT_COUNTING && tick < channel->start;

	return channel->phase == PIT_WAITING || begins_later || channel->reload_due || channel->written != channel->count;
}

void pit_channel_latch_status(struct pit_channel *channel, uint64_t tick)
{
	if (channel->status_latched)
		return;
	channel->status = pit_channel_out(channel, tick) << 7 | null_count(channel, tick) << 6 |
			  channel->access << 4 | channel->mode << 1 | channel->bcd;
	channel->status_latched = true;
}

static void gate_falls(struct pit_channel *channel, uint64_t tick)
{
	if (channel->phase != PIT_COUNTING || is_triggered(channel))
		return;
	channel->paused_elapsed = elapsed(channel, tick);
	channel->phase = PIT_PAUSED;
}

static void gate_rises(struct pit_channel *channel, uint64_t tick)
{
	if (is_triggered(channel) && channel->has_count) {
		begin(channel, tick);
	} else if (channel->phase == PIT_PAUSED) {
		if (pit_channel_is_periodic(channel)) {
			begin(channel, tick);           /* the gate reloads these */
		} else {
			channel->start = tick - channel->paused_elapsed;
			channel->phase = PIT_COUNTING;
		}
	}
}

void pit_channel_set_gate(struct pit_channel *channel, bool level, uint64_t tick)
{
	if (level == channel->gate)
		return;
	reload_if_due(channel, tick);
	channel->gate = level;
	if (level)
		gate_rises(channel, tick);
	else
		gate_falls(channel, tick);
}

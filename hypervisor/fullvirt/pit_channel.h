#pragma once
/*
 * One counter of an 8254. Nothing runs here: everything is computed from the time, in ticks of the chip's clock (CLK), at which
 * it is asked. tick never goes back, and is more than a full count (65536) from the beginning.
 */
#include <stdbool.h>
#include <stdint.h>

#define PIT_NEVER UINT64_MAX

enum pit_access { PIT_ACCESS_LOW = 1, PIT_ACCESS_HIGH = 2, PIT_ACCESS_BOTH = 3 };

/* Under the names of the data sheet's "Mode Definitions". */
enum pit_mode {
	PIT_TERMINAL_COUNT = 0, PIT_ONE_SHOT = 1, PIT_RATE_GENERATOR = 2, PIT_SQUARE_WAVE = 3,
	PIT_SOFTWARE_STROBE = 4, PIT_HARDWARE_STROBE = 5,
};

struct pit_channel {
	enum pit_mode mode;
	enum pit_access access;
	bool bcd;
	bool gate;
	enum { PIT_WAITING, PIT_COUNTING, PIT_PAUSED } phase;  /* for a count or a trigger; running; held by the gate */
	bool has_count;                 /* written since the control word */
	uint32_t written;               /* count register: the last count written */
	uint32_t count;                 /* what the counting element counts from */
	uint64_t start;                 /* tick at which it holds count */
	uint64_t paused_elapsed;        /* PIT_PAUSED in modes 0 and 4: ticks counted so far */
	bool reload_due;                /* modes 2 and 3: written replaces count at reload_at, */
	uint64_t reload_at, reload_start;       /* as if it had started at reload_start */
	uint8_t low_byte;               /* of a two-byte count, while its high byte is missing */
	bool write_high_next, read_high_next;
	bool count_latched, status_latched;
	uint16_t latch;
	uint8_t status;
};

void pit_channel_control(struct pit_channel *channel, uint8_t control_word);
void pit_channel_write(struct pit_channel *channel, uint8_t byte, uint64_t tick);
uint8_t pit_channel_read(struct pit_channel *channel, uint64_t tick);
void pit_channel_latch_count(struct pit_channel *channel, uint64_t tick);
void pit_channel_latch_status(struct pit_channel *channel, uint64_t tick);
void pit_channel_set_gate(struct pit_channel *channel, bool level, uint64_t tick);

/* The OUT pin now; the first tick after the given one at which it rises, or PIT_NEVER. */
bool pit_channel_out(struct pit_channel *channel, uint64_t tick);
uint64_t pit_channel_next_rise(struct pit_channel *channel, uint64_t after);
bool pit_channel_is_periodic(const struct pit_channel *channel);

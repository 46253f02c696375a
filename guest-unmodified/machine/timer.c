/*
 * Timer and clock: channel 0 of an 8254 counts down from DIVISOR at 1.193182 MHz, again and again, and interrupts each time.
 * Intel 8254 data sheet, "Mode 2: Rate Generator" and "Counter Latch Command". So this machine ticks, asked or not.
 */
#include "machine.h"
#include "pc.h"
#include "portio.h"

#define CHANNEL_0    0x40
#define CONTROL_WORD 0x43
#define LATCH_COUNTER_0        0x00
#define COUNTER_0_MODE_2       0x34             /* low byte, then high byte; binary */

#define INPUT_HZ     1193182ull
#define TICKS_HZ     100
#define DIVISOR      ((INPUT_HZ + TICKS_HZ / 2) / TICKS_HZ)
#define NEVER_READ   UINT64_MAX

static uint64_t ticks;
static uint64_t last_elapsed = NEVER_READ;      /* what was read since the last tick */
static uint64_t deadline = UINT64_MAX;

static uint64_t to_ns(uint64_t counts)
{
	return counts / INPUT_HZ * 1000000000 + counts % INPUT_HZ * 1000000000 / INPUT_HZ;
}

void timer_init(void)
{
	outb(CONTROL_WORD, COUNTER_0_MODE_2);
	outb(CHANNEL_0, DIVISOR & 0xff);
	outb(CHANNEL_0, DIVISOR >> 8);
	interrupts_unmask(IRQ_TIMER);
}

/* Counts since the counter was last reloaded. */
static uint64_t read_elapsed(void)
{
	outb(CONTROL_WORD, LATCH_COUNTER_0);
	uint64_t low = inb(CHANNEL_0);
	uint64_t count = low | (uint64_t)inb(CHANNEL_0) << 8;

	return count <= DIVISOR ? DIVISOR - count : 0;
}

/* The counter may have been reloaded while its tick still waits at the 8259. That shows as a reading below the last one, so
   only such a reading, and the first of each tick, has to ask. */
static uint64_t elapsed_since_tick(void)
{
	uint64_t elapsed = read_elapsed();

	if (elapsed < last_elapsed && interrupt_requested(IRQ_TIMER))
		elapsed = read_elapsed() + DIVISOR;
	last_elapsed = elapsed;
	return elapsed;
}

uint64_t machine_clock_ns(void)
{
	static uint64_t last;
	bool on = interrupts_save_disable();
	uint64_t now = to_ns(ticks * DIVISOR + elapsed_since_tick());

	if (now > last)
		last = now;                     /* a tick that got lost must not turn the clock back */
	now = last;
	interrupts_restore(on);
	return now;
}

void machine_timer_set(uint64_t deadline_ns)
{
	deadline = deadline_ns;
}

void timer_tick(void)
{
	ticks++;
	last_elapsed = NEVER_READ;
	if (to_ns(ticks * DIVISOR) < deadline)
		return;
	deadline = UINT64_MAX;
	timer_interrupt();
}

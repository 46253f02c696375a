#pragma once
/* The interrupt controller, timer and UART of an unmodified guest's PC. Vectors: IRQ n is 32 + n. */
#include "guest.h"

#define PIC1        0x20
#define PIC2        0xa0
#define EOI         0x20
#define READ_IRR    0x0a
#define VECTOR_IRQ0 32
#define VECTOR_IRQ4 36
#define PIT_HZ      1193182u
#define COM1        0x3f8
#define COM1_IER    0x3f9
#define COM1_IIR    0x3fa
#define COM1_MCR    0x3fc
#define IER_ETBEI   2
#define MCR_OUT2    8

/* Requests from before are forgotten: the timer ticks from the start. */
static inline void pic_init(uint8_t mask)
{
	static const uint8_t icw[4] = { 0x11, 0x20, 4, 1 };

	for (unsigned i = 0; i < 4; i++)
		outb(i ? PIC1 + 1 : PIC1, icw[i]);
	outb(PIC1 + 1, mask);
	outb(PIC2 + 1, 0xff);
}

static inline uint8_t pic_requests(void)
{
	outb(PIC1, READ_IRR);
	return inb(PIC1);
}

/* Channel 0 in mode 0 waits for its count; its line is down. */
static inline void pit_stop(void)
{
	outb(0x43, 0x30);
}

/* Mode 0: one interrupt, after that long. */
static inline void pit_once(uint32_t microseconds)
{
	uint32_t count = (uint64_t)PIT_HZ * microseconds / 1000000;

	pit_stop();
	outb(0x40, count);
	outb(0x40, count >> 8);
}

/* IRQ 4 goes up at once: the transmitter is empty and now says so. */
static inline void com1_request(void)
{
	outb(COM1_MCR, MCR_OUT2);
	outb(COM1_IER, IER_ETBEI);
}

/* …and down: reading the identification takes it back. */
static inline void com1_quiet(void)
{
	inb(COM1_IIR);
	outb(COM1_IER, 0);
}

#pragma once
/* A console that works in a VM and on a bare PC alike: it waits for the UART before each byte, and sets it up itself. And the end of either. */
#include "guest.h"

#define UART       0x3f8
#define UART_LCR   (UART + 3)
#define UART_LSR   (UART + 5)
#define LCR_8N1    0x03
#define LSR_THRE   0x20
#define LSR_TEMT   0x40
#define QEMU_PM1A  0x604
#define SOFT_OFF   0x2000
#define BOCHS_OFF  0x8900

static inline void put_char(char c)
{
	outb(UART_LCR, LCR_8N1);        /* a bare PC's firmware may have left the divisor latch in the data's place */
	while (!(inb(UART_LSR) & LSR_THRE))
		;
	outb(UART, c);
}

static inline void print(const char *text)
{
	while (*text)
		put_char(*text++);
}

static inline void print_number(uint64_t value, unsigned base)
{
	if (value >= base)
		print_number(value / base, base);
	put_char("0123456789abcdef"[value % base]);
}

static inline _Noreturn void power_off(void)
{
	while (!(inb(UART_LSR) & LSR_TEMT))
		;
	asm volatile("outw %w0, %w1" : : "a"(SOFT_OFF), "d"(QEMU_PM1A));
	for (const char *c = "Shutdown"; *c; c++)
		outb(BOCHS_OFF, *c);
	for (;;)
		asm volatile("cli; hlt");
}

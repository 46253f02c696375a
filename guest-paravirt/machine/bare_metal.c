/*
 * The only part of this kernel that touches a PC: it says on COM1 and on the screen why it stops.
 * National Semiconductor PC16550D data sheet, "Registers"; the text screen of a VGA is 80 by 25 pairs of character and colour.
 */
#include <stddef.h>
#include "machine.h"
#include "pv.h"

#define COM1              0x3f8
#define THR               0
#define DLL               0
#define DLM               1
#define FCR               2
#define LCR               3
#define LSR               5
#define LCR_8N1           0x03
#define LCR_DLAB          0x80
#define FCR_ENABLE        0x01
#define LSR_THRE          0x20
#define POLLS_MAX         (1u << 20)            /* there may be no UART */

#define TEXT_SCREEN       0xb8000
#define TEXT_CELLS        (80 * 25)
#define WHITE_ON_BLACK    0x0f00

static unsigned cell;

static void outb(uint16_t port, uint8_t value)
{
	asm volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static uint8_t inb(uint16_t port)
{
	uint8_t value;

	asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static void uart_init(void)
{
	outb(COM1 + LCR, LCR_DLAB | LCR_8N1);
	outb(COM1 + DLL, 1);
	outb(COM1 + DLM, 0);
	outb(COM1 + LCR, LCR_8N1);
	outb(COM1 + FCR, FCR_ENABLE);
}

static void uart_put(char c)
{
	for (uint32_t polls = 0; polls < POLLS_MAX && !(inb(COM1 + LSR) & LSR_THRE); polls++)
		;
	outb(COM1 + THR, (uint8_t)c);
}

static void screen_clear(void)
{
	volatile uint16_t *screen = (uint16_t *)TEXT_SCREEN;

	for (unsigned i = 0; i < TEXT_CELLS; i++)
		screen[i] = WHITE_ON_BLACK | ' ';
}

static void screen_put(char c)
{
	volatile uint16_t *screen = (uint16_t *)TEXT_SCREEN;

	if (cell < TEXT_CELLS)
		screen[cell++] = WHITE_ON_BLACK | (uint8_t)c;
}

static void say(const char *text)
{
	for (; *text; text++) {
		char c = *text >= ' ' && *text <= '~' ? *text : '?';

		uart_put(c);
		screen_put(c);
	}
}

_Noreturn void refuse_machine(const char *why, const char *detail)
{
	uart_init();
	screen_clear();
	say("This kernel needs the Twinlab hypervisor: ");
	say(why);
	say(detail);
	uart_put('\r');
	uart_put('\n');
	for (;;)
		asm volatile("cli; hlt");
}

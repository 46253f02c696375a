/*
 * The console: a 16550 UART at COM1. National Semiconductor PC16550D data sheet, "Registers".
 * Before interrupts are on it is polled, a byte at a time; then each "transmitter empty" interrupt hands it the next 16 bytes.
 */
#include "machine.h"
#include "pc.h"
#include "portio.h"

#define COM1 0x3f8
#define THR (COM1 + 0)                          /* write: transmitter holding register */
#define RBR (COM1 + 0)                          /* read: receiver buffer register */
#define DLL (COM1 + 0)                          /* divisor latch, while LCR_DLAB is set */
#define DLM (COM1 + 1)
#define IER (COM1 + 1)                          /* interrupt enable */
#define IIR (COM1 + 2)                          /* read: interrupt identification */
#define FCR (COM1 + 2)                          /* write: FIFO control */
#define LCR (COM1 + 3)                          /* line control */
#define MCR (COM1 + 4)                          /* modem control */
#define LSR (COM1 + 5)                          /* line status */
#define MSR (COM1 + 6)                          /* modem status */

#define IER_RECEIVED_DATA     0x01
#define IER_TRANSMITTER_EMPTY 0x02
#define IIR_NOTHING_PENDING   0x01
#define IIR_CAUSE             0x0f
#define IIR_TRANSMITTER_EMPTY 0x02
#define IIR_RECEIVED_DATA     0x04
#define IIR_LINE_STATUS       0x06
#define IIR_CHARACTER_TIMEOUT 0x0c
#define FCR_ENABLE_AND_CLEAR  0x07
#define LCR_8_BITS            0x03
#define LCR_DLAB              0x80
#define MCR_DTR_RTS_OUT2      0x0b              /* on a PC, OUT2 connects the interrupt line */
#define LSR_DATA_READY        0x01
#define LSR_THRE              0x20              /* holding register (or FIFO) empty */
#define LSR_TEMT              0x40              /* and the shift register too */

#define FIFO_SIZE 16
#define DIVISOR_115200 1

static struct {
	const char *next;                       /* what the interrupts still have to send */
	size_t left;
	struct wait_queue done;
} transmit;

void machine_init_console(void)
{
	machine_phase(PHASE_BOOT);
	outb(IER, 0);
	outb(LCR, LCR_DLAB | LCR_8_BITS);
	outb(DLL, DIVISOR_115200);
	outb(DLM, 0);
	outb(LCR, LCR_8_BITS);
	outb(MCR, MCR_DTR_RTS_OUT2);
	console_use_fifo(true);
}

void console_use_fifo(bool on)
{
	outb(FCR, on ? FCR_ENABLE_AND_CLEAR : 0);
}

static void wait_for(uint8_t status)
{
	while ((inb(LSR) & status) != status)
		;
}

void console_drain(void)
{
	wait_for(LSR_TEMT);
}

void console_write_polled(const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		wait_for(LSR_THRE);
		outb(THR, (uint8_t)bytes[i]);
	}
}

/* The FIFO is empty: fill it. */
static void send_next(void)
{
	for (int room = FIFO_SIZE; room > 0 && transmit.left > 0; room--, transmit.left--)
		outb(THR, (uint8_t)*transmit.next++);
}

void machine_console_write(const char *bytes, size_t n)
{
	if (n == 0)
		return;
	if (!threads_running()) {
		console_write_polled(bytes, n);
		return;
	}
	bool on = interrupts_save_disable();
	transmit.next = bytes;
	transmit.left = n;
	outb(IER, IER_RECEIVED_DATA | IER_TRANSMITTER_EMPTY);   /* interrupts at once if the transmitter is empty */
	while (transmit.next)
		wait_queue_sleep(&transmit.done);
	interrupts_restore(on);
}

static void transmitter_empty(void)
{
	if (transmit.left > 0) {
		send_next();
		return;
	}
	outb(IER, IER_RECEIVED_DATA);
	transmit.next = NULL;
	wait_queue_wake_all(&transmit.done);
}

static void received_data(void)
{
	while (inb(LSR) & LSR_DATA_READY)
		console_input((char)inb(RBR));
}

/* The line to the 8259 is edge-triggered: it must fall before it can rise again, so go on until nothing is pending. */
void console_interrupt(void)
{
	uint8_t cause;

	while (!((cause = inb(IIR)) & IIR_NOTHING_PENDING)) {
		cause &= IIR_CAUSE;
		if (cause == IIR_TRANSMITTER_EMPTY)
			transmitter_empty();
		else if (cause == IIR_RECEIVED_DATA || cause == IIR_CHARACTER_TIMEOUT)
			received_data();
		else if (cause == IIR_LINE_STATUS)
			inb(LSR);
		else
			inb(MSR);
	}
}

void console_interrupts_init(void)
{
	outb(IER, IER_RECEIVED_DATA);
	interrupts_unmask(IRQ_COM1);
}

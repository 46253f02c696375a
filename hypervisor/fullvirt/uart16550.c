/*
 * The NS16550A "Universal Asynchronous Receiver/Transmitter with FIFOs".
 *
 * Modelled, under the data sheet's names: all registers, both FIFOs with trigger levels and character timeout, interrupt
 * identification, modem lines, loopback, and the PC's gate between INTR and the interrupt controller (the OUT2 pin).
 *
 * The wire is faster than any baud rate: a byte written to THR has left at once, as long as the console takes it; when the
 * console is full the byte waits in the transmitter with THRE and TEMT clear. The receiver takes typed bytes only when it has
 * room for them, so an overrun happens in loopback only. The wire knows no parity or framing errors and no break; the divisor
 * matters for the timeout alone.
 */
#include "fullvirt/devices.h"
#include "backend/clock.h"
#include "backend/console.h"
#include "fullvirt/portbus.h"
#include "fullvirt/uart_fifo.h"
#include "lib/heap.h"
#include "vm/vm.h"

/* Offsets; where two registers share one, the first is read and the second written. */
enum uart_register { RBR_THR, IER, IIR_FCR, LCR, MCR, LSR, MSR, SCR };
enum { IER_ERBFI = 0x01, IER_ETBEI = 0x02, IER_ELSI = 0x04, IER_EDSSI = 0x08, IER_BITS = 0x0f };
enum {
	IIR_MODEM_STATUS = 0x00, IIR_NONE = 0x01, IIR_THR_EMPTY = 0x02, IIR_DATA_AVAILABLE = 0x04, IIR_LINE_STATUS = 0x06,
	IIR_CHARACTER_TIMEOUT = 0x0c, IIR_FIFOS_ENABLED = 0xc0,
};
enum { FCR_ENABLE = 0x01, FCR_RESET_RECEIVER = 0x02, FCR_RESET_TRANSMITTER = 0x04, FCR_TRIGGER_SHIFT = 6 };
enum { LCR_WORD_LENGTH = 0x03, LCR_STOP_BITS = 0x04, LCR_PARITY = 0x08, LCR_DLAB = 0x80 };
enum { MCR_DTR = 0x01, MCR_RTS = 0x02, MCR_OUT1 = 0x04, MCR_OUT2 = 0x08, MCR_LOOP = 0x10, MCR_BITS = 0x1f };
enum { LSR_DR = 0x01, LSR_OE = 0x02, LSR_THRE = 0x20, LSR_TEMT = 0x40 };
enum {
	MSR_DCTS = 0x01, MSR_DDSR = 0x02, MSR_TERI = 0x04, MSR_DDCD = 0x08,
	MSR_CTS = 0x10, MSR_DSR = 0x20, MSR_RI = 0x40, MSR_DCD = 0x80,
};

#define BAUD_CLOCK_HZ 1843200ull                /* the PC's crystal; 16 clocks times the divisor make a bit */

struct uart16550 {
	uint8_t ier, lcr, mcr, scr, dll, dlm;
	uint8_t trigger;                        /* receiver FIFO level that raises an interrupt; 1 without FIFOs */
	uint8_t modem_lines, modem_deltas;      /* high and low half of MSR */
	bool overrun;                           /* LSR_OE */
	bool thr_empty_interrupt;               /* pending: see transmit() */
	bool timeout_interrupt;
	bool intr;                              /* level last given to the interrupt line */
	struct uart_fifo receiver, transmitter;
	struct timer timeout;
	struct irq_line irq;
	struct vm *vm;                          /* the wire is its console */
};

static bool fifos_enabled(const struct uart16550 *uart)
{
	return uart->receiver.depth > 1;
}

/* lab 3A: which interrupt IIR reports */
/* The pending interrupt of the highest priority. */
static uint8_t pending_interrupt(const struct uart16550 *uart)
{
	if ((uart->ier & IER_ELSI) && uart->overrun)
		return IIR_LINE_STATUS;
	if ((uart->ier & IER_ERBFI) && uart->receiver.used >= uart->trigger)
		return IIR_DATA_AVAILABLE;
	if ((uart->ier & IER_ERBFI) && uart->timeout_interrupt)
		return IIR_CHARACTER_TIMEOUT;
	if ((uart->ier & IER_ETBEI) && uart->thr_empty_interrupt)
		return IIR_THR_EMPTY;
	if ((uart->ier & IER_EDSSI) && uart->modem_deltas)
		return IIR_MODEM_STATUS;
	return IIR_NONE;
}
/* end of 3A */

/* On a PC, INTR reaches the bus through a gate that the OUT2 pin opens; loopback drives that pin inactive. */
static void update_irq(struct uart16550 *uart)
{
	bool gate_open = (uart->mcr & (MCR_OUT2 | MCR_LOOP)) == MCR_OUT2;
	bool intr = gate_open && pending_interrupt(uart) != IIR_NONE;

	if (intr == uart->intr)
		return;
	uart->intr = intr;
	irq_line_set(&uart->irq, intr);
}

/* Start bit, 5 to 8 data bits, parity, stop bits (one and a half count as two). */
static uint64_t character_ns(const struct uart16550 *uart)
{
	uint64_t bits = 1 + 5 + (uart->lcr & LCR_WORD_LENGTH) + !!(uart->lcr & LCR_PARITY) + 1 + !!(uart->lcr & LCR_STOP_BITS);
	uint64_t divisor = uart->dlm << 8 | uart->dll;

	return bits * 16 * (divisor ? divisor : 1) * 1000000000ull / BAUD_CLOCK_HZ;
}

/* Bytes below the trigger level, and for four character times none came and none was read: tell the guest about them. */
static void restart_timeout(struct uart16550 *uart)
{
	if (fifos_enabled(uart) && uart->receiver.used && (uart->ier & IER_ERBFI))
		timer_set(&uart->timeout, clock_now_ns() + 4 * character_ns(uart));
	else
		timer_cancel(&uart->timeout);
}

static void timeout_expired(void *context)
{
	struct uart16550 *uart = context;

	uart->timeout_interrupt = uart->receiver.used > 0;
	update_irq(uart);
}

static void receive(struct uart16550 *uart, uint8_t byte)
{
	if (!uart_fifo_push(&uart->receiver, byte))
		uart->overrun = true;
	restart_timeout(uart);
}

/* Input came, or there is room again: take typed bytes off the wire, as many as there is room for. */
static void receive_from_console(void *context)
{
	struct uart16550 *uart = context;
	char bytes[UART_FIFO_SIZE];
	size_t n;

	if ((uart->mcr & MCR_LOOP) || !console_has_input(uart->vm->console))
		return;
	n = console_read(uart->vm->console, bytes, uart->receiver.depth - uart->receiver.used);
	for (size_t i = 0; i < n; i++)
		receive(uart, bytes[i]);
	update_irq(uart);
}

static bool send(struct uart16550 *uart, uint8_t byte)
{
	char c = byte;

	if (!(uart->mcr & MCR_LOOP))
		return console_write(uart->vm->console, &c, 1) == 1;
	receive(uart, byte);
	return true;
}

/* A byte came, or the wire has room again: empty the transmitter as far as the wire takes it. An empty transmitter is news,
   and raises the THRE interrupt. */
static void transmit(void *context)
{
	struct uart16550 *uart = context;
	struct uart_fifo *fifo = &uart->transmitter;

	if (fifo->used == 0)
		return;
	while (fifo->used && send(uart, fifo->bytes[fifo->first]))
		uart_fifo_pop(fifo);
	if (fifo->used == 0)
		uart->thr_empty_interrupt = true;
	update_irq(uart);
}

/* INTR falls between two bytes, as on a wire that needs time for each: an edge-triggered controller must see the next one. */
static uint8_t read_rbr(struct uart16550 *uart)
{
	uint8_t byte = uart_fifo_pop(&uart->receiver);

	uart->timeout_interrupt = false;
	restart_timeout(uart);
	update_irq(uart);
	if (uart->receiver.used == 0)
		receive_from_console(uart);
	return byte;
}

/* lab 3A: the interrupt "transmitter holding register empty" */
/* A byte for the transmitter. Writing THR withdraws the THRE interrupt until the transmitter is empty again. */
static void write_thr(struct uart16550 *uart, uint8_t value)
{
	uart->thr_empty_interrupt = false;
	update_irq(uart);
	uart_fifo_push(&uart->transmitter, value);
	transmit(uart);
}

/* Enabling the THRE interrupt while THR is empty raises it at once. */
static void write_ier(struct uart16550 *uart, uint8_t value)
{
	bool enables_etbei = (value & IER_ETBEI) && !(uart->ier & IER_ETBEI);

	uart->ier = value & IER_BITS;
	if (enables_etbei && uart->transmitter.used == 0)
		uart->thr_empty_interrupt = true;
	restart_timeout(uart);
	update_irq(uart);
}

/* Reading IIR acknowledges the THRE interrupt, but only if that is the one it reports. */
static uint8_t read_iir(struct uart16550 *uart)
{
	uint8_t interrupt = pending_interrupt(uart);

	if (interrupt == IIR_THR_EMPTY)
		uart->thr_empty_interrupt = false;
	update_irq(uart);
	return interrupt | (fifos_enabled(uart) ? IIR_FIFOS_ENABLED : 0);
}
/* end of 3A */

/* lab 3A: the FIFO control register */
static void reset_receiver(struct uart16550 *uart, unsigned depth)
{
	uart_fifo_reset(&uart->receiver, depth);
	uart->timeout_interrupt = false;
	restart_timeout(uart);
}

static void reset_transmitter(struct uart16550 *uart, unsigned depth)
{
	if (uart->transmitter.used)
		uart->thr_empty_interrupt = true;
	uart_fifo_reset(&uart->transmitter, depth);
}

/* The other bits are programmed only together with FCR_ENABLE; switching the FIFOs on or off empties both. */
static void write_fcr(struct uart16550 *uart, uint8_t value)
{
	static const uint8_t trigger_levels[] = { 1, 4, 8, 14 };
	bool enable = value & FCR_ENABLE;
	unsigned depth = enable ? UART_FIFO_SIZE : 1;
	bool changes = enable != fifos_enabled(uart);

	if (changes || (enable && (value & FCR_RESET_RECEIVER)))
		reset_receiver(uart, depth);
	if (changes || (enable && (value & FCR_RESET_TRANSMITTER)))
		reset_transmitter(uart, depth);
	uart->trigger = enable ? trigger_levels[value >> FCR_TRIGGER_SHIFT] : 1;
	update_irq(uart);
	receive_from_console(uart);
}
/* end of 3A */

/* The other end of the cable is always there and ready. In loopback the chip's own outputs come back as its inputs. */
static uint8_t modem_inputs(const struct uart16550 *uart, uint8_t mcr)
{
	if (!(mcr & MCR_LOOP))
		return MSR_CTS | MSR_DSR | MSR_DCD;
	/* lab 3A: the modem lines in loopback */
	return (mcr & MCR_RTS ? MSR_CTS : 0) | (mcr & MCR_DTR ? MSR_DSR : 0) |
	       (mcr & MCR_OUT1 ? MSR_RI : 0) | (mcr & MCR_OUT2 ? MSR_DCD : 0);
	/* end of 3A */
}

static void write_mcr(struct uart16550 *uart, uint8_t value)
{
	uint8_t lines = modem_inputs(uart, value);
	uint8_t changed = lines ^ uart->modem_lines;

	uart->mcr = value & MCR_BITS;
	uart->modem_deltas |= (changed & (MSR_CTS | MSR_DSR | MSR_DCD)) >> 4;
	if ((changed & MSR_RI) && !(lines & MSR_RI))
		uart->modem_deltas |= MSR_TERI;
	uart->modem_lines = lines;
	update_irq(uart);
	transmit(uart);
	receive_from_console(uart);
}

/* Reading LSR clears its error bits. */
static uint8_t read_lsr(struct uart16550 *uart)
{
	uint8_t lsr = (uart->receiver.used ? LSR_DR : 0) | (uart->overrun ? LSR_OE : 0) |
		      (uart->transmitter.used ? 0 : LSR_THRE | LSR_TEMT);

	uart->overrun = false;
	update_irq(uart);
	return lsr;
}

/* Reading MSR clears its delta bits. */
static uint8_t read_msr(struct uart16550 *uart)
{
	uint8_t msr = uart->modem_lines | uart->modem_deltas;

	uart->modem_deltas = 0;
	update_irq(uart);
	return msr;
}

/* base is a multiple of 8 on every PC. The divisor latch access bit puts DLL and DLM in place of the first two registers. */
static uint32_t uart_read(void *device, uint16_t port, unsigned size)
{
	struct uart16550 *uart = device;
	bool dlab = uart->lcr & LCR_DLAB;

	switch ((enum uart_register)(port % 8)) {
	/* lab 3A: what is read at the two ports that DLAB changes */
	case RBR_THR:
		return dlab ? uart->dll : read_rbr(uart);
	case IER:
		return dlab ? uart->dlm : uart->ier;
	/* end of 3A */
	case IIR_FCR:
		return read_iir(uart);
	case LCR:
		return uart->lcr;
	case MCR:
		return uart->mcr;
	case LSR:
		return read_lsr(uart);
	case MSR:
		return read_msr(uart);
	default:
		return uart->scr;
	}
}

static void uart_write(void *device, uint16_t port, unsigned size, uint32_t value)
{
	struct uart16550 *uart = device;
	bool dlab = uart->lcr & LCR_DLAB;

	switch ((enum uart_register)(port % 8)) {
	/* lab 3A: what is written there */
	case RBR_THR:
		if (dlab)
			uart->dll = value;
		else
			write_thr(uart, value);
		break;
	case IER:
		if (dlab)
			uart->dlm = value;
		else
			write_ier(uart, value);
		break;
	/* end of 3A */
	case IIR_FCR:
		write_fcr(uart, value);
		break;
	case LCR:
		uart->lcr = value;
		break;
	case MCR:
		write_mcr(uart, value);
		break;
	case LSR:                       /* "writing to LSR is not recommended, this operation is only used for factory testing" */
	case MSR:
		break;
	case SCR:
		uart->scr = value;
		break;
	}
}

void uart16550_create(struct portbus *ports, uint16_t base, struct irq_line irq, struct vm *vm)
{
	struct uart16550 *uart = zalloc(sizeof(*uart));

	uart->irq = irq;
	uart->vm = vm;
	uart->trigger = 1;
	uart->modem_lines = modem_inputs(uart, 0);
	uart->thr_empty_interrupt = true;
	uart_fifo_reset(&uart->receiver, 1);
	uart_fifo_reset(&uart->transmitter, 1);
	timer_init(&uart->timeout, &vm->timers, timeout_expired, uart);
	console_set_listener(vm->console, receive_from_console, transmit, uart);
	portbus_claim(ports, &(struct port_range){
		.first = base, .last = base + 7, .name = "uart16550", .widths = 1,
		.read = uart_read, .write = uart_write, .device = uart,
	});
}

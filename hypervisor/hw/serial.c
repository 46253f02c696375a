#include "hw/serial.h"
#include "hw/byte_ring.h"
#include "hw/pic.h"
#include "hw/portio.h"

/* Register offsets; with LCR.DLAB set, 0 and 1 are the divisor latch. */
enum { RBR = 0, THR = 0, DLL = 0, IER = 1, DLM = 1, IIR = 2, FCR = 2, LCR = 3, MCR = 4, LSR = 5, MSR = 6, SCR = 7 };

#define IER_ERBFI       0x01    /* received data available */
#define IER_ETBEI       0x02    /* transmitter holding register empty */
#define IIR_NO_PENDING  0x01
#define FCR_ENABLE      0x01
#define FCR_CLEAR_BOTH  0x06
#define LCR_8N1         0x03
#define LCR_DLAB        0x80
#define MCR_DTR_RTS     0x03
#define MCR_OUT2        0x08    /* on a PC: connects the UART to its interrupt line */
#define LSR_DR          0x01
#define LSR_THRE        0x20
#define LSR_TEMT        0x40

#define DIVISOR_115200  1
#define TX_FIFO_BYTES   16
#define TX_RING_BYTES   (16 * 1024)
#define RX_RING_BYTES   1024
#define POLLS_MAX       (1u << 19)      /* seconds, where 16 bytes take 1.4 ms: then the transmitter is dead */
#define PORTS           4

struct serial_port {
	uint16_t base;
	uint8_t irq;
	bool present;
	bool interrupts;
	bool was_full;                  /* since room() was last called */
	uint8_t ier;
	struct byte_ring tx, rx;
	void (*input)(void *context);
	void (*room)(void *context);
	void *context;
};

static struct serial_port ports[PORTS] = {
	{ .base = 0x3f8, .irq = 4 },
	{ .base = 0x2f8, .irq = 3 },
	{ .base = 0x3e8, .irq = 4 },
	{ .base = 0x2e8, .irq = 3 },
};
static char tx_bytes[PORTS][TX_RING_BYTES];
static char rx_bytes[PORTS][RX_RING_BYTES];

static uint8_t uart_read(const struct serial_port *port, unsigned reg)
{
	return inb(port->base + reg);
}

static void uart_write(const struct serial_port *port, unsigned reg, uint8_t value)
{
	outb(port->base + reg, value);
}

static void set_ier(struct serial_port *port, uint8_t ier)
{
	if (port->ier != ier)
		uart_write(port, IER, ier);
	port->ier = ier;
}

static bool uart_answers(const struct serial_port *port)
{
	uart_write(port, SCR, 0x5a);
	if (uart_read(port, SCR) != 0x5a)
		return false;
	uart_write(port, SCR, 0xa5);
	return uart_read(port, SCR) == 0xa5;
}

static void uart_init(const struct serial_port *port)
{
	uart_write(port, IER, 0);
	uart_write(port, LCR, LCR_DLAB);
	uart_write(port, DLL, DIVISOR_115200);
	uart_write(port, DLM, 0);
	uart_write(port, LCR, LCR_8N1);
	uart_write(port, FCR, FCR_ENABLE | FCR_CLEAR_BOTH);
	uart_write(port, MCR, MCR_DTR_RTS | MCR_OUT2);
}

struct serial_port *serial_open(unsigned number)
{
	if (number < 1 || number > PORTS)
		return NULL;

	struct serial_port *port = &ports[number - 1];
	if (port->present)
		return port;
	if (!uart_answers(port))
		return NULL;
	uart_init(port);
	port->tx = (struct byte_ring){ .bytes = tx_bytes[number - 1], .size = TX_RING_BYTES };
	port->rx = (struct byte_ring){ .bytes = rx_bytes[number - 1], .size = RX_RING_BYTES };
	port->present = true;
	return port;
}

/* The holding register is empty, so the whole FIFO is. */
static void fill_tx_fifo(struct serial_port *port)
{
	char byte;

	for (unsigned i = 0; i < TX_FIFO_BYTES && byte_ring_take(&port->tx, &byte, 1); i++)
		uart_write(port, THR, byte);
}

static bool poll_lsr(const struct serial_port *port, uint8_t bits)
{
	for (uint32_t polls = 0; polls < POLLS_MAX; polls++) {
		if ((uart_read(port, LSR) & bits) == bits)
			return true;
		serial_pause();
	}
	return false;
}

/* Move 16 bytes by polling. A transmitter that stays busy for seconds loses its text, so that the machine goes on. */
static void send_polled(struct serial_port *port)
{
	if (poll_lsr(port, LSR_THRE))
		fill_tx_fifo(port);
	else
		port->tx.read = port->tx.written;
}

/* Some UARTs do not interrupt when ETBEI is set while the register is empty already: the first bytes go in by hand. */
static void start_transmitter(struct serial_port *port)
{
	if (port->ier & IER_ETBEI)
		return;
	if (uart_read(port, LSR) & LSR_THRE)
		fill_tx_fifo(port);
	set_ier(port, port->ier | IER_ETBEI);
}

size_t serial_write(struct serial_port *port, const char *bytes, size_t n)
{
	size_t taken = byte_ring_put(&port->tx, bytes, n);

	if (byte_ring_room(&port->tx) == 0)
		port->was_full = true;
	if (port->interrupts && taken)
		start_transmitter(port);
	while (!port->interrupts && byte_ring_used(&port->tx))
		send_polled(port);
	return taken;
}

size_t serial_room(const struct serial_port *port)
{
	return byte_ring_room(&port->tx);
}

void serial_write_all(struct serial_port *port, const char *bytes, size_t n)
{
	size_t taken = serial_write(port, bytes, n);

	while (taken < n) {
		send_polled(port);
		taken += serial_write(port, bytes + taken, n - taken);
	}
}

void serial_flush(struct serial_port *port)
{
	while (byte_ring_used(&port->tx))
		send_polled(port);
	poll_lsr(port, LSR_TEMT);
}

/* What finds no room in the ring stays in the UART's FIFO, and the interrupt stays off until the ring is read. */
static void drain_rx_fifo(struct serial_port *port)
{
	while (byte_ring_room(&port->rx) && (uart_read(port, LSR) & LSR_DR)) {
		char byte = uart_read(port, RBR);
		byte_ring_put(&port->rx, &byte, 1);
	}
	if (port->interrupts && byte_ring_room(&port->rx) == 0)
		set_ier(port, port->ier & ~IER_ERBFI);
}

size_t serial_read(struct serial_port *port, char *bytes, size_t n)
{
	if (!port->interrupts)
		drain_rx_fifo(port);

	size_t taken = byte_ring_take(&port->rx, bytes, n);
	if (port->interrupts && taken)
		set_ier(port, port->ier | IER_ERBFI);
	return taken;
}

bool serial_has_input(const struct serial_port *port)
{
	return byte_ring_used(&port->rx) || (!port->interrupts && (uart_read(port, LSR) & LSR_DR));
}

void serial_set_listener(struct serial_port *port, void (*input)(void *context), void (*room)(void *context), void *context)
{
	port->input = input;
	port->room = room;
	port->context = context;
}

static void receive(struct serial_port *port)
{
	uint32_t before = port->rx.written;

	drain_rx_fifo(port);
	if (port->rx.written != before && port->input)
		port->input(port->context);
}

static void transmit(struct serial_port *port)
{
	if (uart_read(port, LSR) & LSR_THRE)
		fill_tx_fifo(port);
	if (byte_ring_used(&port->tx) == 0)
		set_ier(port, port->ier & ~IER_ETBEI);
	if (port->was_full && byte_ring_used(&port->tx) <= TX_RING_BYTES / 2) {
		port->was_full = false;
		if (port->room)
			port->room(port->context);
	}
}

/* Reading IIR also takes back a THRE interrupt, so both causes are looked at whatever it names. */
static bool serve_port(struct serial_port *port)
{
	if (!port->interrupts || (uart_read(port, IIR) & IIR_NO_PENDING))
		return false;
	receive(port);
	transmit(port);
	return true;
}

/* Two UARTs share an edge-triggered line: it must be low on leaving, or no edge comes again. So go on until a whole round found
   nothing. */
static void serve_line(void *context)
{
	const struct serial_port *first = context;
	bool found;

	do {
		found = false;
		for (struct serial_port *port = ports; port < ports + PORTS; port++)
			if (port->irq == first->irq)
				found |= serve_port(port);
	} while (found);
}

void serial_use_polling(struct serial_port *port)
{
	port->interrupts = false;
	set_ier(port, 0);
}

void serial_poll(struct serial_port *port)
{
	receive(port);
}

/* IER off and on makes a new edge, if there is a cause: for the other UART on this line too, whose edge may have been lost while
   nobody served it. */
static void raise_line_again(unsigned irq)
{
	for (struct serial_port *port = ports; port < ports + PORTS; port++)
		if (port->irq == irq && port->interrupts) {
			uart_write(port, IER, 0);
			uart_write(port, IER, port->ier);
		}
}

void serial_use_interrupts(struct serial_port *port)
{
	port->interrupts = true;
	set_ier(port, IER_ERBFI);
	irq_connect(port->irq, serve_line, port);
	raise_line_again(port->irq);
}

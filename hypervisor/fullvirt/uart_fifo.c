/*
 * A ring of at most 16 bytes. The guest fills and empties it at will, in any order: every index is bounded here, in one place.
 * (VENOM, CVE-2015-3456, was an emulated FIFO whose index the guest could push past the end.)
 */
#include "fullvirt/uart_fifo.h"

void uart_fifo_reset(struct uart_fifo *fifo, unsigned depth)
{
	*fifo = (struct uart_fifo){ .depth = depth };
}

/* lab 5B: a byte in, a byte out */
bool uart_fifo_push(struct uart_fifo *fifo, uint8_t byte)
{
	if (fifo->used < fifo->depth) {
		fifo->bytes[(fifo->first + fifo->used) % UART_FIFO_SIZE] = byte;
		fifo->used++;
		return true;
	}
	if (fifo->depth == 1)
		fifo->bytes[fifo->first] = byte;
	return false;
}

uint8_t uart_fifo_pop(struct uart_fifo *fifo)
{
	uint8_t byte = fifo->bytes[fifo->first];

	if (fifo->used == 0)
		return 0;
	fifo->first = (fifo->first + 1) % UART_FIFO_SIZE;
	fifo->used--;
	return byte;
}
/* end of 5B */

/*
 * A linear buffer: bytes come in behind the others, and go out at the front. It serves every driver that is written as the data
 * sheet wishes: such a driver never sends a 17th byte. This one was in a hurry, and it has the mistake of VENOM. Let the fuzzer
 * find it, then mend it, or write a ring (first is the index of the oldest byte, used the number of bytes, depth their limit).
 * uart_fifo.h says what becomes of a byte when it is full. bytes[first] must be the byte that uart_fifo_pop() takes next: the
 * UART looks at it.
 */
bool uart_fifo_push(struct uart_fifo *fifo, uint8_t byte)
{
	fifo->bytes[fifo->used++] = byte;
	return fifo->used <= fifo->depth;
}

uint8_t uart_fifo_pop(struct uart_fifo *fifo)
{
	uint8_t byte = fifo->bytes[0];

	if (fifo->used == 0)
		return 0;
	fifo->used--;
	for (unsigned i = 0; i < fifo->used; i++)
		fifo->bytes[i] = fifo->bytes[i + 1];
	return byte;
}

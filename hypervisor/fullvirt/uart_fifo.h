#pragma once
/* The 16-byte FIFOs of the NS16550A, or its single holding register while the FIFOs are disabled. */
#include <stdbool.h>
#include <stdint.h>

#define UART_FIFO_SIZE 16

struct uart_fifo {
	uint8_t bytes[UART_FIFO_SIZE];
	unsigned first, used;
	unsigned depth;                 /* 1, or UART_FIFO_SIZE with the FIFOs enabled */
};

void uart_fifo_reset(struct uart_fifo *fifo, unsigned depth);

/* false: it was full. A FIFO then loses the new byte, a holding register the old one. */
bool uart_fifo_push(struct uart_fifo *fifo, uint8_t byte);
uint8_t uart_fifo_pop(struct uart_fifo *fifo);          /* 0 if it is empty */

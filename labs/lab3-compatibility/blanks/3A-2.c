/*
 * The interrupt "transmitter holding register empty" (THRE) is not a level but news: uart->thr_empty_interrupt. It is raised
 *   - when the transmitter becomes empty: transmit() above does that,
 *   - when IER_ETBEI goes from 0 to 1 while the transmitter is empty.
 * It is withdrawn
 *   - by a byte written to THR, until the transmitter is empty again. With it the line must fall, even if the byte leaves at once: the
 *     8259 waits for the next edge,
 *   - by reading IIR, but only if IIR reports this very interrupt.
 * Hint: update_irq() brings the line up to date. In write_thr() it is needed once before transmit(), which calls it again.
 */

/* Put the byte into uart->transmitter, and send. */
static void write_thr(struct uart16550 *uart, uint8_t value)
{
	lab_blank(uart->vm, "3A", "labs/lab3-compatibility");
}

/* Only IER_BITS exist. restart_timeout() looks at them, so call it when they have changed. */
static void write_ier(struct uart16550 *uart, uint8_t value)
{
	lab_blank(uart->vm, "3A", "labs/lab3-compatibility");
}

/* With the FIFOs enabled, IIR_FIFOS_ENABLED is set beside the interrupt. */
static uint8_t read_iir(struct uart16550 *uart)
{
	lab_blank(uart->vm, "3A", "labs/lab3-compatibility");
	return IIR_NONE;
}

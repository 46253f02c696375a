/*
 * The FIFO control register. "FIFO Control Register" in the data sheet:
 *   - FCR_ENABLE makes both FIFOs UART_FIFO_SIZE deep, without it they are holding registers, 1 deep. When it changes, both are emptied.
 *   - FCR_RESET_RECEIVER and FCR_RESET_TRANSMITTER empty one side each. They count only together with FCR_ENABLE, and so does the
 *     trigger level: 1, 4, 8 or 14 by the two highest bits. Without FIFOs the level is 1.
 *   - An emptied receiver has nothing that could time out. A transmitter that was not empty and now is has news: see THRE above.
 * Afterwards the line may have to change, and there may be room for typed bytes: update_irq(), receive_from_console().
 * Hint: uart_fifo_reset(fifo, depth) sets the depth too; restart_timeout() does the right thing with an empty FIFO. Three functions read better
 * than one.
 */
static void write_fcr(struct uart16550 *uart, uint8_t value)
{
	lab_blank(uart->vm, "3A", "labs/lab3-compatibility");
}

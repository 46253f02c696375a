/* 5B: what becomes of the bytes, for every depth. */
#include "fullvirt_fakes.h"
#include "host_main.h"
#include "fullvirt/uart_fifo.h"

static struct uart_fifo fifo;

static void push(unsigned first, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (!uart_fifo_push(&fifo, first + i))
			fail_msg("%u of %u places are taken; uart_fifo_push() says that it is full", i, fifo.depth);
}

static void push_too_many(uint8_t byte)
{
	if (uart_fifo_push(&fifo, byte))
		fail_msg("all %u places are taken; uart_fifo_push() says that there is one more", fifo.depth);
}

static void holds(unsigned n)
{
	if (fifo.used != n)
		fail_msg("%u bytes are in it; used says %u", n, fifo.used);
}

static void pop(unsigned first, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		unsigned next = fifo.bytes[fifo.first], byte = uart_fifo_pop(&fifo);

		if (byte != (uint8_t)(first + i) || next != byte)
			fail_msg("byte %u should be next: bytes[first] is %u, and %u came out", (uint8_t)(first + i), next, byte);
	}
}

static void bytes_come_out_in_their_order(void **state)
{
	uart_fifo_reset(&fifo, UART_FIFO_SIZE);
	for (unsigned round = 0; round < 100; round++) {
		push(round * 16, 16);
		push_too_many(0xee);
		pop(round * 16, 5);
		push(round * 16 + 16, 5);
		pop(round * 16 + 5, 16);
		assert_int_equal(uart_fifo_pop(&fifo), 0);
		holds(0);
	}
}

static void a_full_fifo_loses_the_new_byte(void **state)
{
	uart_fifo_reset(&fifo, UART_FIFO_SIZE);
	push(1, 3);
	pop(1, 3);
	push(1, 16);
	for (unsigned i = 0; i < 300; i++)
		push_too_many(0xee);
	holds(16);
	pop(1, 16);
	holds(0);
}

static void a_holding_register_loses_the_old_one(void **state)
{
	uart_fifo_reset(&fifo, 1);
	for (unsigned i = 0; i < 40; i++) {
		push(2 * i, 1);
		push_too_many(2 * i + 1);
		holds(1);
		pop(2 * i + 1, 1);
		assert_int_equal(uart_fifo_pop(&fifo), 0);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(bytes_come_out_in_their_order),
	cmocka_unit_test(a_full_fifo_loses_the_new_byte),
	cmocka_unit_test(a_holding_register_loses_the_old_one),
};

LAB_MAIN(tests)

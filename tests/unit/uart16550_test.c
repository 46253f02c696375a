/* The 16550: a row per register, direction and DLAB state; then interrupts, FIFOs, loopback and a console without room. */
#include "fullvirt_fakes.h"
#include "fullvirt/devices.h"
#include "fullvirt/uart_fifo.h"

#define BASE 0x3f8
enum { RBR = BASE, THR = BASE, DLL = BASE, IER, DLM = IER, IIR, FCR = IIR, LCR, MCR, LSR, MSR, SCR };
enum { DLAB = 0x80, OUT2 = 0x08, LOOP = 0x10 };

static struct console console;

static int setup(void **state)
{
	struct irq_line irq = { .set = wire_set };

	(void)state;
	fakes_reset();
	memset(&console, 0, sizeof(console));
	console.capacity = sizeof(console.output);
	vm.console = &console;
	uart16550_create(ports, BASE, irq, &vm);
	return 0;
}

static void type(const char *text)
{
	console_type(&console, text, strlen(text));
}

static void advance(uint64_t ns)
{
	now_ns += ns;
	timer_queue_run(&vm.timers, now_ns);
}

/* Write a value with DLAB as said, read it back with DLAB as said. */
static void each_register_in_each_direction_and_dlab_state(void **state)
{
	static const struct {
		const char *what;
		uint16_t write_port;
		bool write_dlab;
		uint8_t value;
		uint16_t read_port;
		bool read_dlab;
		uint8_t expect;
	} rows[] = {
		{ "DLL keeps its byte",                   DLL, 1, 0xa5, DLL, 1, 0xa5 },
		{ "DLL is hidden without DLAB (RBR)",     DLL, 1, 0xa5, RBR, 0, 0x00 },
		{ "DLM keeps its byte",                   DLM, 1, 0x5a, DLM, 1, 0x5a },
		{ "DLM is hidden without DLAB (IER)",     DLM, 1, 0x0f, IER, 0, 0x00 },
		{ "THR is not DLL",                       THR, 0, 0x41, DLL, 1, 0x00 },
		{ "THR is not RBR",                       THR, 0, 0x41, RBR, 0, 0x00 },
		{ "IER keeps four bits",                  IER, 0, 0xff, IER, 0, 0x0f },
		{ "IER is not DLM",                       IER, 0, 0x0f, DLM, 1, 0x00 },
		{ "FCR enables the FIFOs, IIR says so",   FCR, 0, 0x01, IIR, 0, 0xc1 },
		{ "the same under DLAB",                  FCR, 1, 0x01, IIR, 1, 0xc1 },
		{ "FCR without the enable bit",           FCR, 0, 0xc6, IIR, 0, 0x01 },
		{ "SCR keeps its byte",                   SCR, 0, 0x99, SCR, 0, 0x99 },
		{ "SCR does not care for DLAB",           SCR, 1, 0x66, SCR, 0, 0x66 },
		{ "SCR read under DLAB",                  SCR, 0, 0x66, SCR, 1, 0x66 },
		{ "MCR keeps five bits",                  MCR, 0, 0xef, MCR, 0, 0x0f },
		{ "MCR under DLAB",                       MCR, 1, 0x0b, MCR, 1, 0x0b },
		{ "LSR ignores writes",                   LSR, 0, 0x9f, LSR, 0, 0x60 },
		{ "LSR under DLAB",                       LSR, 1, 0x9f, LSR, 1, 0x60 },
		{ "MSR ignores writes",                   MSR, 0, 0x0f, MSR, 0, 0xb0 },
		{ "MSR under DLAB",                       MSR, 1, 0x0f, MSR, 1, 0xb0 },
	};

	for (unsigned i = 0; i < LENGTH(rows); i++) {
		setup(state);
		out8(LCR, rows[i].write_dlab ? DLAB | 3 : 3);
		out8(rows[i].write_port, rows[i].value);
		out8(LCR, rows[i].read_dlab ? DLAB | 3 : 3);
		if (in8(rows[i].read_port) != rows[i].expect)
			fail_msg("%s", rows[i].what);
	}
}

static void lcr_reads_back_whole_with_and_without_dlab(void **state)
{
	(void)state;
	for (unsigned value = 0; value < 256; value++) {
		out8(LCR, value);
		assert_int_equal(in8(LCR), value);
	}
}

static void bytes_written_leave_at_once(void **state)
{
	(void)state;
	out8(THR, 'H');
	out8(THR, 'i');
	assert_int_equal(console.written, 2);
	assert_memory_equal(console.output, "Hi", 2);
	assert_int_equal(in8(LSR), 0x60);
}

static void under_dlab_nothing_is_sent_or_received(void **state)
{
	(void)state;
	type("x");
	out8(LCR, DLAB);
	out8(DLL, 'n');
	assert_int_equal(in8(DLL), 'n');
	assert_int_equal(console.written, 0);
	out8(LCR, 3);
	assert_int_equal(in8(RBR), 'x');
}

static void enabling_thre_interrupts_while_empty_raises_one(void **state)
{
	(void)state;
	out8(MCR, OUT2);
	assert_false(wire.level);
	out8(IER, 2);
	assert_true(wire.level);
	assert_int_equal(in8(IIR), 0x02);
	assert_false(wire.level);                       /* reading IIR acknowledged it */
	assert_int_equal(in8(IIR), 0x01);
	out8(IER, 2);
	assert_false(wire.level);                       /* enabled already: no news */
	out8(IER, 0);
	out8(IER, 2);
	assert_true(wire.level);
}

static void each_byte_sent_makes_a_new_edge(void **state)
{
	(void)state;
	out8(MCR, OUT2);
	out8(IER, 2);
	assert_int_equal(wire.rises, 1);
	out8(THR, 'a');                                 /* withdraws the first, empties, raises the second */
	assert_int_equal(wire.falls, 1);
	assert_int_equal(wire.rises, 2);
	assert_int_equal(in8(IIR), 0x02);
	out8(THR, 'b');
	assert_int_equal(wire.rises, 3);
}

static void iir_leaves_thre_pending_when_it_reports_another(void **state)
{
	(void)state;
	out8(MCR, OUT2);
	out8(IER, 3);
	type("k");
	assert_int_equal(in8(IIR), 0x04);
	assert_int_equal(in8(IIR), 0x04);
	assert_int_equal(in8(RBR), 'k');
	assert_int_equal(in8(IIR), 0x02);
	assert_int_equal(in8(IIR), 0x01);
}

/* All four sources at once, taken away one after the other. */
static void iir_reports_the_highest_priority(void **state)
{
	(void)state;
	out8(MCR, LOOP);
	in8(MSR);
	out8(IER, 0x0f);
	out8(THR, 1);
	out8(THR, 2);                                   /* overrun of the holding register */
	out8(MCR, LOOP | 1);                            /* DSR changes */
	assert_int_equal(in8(IIR), 0x06);
	assert_int_equal(in8(LSR), 0x63);
	assert_int_equal(in8(IIR), 0x04);
	assert_int_equal(in8(RBR), 2);                  /* "the character in RBR is destroyed" */
	assert_int_equal(in8(IIR), 0x02);
	assert_int_equal(in8(IIR), 0x00);
	assert_int_equal(in8(MSR), 0x22);
	assert_int_equal(in8(IIR), 0x01);
	assert_int_equal(in8(MSR), 0x20);
}

static void a_source_that_is_not_enabled_is_not_reported(void **state)
{
	static const struct { uint8_t ier, iir; } rows[] = {
		{ 0x0, 0x01 }, { 0x1, 0x04 }, { 0x2, 0x02 }, { 0x4, 0x06 }, { 0x8, 0x00 }, { 0xb, 0x04 }, { 0xa, 0x02 }, { 0xf, 0x06 },
	};

	for (unsigned i = 0; i < LENGTH(rows); i++) {
		setup(state);
		out8(MCR, LOOP | 1);                    /* modem lines moved */
		out8(THR, 1);
		out8(THR, 2);                           /* data, overrun */
		out8(IER, rows[i].ier);
		assert_int_equal(in8(IIR), rows[i].iir);
		assert_false(wire.level);               /* loopback closes the gate to the interrupt line */
	}
}

static void out2_gates_the_interrupt_line(void **state)
{
	(void)state;
	out8(IER, 1);
	type("x");
	assert_int_equal(in8(IIR), 0x04);
	assert_false(wire.level);
	out8(MCR, OUT2);
	assert_true(wire.level);
	out8(MCR, 0);
	assert_false(wire.level);
}

static void without_fifos_one_byte_is_held_and_the_rest_waits_outside(void **state)
{
	(void)state;
	out8(MCR, OUT2);
	out8(IER, 1);
	type("abc");
	assert_int_equal(console.taken, 1);
	assert_int_equal(wire.rises, 1);
	assert_int_equal(in8(RBR), 'a');
	assert_int_equal(wire.rises, 2);                /* the line fell in between: an edge for each byte */
	assert_int_equal(in8(RBR), 'b');
	assert_int_equal(in8(RBR), 'c');
	assert_int_equal(wire.rises, 3);
	assert_int_equal(in8(LSR), 0x60);
	assert_false(wire.level);
}

static void the_trigger_level_decides_when_data_interrupts(void **state)
{
	static const struct { uint8_t fcr; unsigned level; } rows[] = { { 0x01, 1 }, { 0x41, 4 }, { 0x81, 8 }, { 0xc1, 14 } };

	for (unsigned i = 0; i < LENGTH(rows); i++) {
		setup(state);
		out8(MCR, OUT2);
		out8(FCR, rows[i].fcr);
		out8(IER, 1);
		for (unsigned n = 1; n <= 16; n++) {
			type("x");
			assert_int_equal(wire.level, n >= rows[i].level);
			assert_int_equal(in8(IIR), n >= rows[i].level ? 0xc4 : 0xc1);
		}
		for (unsigned n = 16; n > 0; n--) {
			assert_int_equal(wire.level, n >= rows[i].level);
			in8(RBR);
		}
	}
}

static void fewer_bytes_than_the_trigger_time_out_after_four_characters(void **state)
{
	const uint64_t four_characters = 4 * 10 * 16 * SECOND / 1843200;        /* 115200 8N1 */

	(void)state;
	out8(LCR, DLAB | 3);
	out8(DLL, 1);
	out8(LCR, 3);
	out8(MCR, OUT2);
	out8(FCR, 0xc1);
	out8(IER, 1);
	type("ab");
	advance(four_characters - 1000);
	assert_false(wire.level);
	advance(2000);
	assert_true(wire.level);
	assert_int_equal(in8(IIR), 0xcc);
	assert_int_equal(in8(RBR), 'a');                /* clears it, and starts the time anew */
	assert_false(wire.level);
	assert_int_equal(in8(IIR), 0xc1);
	advance(four_characters + 1000);
	assert_int_equal(in8(IIR), 0xcc);
	assert_int_equal(in8(RBR), 'b');
	advance(10 * four_characters);
	assert_int_equal(in8(IIR), 0xc1);
}

static void the_timeout_follows_baud_rate_and_frame(void **state)
{
	static const struct { uint8_t lcr, dlm, dll; unsigned bits; uint32_t divisor; } rows[] = {
		{ 0x03, 0, 1, 10, 1 }, { 0x00, 0, 12, 7, 12 }, { 0x0f, 1, 0, 12, 256 }, { 0x03, 0xff, 0xff, 10, 65535 },
		{ 0x03, 0, 0, 10, 1 },
	};

	for (unsigned i = 0; i < LENGTH(rows); i++) {
		uint64_t ns = 4ull * rows[i].bits * rows[i].divisor * 16 * SECOND / 1843200;

		setup(state);
		out8(LCR, DLAB);
		out8(DLL, rows[i].dll);
		out8(DLM, rows[i].dlm);
		out8(LCR, rows[i].lcr);
		out8(FCR, 0x41);
		out8(IER, 1);
		type("x");
		assert_in_range(timer_queue_next(&vm.timers), ns - 10, ns + 10);
	}
}

static void fifo_resets_empty_one_side_each(void **state)
{
	(void)state;
	out8(FCR, 1);
	console.capacity = 0;
	type("abc");
	out8(THR, 't');
	assert_int_equal(in8(LSR), 0x01);
	out8(FCR, 0x03);
	assert_int_equal(in8(LSR), 0x00);
	out8(FCR, 0x05);
	assert_int_equal(in8(LSR), 0x60);
	out8(FCR, 0x00);
	assert_int_equal(in8(IIR), 0x01);
}

static void loopback_returns_bytes_and_modem_lines(void **state)
{
	static const struct { uint8_t mcr, msr; } rows[] = { { 0x10, 0x00 }, { 0x11, 0x20 }, { 0x12, 0x10 }, { 0x14, 0x40 }, { 0x18, 0x80 },
							     { 0x1f, 0xf0 } };

	(void)state;
	for (unsigned i = 0; i < LENGTH(rows); i++) {
		out8(MCR, rows[i].mcr);
		in8(MSR);
		assert_int_equal(in8(MSR), rows[i].msr);
	}
	type("from outside");
	out8(THR, 'L');
	assert_int_equal(console.written, 0);
	assert_int_equal(in8(RBR), 'L');
	assert_int_equal(in8(RBR), 0);                  /* the wire is cut in loopback */
	out8(MCR, 0);
	assert_int_equal(in8(RBR), 'f');
}

static void modem_deltas_tell_changes_and_ring_only_its_trailing_edge(void **state)
{
	(void)state;
	out8(MCR, LOOP);
	assert_int_equal(in8(MSR), 0x0b);               /* CTS, DSR and DCD fell */
	out8(MCR, LOOP | 0x04);
	assert_int_equal(in8(MSR), 0x40);               /* RI rose: no TERI */
	out8(MCR, LOOP);
	assert_int_equal(in8(MSR), 0x04);
	assert_int_equal(in8(MSR), 0x00);
}

static void the_receiver_fifo_overruns_at_sixteen(void **state)
{
	(void)state;
	out8(FCR, 1);
	out8(MCR, LOOP);
	for (unsigned i = 0; i < 40; i++)
		out8(THR, i);
	assert_int_equal(in8(LSR), 0x63);
	assert_int_equal(in8(LSR), 0x61);
	for (unsigned i = 0; i < 16; i++)
		assert_int_equal(in8(RBR), i);          /* a FIFO keeps the old bytes */
	for (unsigned i = 0; i < 40; i++)
		assert_int_equal(in8(RBR), 0);
	assert_int_equal(in8(LSR), 0x60);
}

static void a_console_without_room_keeps_thre_clear_until_it_has_some(void **state)
{
	(void)state;
	console.capacity = 1;
	out8(MCR, OUT2);
	out8(IER, 2);
	in8(IIR);
	out8(THR, 'a');
	assert_true(wire.level);
	assert_int_equal(in8(IIR), 0x02);
	out8(THR, 'b');
	assert_int_equal(in8(LSR), 0x00);
	assert_false(wire.level);
	console_make_room(&console, 0);
	assert_int_equal(in8(LSR), 0x00);
	console_make_room(&console, 5);
	assert_int_equal(in8(LSR), 0x60);
	assert_true(wire.level);
	assert_memory_equal(console.output, "ab", 2);
}

static void a_full_transmitter_loses_bytes_but_no_bounds(void **state)
{
	(void)state;
	console.capacity = 0;
	out8(FCR, 1);
	for (unsigned i = 0; i < 300; i++)
		out8(THR, 'A' + i % 16);
	console_make_room(&console, 10);
	assert_int_equal(in8(LSR), 0x00);
	console_make_room(&console, 100);
	assert_int_equal(console.written, 16);
	assert_memory_equal(console.output, "ABCDEFGHIJKLMNOP", 16);
}

/* The FIFO by itself, with the depth changed in the middle of a lap. */
static void fifo_indices_stay_in_bounds_whatever_happens(void **state)
{
	struct uart_fifo fifo;
	uint32_t random = 1;

	(void)state;
	uart_fifo_reset(&fifo, UART_FIFO_SIZE);
	for (unsigned i = 0; i < 100000; i++) {
		random = random * 1664525 + 1013904223;
		switch (random >> 28) {
		case 0:
			uart_fifo_reset(&fifo, random >> 20 & 1 ? UART_FIFO_SIZE : 1);
			break;
		case 1: case 2: case 3: case 4: case 5: case 6: case 7: case 8: case 9:
			uart_fifo_push(&fifo, random >> 16);
			break;
		default:
			uart_fifo_pop(&fifo);
		}
		assert_in_range(fifo.first, 0, UART_FIFO_SIZE - 1);
		assert_in_range(fifo.used, 0, fifo.depth);
	}
}

static void any_sequence_of_accesses_keeps_the_line_and_iir_in_step(void **state)
{
	uint32_t random = 7;

	(void)state;
	for (unsigned i = 0; i < 200000; i++) {
		random = random * 1664525 + 1013904223;
		if (random >> 31)
			in8(BASE + (random >> 20) % 8);
		else
			out8(BASE + (random >> 20) % 8, random >> 8);
		if (random % 7 == 0 && console.typed < sizeof(console.input))
			type("z");
		if (random % 5 == 0)
			advance(100000);
		if (console.written == console.capacity)
			console.written = 0;

		uint8_t mcr = in8(MCR);
		bool level = wire.level;
		bool pending = !(in8(IIR) & 1);         /* may clear THRE, so the level was looked at before */
		assert_int_equal(level, pending && (mcr & (OUT2 | LOOP)) == OUT2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_register_in_each_direction_and_dlab_state, setup),
		cmocka_unit_test_setup(lcr_reads_back_whole_with_and_without_dlab, setup),
		cmocka_unit_test_setup(bytes_written_leave_at_once, setup),
		cmocka_unit_test_setup(under_dlab_nothing_is_sent_or_received, setup),
		cmocka_unit_test_setup(enabling_thre_interrupts_while_empty_raises_one, setup),
		cmocka_unit_test_setup(each_byte_sent_makes_a_new_edge, setup),
		cmocka_unit_test_setup(iir_leaves_thre_pending_when_it_reports_another, setup),
		cmocka_unit_test_setup(iir_reports_the_highest_priority, setup),
		cmocka_unit_test_setup(a_source_that_is_not_enabled_is_not_reported, setup),
		cmocka_unit_test_setup(out2_gates_the_interrupt_line, setup),
		cmocka_unit_test_setup(without_fifos_one_byte_is_held_and_the_rest_waits_outside, setup),
		cmocka_unit_test_setup(the_trigger_level_decides_when_data_interrupts, setup),
		cmocka_unit_test_setup(fewer_bytes_than_the_trigger_time_out_after_four_characters, setup),
		cmocka_unit_test_setup(the_timeout_follows_baud_rate_and_frame, setup),
		cmocka_unit_test_setup(fifo_resets_empty_one_side_each, setup),
		cmocka_unit_test_setup(loopback_returns_bytes_and_modem_lines, setup),
		cmocka_unit_test_setup(modem_deltas_tell_changes_and_ring_only_its_trailing_edge, setup),
		cmocka_unit_test_setup(the_receiver_fifo_overruns_at_sixteen, setup),
		cmocka_unit_test_setup(a_console_without_room_keeps_thre_clear_until_it_has_some, setup),
		cmocka_unit_test_setup(a_full_transmitter_loses_bytes_but_no_bounds, setup),
		cmocka_unit_test_setup(fifo_indices_stay_in_bounds_whatever_happens, setup),
		cmocka_unit_test_setup(any_sequence_of_accesses_keeps_the_line_and_iir_in_step, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

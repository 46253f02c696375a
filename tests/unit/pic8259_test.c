/* The 8259 pair: initialization, priorities, end of interrupt, cascade, edges, spurious interrupts, modes that are not there. */
#include "fullvirt_fakes.h"
#include "fullvirt/pic8259.h"

#define MASTER 0x20
#define SLAVE  0xa0
#define NO_VECTOR -1

static struct pic8259 *pic;

static void initialize(uint8_t icw1, uint8_t icw4)
{
	out8(MASTER, icw1);
	out8(MASTER + 1, 0x20);
	out8(MASTER + 1, 0x04);
	out8(MASTER + 1, icw4);
	out8(SLAVE, icw1);
	out8(SLAVE + 1, 0x28);
	out8(SLAVE + 1, 0x02);
	out8(SLAVE + 1, icw4);
}

static int setup(void **state)
{
	(void)state;
	fakes_reset();
	pic = pic8259_create(ports, &vm);
	initialize(0x11, 0x01);
	return 0;
}

static void set(unsigned irq, bool level)
{
	pic8259_set_irq(pic, irq, level);
}

static void pulse(unsigned irq)
{
	set(irq, false);
	set(irq, true);
}

/* The CPU's side: take the interrupt if there is one. */
static int take(void)
{
	return vm.interrupt_pending ? pic8259_acknowledge(pic) : NO_VECTOR;
}

static uint8_t isr(uint16_t chip)
{
	out8(chip, 0x0b);
	return in8(chip);
}

static uint8_t irr(uint16_t chip)
{
	out8(chip, 0x0a);
	return in8(chip);
}

static void before_initialization_every_input_is_masked(void **state)
{
	(void)state;
	fakes_reset();
	pic = pic8259_create(ports, &vm);
	for (unsigned irq = 0; irq < 16; irq++)
		if (irq != 2)
			set(irq, true);
	assert_false(vm.interrupt_pending);
	assert_int_equal(in8(MASTER + 1), 0xff);
}

static void each_line_has_its_vector(void **state)
{
	for (unsigned irq = 0; irq < 16; irq++) {
		if (irq == 2)
			continue;
		setup(state);
		pulse(irq);
		assert_true(vm.interrupt_pending);
		assert_int_equal(take(), 0x20 + irq);
		assert_false(vm.interrupt_pending);
		assert_int_equal(isr(MASTER), irq < 8 ? 1 << irq : 4);
		assert_int_equal(isr(SLAVE), irq < 8 ? 0 : 1 << (irq - 8));
	}
}

static void icw2_gives_five_bits_of_the_vector(void **state)
{
	(void)state;
	out8(MASTER, 0x11);
	out8(MASTER + 1, 0x5f);
	out8(MASTER + 1, 0x04);
	out8(MASTER + 1, 0x01);
	pulse(3);
	assert_int_equal(take(), 0x5b);
}

static void the_initialization_sequence_follows_icw1(void **state)
{
	static const struct { uint8_t icw1; unsigned words; bool logs; } rows[] = {
		{ 0x11, 3, false },     /* ICW2, ICW3, ICW4 */
		{ 0x10, 2, true },      /* no ICW4: MCS-80 */
	};

	for (unsigned i = 0; i < LENGTH(rows); i++) {
		setup(state);
		out8(MASTER, rows[i].icw1);
		for (unsigned n = 0; n < rows[i].words; n++)
			out8(MASTER + 1, 0x01);
		out8(MASTER + 1, 0xa5);                 /* now it is OCW1 */
		assert_int_equal(in8(MASTER + 1), 0xa5);
		assert_int_equal(log_lines > 0, rows[i].logs);
	}
}

static void modes_that_are_not_modelled_are_logged(void **state)
{
	static const struct { uint8_t icw1, icw4, ocw3; bool logs; } rows[] = {
		{ 0x11, 0x01, 0x0b, false }, { 0x11, 0x03, 0x0a, false }, { 0x11, 0x0d, 0x48, false },
		{ 0x19, 0x01, 0x0b, true }, { 0x13, 0x01, 0x0b, true }, { 0x11, 0x11, 0x0b, true }, { 0x11, 0x00, 0x0b, true },
		{ 0x11, 0x01, 0x0c, true }, { 0x11, 0x01, 0x68, true },
	};

	for (unsigned i = 0; i < LENGTH(rows); i++) {
		setup(state);
		initialize(rows[i].icw1, rows[i].icw4);
		out8(MASTER, rows[i].ocw3);
		assert_int_equal(log_lines > 0, rows[i].logs);
		pulse(3);
		assert_int_equal(take(), 0x23);         /* it works on, in the modes that there are */
	}
}

static void icw1_clears_masks_service_and_edges(void **state)
{
	(void)state;
	out8(MASTER + 1, 0xf0);
	pulse(1);
	take();
	pulse(3);
	initialize(0x11, 0x01);
	assert_int_equal(in8(MASTER + 1), 0);
	assert_int_equal(isr(MASTER), 0);
	assert_int_equal(irr(MASTER), 0);               /* the input is high, but did not rise since */
	assert_int_equal(take(), NO_VECTOR);
	pulse(3);
	assert_int_equal(take(), 0x23);
}

static void the_higher_priority_goes_first_and_interrupts_the_lower(void **state)
{
	(void)state;
	pulse(5);
	pulse(3);
	assert_int_equal(take(), 0x23);
	assert_int_equal(take(), NO_VECTOR);            /* 5 waits */
	pulse(1);
	assert_int_equal(take(), 0x21);                 /* nested */
	pulse(3);
	assert_int_equal(take(), NO_VECTOR);            /* its own level is in service */
	out8(MASTER, 0x20);                             /* 1 */
	assert_int_equal(take(), NO_VECTOR);
	out8(MASTER, 0x20);                             /* 3 */
	assert_int_equal(take(), 0x23);
	out8(MASTER, 0x20);
	assert_int_equal(take(), 0x25);
}

static void masked_inputs_wait(void **state)
{
	(void)state;
	out8(MASTER + 1, 0x08);
	pulse(3);
	assert_false(vm.interrupt_pending);
	assert_int_equal(irr(MASTER), 0x08);
	out8(MASTER + 1, 0x00);
	assert_int_equal(take(), 0x23);
}

static void slave_interrupts_nest_between_irq_1_and_3(void **state)
{
	(void)state;
	pulse(3);
	pulse(14);
	pulse(9);
	assert_int_equal(take(), 0x29);
	assert_int_equal(take(), NO_VECTOR);
	out8(SLAVE, 0x20);
	assert_int_equal(take(), NO_VECTOR);            /* the master's IR2 is still in service */
	out8(MASTER, 0x20);
	assert_int_equal(take(), 0x2e);
	pulse(1);
	assert_int_equal(take(), 0x21);
	out8(MASTER, 0x20);
	out8(SLAVE, 0x20);
	out8(MASTER, 0x20);
	assert_int_equal(take(), 0x23);
}

static void every_eoi_command(void **state)
{
	static const struct { const char *what; uint8_t ocw2, isr_after; int next; } rows[] = {
		{ "non-specific: the highest",           0x20, 0x28, NO_VECTOR },
		{ "specific 5",                          0x65, 0x0a, NO_VECTOR },
		{ "specific of a level not in service",  0x67, 0x2a, NO_VECTOR },
		{ "no operation",                        0x40, 0x2a, NO_VECTOR },
		{ "rotate on non-specific",              0xa0, 0x28, NO_VECTOR },       /* 3 still holds 4 back */
		{ "rotate on specific 3",                0xe3, 0x22, 0x24 },
		{ "set priority, lowest 3",              0xc3, 0x2a, 0x24 },
		{ "set priority, lowest 7",              0xc7, 0x2a, NO_VECTOR },
	};

	for (unsigned i = 0; i < LENGTH(rows); i++) {
		setup(state);
		pulse(5);
		take();
		pulse(3);
		take();
		pulse(1);
		take();
		pulse(4);
		assert_int_equal(isr(MASTER), 0x2a);
		out8(MASTER, rows[i].ocw2);
		if (isr(MASTER) != rows[i].isr_after)
			fail_msg("%s: ISR 0x%x", rows[i].what, isr(MASTER));
		if (take() != rows[i].next)
			fail_msg("%s: the wrong interrupt is next", rows[i].what);
	}
}

static void rotation_puts_the_served_level_last(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned irq = 0; irq < 8; irq++)
			if (irq != 2)
				pulse(irq);
		for (unsigned irq = 0; irq < 8; irq++) {
			if (irq == 2)
				continue;
			assert_int_equal(take(), 0x20 + irq);
			pulse(irq);                     /* at once again: must wait for all others */
			out8(MASTER, 0xa0);
		}
		for (unsigned irq = 0; irq < 8; irq++)
			set(irq, false);
		while (take() != NO_VECTOR)
			out8(MASTER, 0x20);
	}
}

static void automatic_eoi_leaves_nothing_in_service(void **state)
{
	(void)state;
	initialize(0x11, 0x03);
	pulse(4);
	assert_int_equal(take(), 0x24);
	assert_int_equal(isr(MASTER), 0);
	pulse(4);
	assert_int_equal(take(), 0x24);
	out8(MASTER, 0x80);                             /* rotate in automatic EOI mode */
	pulse(4);
	assert_int_equal(take(), 0x24);
	pulse(4);
	pulse(5);
	assert_int_equal(take(), 0x25);                 /* 4 is the lowest now */
	assert_int_equal(take(), 0x24);
	out8(MASTER, 0x00);
}

/* With nothing in service, the slave's next request follows at once: INT must fall in between, for the master's edge sense. */
static void automatic_eoi_on_the_slave_makes_an_edge_for_each_request(void **state)
{
	(void)state;
	initialize(0x11, 0x03);
	pulse(9);
	pulse(14);
	assert_int_equal(take(), 0x29);
	assert_int_equal(take(), 0x2e);
	assert_int_equal(take(), NO_VECTOR);
}

static void an_edge_counts_once_however_long_the_level(void **state)
{
	(void)state;
	set(4, true);
	assert_int_equal(take(), 0x24);
	assert_int_equal(irr(MASTER), 0);
	set(4, true);
	out8(MASTER, 0x20);
	assert_int_equal(take(), NO_VECTOR);
	pulse(4);
	assert_int_equal(take(), 0x24);
	pulse(4);                                       /* while in service: remembered */
	out8(MASTER, 0x20);
	assert_int_equal(take(), 0x24);
}

static void a_request_that_vanishes_is_spurious_7(void **state)
{
	(void)state;
	set(3, true);
	set(3, false);
	assert_int_equal(irr(MASTER), 0);
	assert_int_equal(take(), 0x27);                 /* INT stays up until the CPU acknowledges */
	assert_int_equal(isr(MASTER), 0);               /* no EOI is due */
	assert_int_equal(take(), NO_VECTOR);
	pulse(7);
	assert_int_equal(take(), 0x27);
	assert_int_equal(isr(MASTER), 0x80);            /* the real one */
}

static void a_slave_request_that_vanishes_is_spurious_15(void **state)
{
	(void)state;
	set(14, true);
	set(14, false);
	assert_int_equal(take(), 0x2f);
	assert_int_equal(isr(SLAVE), 0);
	assert_int_equal(isr(MASTER), 0x04);            /* the master believes in it: one EOI is due there */
	out8(MASTER, 0x20);
	assert_int_equal(take(), NO_VECTOR);
	pulse(14);
	assert_int_equal(take(), 0x2e);
}

static void a_vanished_request_does_not_hide_another(void **state)
{
	(void)state;
	set(3, true);
	set(6, true);
	set(3, false);
	assert_int_equal(take(), 0x26);
	assert_int_equal(take(), NO_VECTOR);
}

static void acknowledging_nothing_is_spurious_and_harmless(void **state)
{
	(void)state;
	assert_int_equal(pic8259_acknowledge(pic), 0x27);
	assert_int_equal(isr(MASTER), 0);
	assert_int_equal(isr(SLAVE), 0);
}

static void read_selection_stays_until_changed(void **state)
{
	(void)state;
	pulse(4);
	take();
	pulse(6);
	assert_int_equal(irr(MASTER), 0x40);
	assert_int_equal(in8(MASTER), 0x40);
	assert_int_equal(isr(MASTER), 0x10);
	assert_int_equal(in8(MASTER), 0x10);
	out8(MASTER, 0x48);                             /* an OCW3 about something else */
	assert_int_equal(in8(MASTER), 0x10);
}

/* Every request is served once and every EOI has its match, whatever the order. */
static void random_traffic_serves_each_edge_once(void **state)
{
	unsigned raised[16] = { 0 }, served[16] = { 0 };
	uint32_t random = 5;

	(void)state;
	for (unsigned i = 0; i < 50000; i++) {
		random = random * 1664525 + 1013904223;
		unsigned irq = random >> 28;
		bool waits = (irq < 8 ? irr(MASTER) : irr(SLAVE)) >> (irq % 8) & 1;

		if (irq != 2 && !waits) {
			pulse(irq);
			raised[irq]++;
		}
		int vector = random >> 20 & 1 ? take() : NO_VECTOR;
		if (vector == NO_VECTOR)
			continue;
		served[vector - 0x20]++;
		if (vector >= 0x28)
			out8(SLAVE, 0x60 | (vector & 7));
		out8(MASTER, 0x60 | (vector >= 0x28 ? 2 : vector & 7));
	}
	for (int vector; (vector = take()) != NO_VECTOR;) {
		served[vector - 0x20]++;
		out8(SLAVE, 0x20);
		out8(MASTER, 0x20);
	}
	assert_memory_equal(raised, served, sizeof(raised));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(before_initialization_every_input_is_masked, setup),
		cmocka_unit_test_setup(each_line_has_its_vector, setup),
		cmocka_unit_test_setup(icw2_gives_five_bits_of_the_vector, setup),
		cmocka_unit_test_setup(the_initialization_sequence_follows_icw1, setup),
		cmocka_unit_test_setup(modes_that_are_not_modelled_are_logged, setup),
		cmocka_unit_test_setup(icw1_clears_masks_service_and_edges, setup),
		cmocka_unit_test_setup(the_higher_priority_goes_first_and_interrupts_the_lower, setup),
		cmocka_unit_test_setup(masked_inputs_wait, setup),
		cmocka_unit_test_setup(slave_interrupts_nest_between_irq_1_and_3, setup),
		cmocka_unit_test_setup(every_eoi_command, setup),
		cmocka_unit_test_setup(rotation_puts_the_served_level_last, setup),
		cmocka_unit_test_setup(automatic_eoi_leaves_nothing_in_service, setup),
		cmocka_unit_test_setup(automatic_eoi_on_the_slave_makes_an_edge_for_each_request, setup),
		cmocka_unit_test_setup(an_edge_counts_once_however_long_the_level, setup),
		cmocka_unit_test_setup(a_request_that_vanishes_is_spurious_7, setup),
		cmocka_unit_test_setup(a_slave_request_that_vanishes_is_spurious_15, setup),
		cmocka_unit_test_setup(a_vanished_request_does_not_hide_another, setup),
		cmocka_unit_test_setup(acknowledging_nothing_is_spurious_and_harmless, setup),
		cmocka_unit_test_setup(read_selection_stays_until_changed, setup),
		cmocka_unit_test_setup(random_traffic_serves_each_edge_once, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The whole PC: which device answers where, whose interrupt arrives on which vector, and the ports that end it. */
#include "fullvirt_fakes.h"
#include "fullvirt/machine.h"

static struct console console;
static struct disk disk = { .sectors = DISK_SECTORS };

static void build(struct disk *with)
{
	fakes_reset();
	memset(&console, 0, sizeof(console));
	console.capacity = sizeof(console.output);
	vm.console = &console;
	vm.disk = with;
	vm.memory.size = 16 << 20;
	pc_create(&vm);
	ports = vm.pc->ports;
}

static int setup(void **state)
{
	(void)state;
	build(&disk);
	return 0;
}

static void initialize_pic(void)
{
	static const struct { uint16_t port; uint8_t value; } words[] = {
		{ 0x20, 0x11 }, { 0x21, 0x20 }, { 0x21, 4 }, { 0x21, 1 }, { 0xa0, 0x11 }, { 0xa1, 0x28 }, { 0xa1, 2 }, { 0xa1, 1 },
	};

	for (unsigned i = 0; i < LENGTH(words); i++)
		out8(words[i].port, words[i].value);
}

static void the_port_map(void **state)
{
	static const struct { uint16_t first, last; } claimed[] = {
		{ 0x20, 0x21 }, { 0x40, 0x43 }, { 0x60, 0x61 }, { 0x64, 0x64 }, { 0x70, 0x71 }, { 0x80, 0x80 }, { 0x92, 0x92 },
		{ 0xa0, 0xa1 }, { 0x1f0, 0x1f7 }, { 0x3f6, 0x3f6 }, { 0x3f8, 0x3ff }, { 0x604, 0x604 },
		{ 0xcf8, 0xcfb }, { 0x8900, 0x8900 },
	};

	(void)state;
	for (uint32_t port = 0, row = 0; port < 0x10000; port++) {
		bool expect = row < LENGTH(claimed) && port >= claimed[row].first;

		if ((portbus_find(ports, port) != NULL) != expect)
			fail_msg("port 0x%x is %sclaimed", port, expect ? "not " : "");
		row += expect && port == claimed[row].last;
	}
}

static void nothing_interrupts_before_the_guest_asks(void **state)
{
	(void)state;
	console_type(&console, "x", 1);
	now_ns = SECOND;
	timer_queue_run(&vm.timers, now_ns);
	assert_false(vm.interrupt_pending);
}

static void the_timer_arrives_on_irq_0(void **state)
{
	(void)state;
	initialize_pic();
	out8(0x43, 0x34);
	out8(0x40, 0x9c);
	out8(0x40, 0x2e);
	now_ns = 10 * MS + 10000;
	timer_queue_run(&vm.timers, now_ns);
	assert_true(vm.interrupt_pending);
	assert_int_equal(vm.acknowledge(&vm), 0x20);
	out8(0x20, 0x20);
	assert_false(vm.interrupt_pending);
	now_ns += 10 * MS;
	timer_queue_run(&vm.timers, now_ns);
	assert_true(vm.interrupt_pending);
}

static void the_console_arrives_on_irq_4(void **state)
{
	(void)state;
	initialize_pic();
	out8(0x3fc, 0x08);
	out8(0x3f9, 0x01);
	console_type(&console, "k", 1);
	assert_int_equal(vm.acknowledge(&vm), 0x24);
	assert_int_equal(in8(0x3f8), 'k');
	out8(0x20, 0x20);
	assert_false(vm.interrupt_pending);
	out8(0x3f8, '!');
	assert_int_equal(console.output[0], '!');
}

static void the_disk_arrives_on_irq_14(void **state)
{
	(void)state;
	initialize_pic();
	out8(0x1f2, 1);
	out8(0x1f6, 0x40);
	out8(0x1f7, 0x20);
	assert_false(vm.interrupt_pending);
	disk_complete(0);
	assert_int_equal(vm.acknowledge(&vm), 0x2e);
	assert_int_equal(in8(0x1f7), 0x58);
}

static void without_a_disk_nobody_is_there(void **state)
{
	(void)state;
	build(NULL);
	assert_int_equal(in8(0x1f7), 0xff);
	assert_null(portbus_find(ports, 0x3f6));
}

static void post_codes_mark_phases(void **state)
{
	(void)state;
	out8(0x80, 0x13);
	assert_int_equal(phase, 0x13);
}

/* One access each; what it does to the machine. */
static void the_ports_that_end_it(void **state)
{
	static const struct { uint16_t port; unsigned size; uint32_t value; const char *reason; bool logs; } rows[] = {
		{ 0x604, 2, 0x2000, "port 0x604", false },
		{ 0x604, 2, 0x2001, "port 0x604", false },
		{ 0x604, 2, 0x0001, "", false },
		{ 0x604, 2, 0x2400, "", true },
		{ 0x604, 1, 0x20, "", false },
		{ 0xcf9, 1, 0x06, "reset by port 0xcf9", false },
		{ 0xcf9, 1, 0x04, "reset by port 0xcf9", false },
		{ 0xcf9, 1, 0x02, "", false },
		{ 0xcf8, 4, 0x80000600, "", false },    /* PCI configuration address: not this register's width */
		{ 0xcf8, 4, 0xffffffff, "", false },
		{ 0x92, 1, 0x03, "reset by port 0x92", false },
		{ 0x92, 1, 0x02, "", false },
		{ 0x92, 1, 0x00, "", true },
		{ 0x64, 1, 0xfe, "reset by the keyboard controller", false },
		{ 0x64, 1, 0xf0, "reset by the keyboard controller", false },
		{ 0x64, 1, 0xff, "", false },
		{ 0x64, 1, 0xf1, "", false },
		{ 0x60, 1, 0xfe, "", false },
		{ 0x8900, 1, 'S', "", false },
	};

	for (unsigned i = 0; i < LENGTH(rows); i++) {
		setup(state);
		portbus_write(ports, rows[i].port, rows[i].size, rows[i].value);
		assert_string_equal(power_off_reason, rows[i].reason);
		assert_int_equal(power_offs, rows[i].reason[0] != 0);
		assert_int_equal(log_lines, rows[i].logs);
	}
}

static void bochs_shutdown_needs_its_whole_word(void **state)
{
	static const struct { const char *text; bool off; } rows[] = {
		{ "Shutdown", true }, { "Shutdow", false }, { "SShutdown", true }, { "ShutShutdown", true }, { "shutdown", false },
		{ "Shut down", false }, { "Shutdown", true },
	};

	for (unsigned i = 0; i < LENGTH(rows); i++) {
		setup(state);
		portbus_write_string(ports, 0x8900, 1, rows[i].text, strlen(rows[i].text));
		assert_int_equal(power_offs, rows[i].off);
	}
}

static void there_is_no_pci(void **state)
{
	(void)state;
	portbus_write(ports, 0xcf8, 4, 0x80000000);
	assert_int_equal(portbus_read(ports, 0xcf8, 4), 0xffffffff);
	assert_int_equal(portbus_read(ports, 0xcfc, 4), 0xffffffff);
}

/* A command to the keyboard controller, and what comes back at 0x60. */
static void the_keyboard_controller_without_a_keyboard(void **state)
{
	static const struct { uint8_t command; int answer; } rows[] = {
		{ 0xaa, 0x55 }, { 0xab, 0x00 }, { 0xa9, 0xff }, { 0x20, 0x30 }, { 0xd0, 0x03 }, { 0xae, -1 }, { 0xad, -1 },
	};

	for (unsigned i = 0; i < LENGTH(rows); i++) {
		setup(state);
		assert_int_equal(in8(0x64), 0x14);
		out8(0x64, rows[i].command);
		assert_int_equal(in8(0x64), rows[i].answer < 0 ? 0x1c : 0x1d);
		if (rows[i].answer >= 0)
			assert_int_equal(in8(0x60), rows[i].answer);
		assert_int_equal(in8(0x64), 0x1c);
	}
	out8(0x64, 0x60);
	out8(0x60, 0x47);
	out8(0x64, 0x20);
	assert_int_equal(in8(0x60), 0x30);
	out8(0x60, 0xff);                               /* reset the keyboard: no answer */
	assert_int_equal(in8(0x64) & 1, 0);
	out8(0x64, 0xd1);
	out8(0x60, 0xdf);
	assert_int_equal(power_offs, 0);
	out8(0x64, 0xd1);
	out8(0x60, 0xfe);
	assert_int_equal(power_offs, 1);
	out8(0x64, 0xd1);
	out8(0x64, 0xaa);                               /* a command takes the awaited byte back */
	out8(0x60, 0x00);
	assert_int_equal(power_offs, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_port_map, setup),
		cmocka_unit_test_setup(nothing_interrupts_before_the_guest_asks, setup),
		cmocka_unit_test_setup(the_timer_arrives_on_irq_0, setup),
		cmocka_unit_test_setup(the_console_arrives_on_irq_4, setup),
		cmocka_unit_test_setup(the_disk_arrives_on_irq_14, setup),
		cmocka_unit_test_setup(without_a_disk_nobody_is_there, setup),
		cmocka_unit_test_setup(post_codes_mark_phases, setup),
		cmocka_unit_test_setup(the_ports_that_end_it, setup),
		cmocka_unit_test_setup(bochs_shutdown_needs_its_whole_word, setup),
		cmocka_unit_test_setup(there_is_no_pci, setup),
		cmocka_unit_test_setup(the_keyboard_controller_without_a_keyboard, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

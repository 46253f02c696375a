/* The port bus: lookup, overlaps, widths, strings, and ports that nobody answers. */
#include "fullvirt_fakes.h"

/* A device that notes each access and answers with a pattern of port and size. */
struct probe {
	struct { char direction; uint16_t port; unsigned size; uint32_t value; } seen[64];
	unsigned count;
	size_t string_limit;                    /* elements ready, of which one call moves two at most */
};

static void note(struct probe *probe, char direction, uint16_t port, unsigned size, uint32_t value)
{
	assert_in_range(probe->count, 0, LENGTH(probe->seen) - 1);
	probe->seen[probe->count].direction = direction;
	probe->seen[probe->count].port = port;
	probe->seen[probe->count].size = size;
	probe->seen[probe->count++].value = value;
}

static uint32_t probe_read(void *device, uint16_t port, unsigned size)
{
	note(device, 'r', port, size, 0);
	return 0xa0b0c000u + (port & 0xff);             /* more bits than a byte: the bus must cut them */
}

static void probe_write(void *device, uint16_t port, unsigned size, uint32_t value)
{
	note(device, 'w', port, size, value);
}

static size_t string_part(const struct probe *probe, size_t count)
{
	size_t n = probe->string_limit < 2 ? probe->string_limit : 2;

	return count < n ? count : n;
}

static size_t probe_read_string(void *device, uint16_t port, unsigned size, void *to, size_t count)
{
	struct probe *probe = device;
	size_t n = string_part(probe, count);

	(void)port;
	memset(to, 0x55, n * size);
	probe->string_limit -= n;
	return n;
}

static size_t probe_write_string(void *device, uint16_t port, unsigned size, const void *from, size_t count)
{
	struct probe *probe = device;
	size_t n = string_part(probe, count);

	(void)port;
	(void)size;
	(void)from;
	probe->string_limit -= n;
	return n;
}

static struct probe probe, data_probe;

static int setup(void **state)
{
	(void)state;
	fakes_reset();
	memset(&probe, 0, sizeof(probe));
	memset(&data_probe, 0, sizeof(data_probe));
	portbus_claim(ports, &(struct port_range){
		.first = 0x100, .last = 0x107, .name = "probe", .widths = 1 | 4,
		.read = probe_read, .write = probe_write, .device = &probe,
	});
	portbus_claim(ports, &(struct port_range){
		.first = 0x200, .last = 0x200, .name = "data", .widths = 1 | 2 | 4, .read = probe_read, .write = probe_write,
		.read_string = probe_read_string, .write_string = probe_write_string, .device = &data_probe,
	});
	return 0;
}

static void finds_the_owner_of_a_port_and_nobody_beside_it(void **state)
{
	(void)state;
	assert_null(portbus_find(ports, 0xff));
	assert_string_equal(portbus_find(ports, 0x100)->name, "probe");
	assert_string_equal(portbus_find(ports, 0x107)->name, "probe");
	assert_null(portbus_find(ports, 0x108));
}

static void refuses_overlaps_and_keeps_the_first_owner(void **state)
{
	static const struct { uint16_t first, last; bool free; } rows[] = {
		{ 0x100, 0x100, false }, { 0x107, 0x107, false }, { 0x0f8, 0x100, false }, { 0x107, 0x110, false },
		{ 0x000, 0xffff, false }, { 0x102, 0x103, false }, { 0x300, 0x2ff, false },
		{ 0x0f8, 0x0ff, true }, { 0x108, 0x108, true }, { 0xffff, 0xffff, true }, { 0x000, 0x000, true },
	};

	(void)state;
	for (unsigned i = 0; i < LENGTH(rows); i++) {
		struct port_range range = {
			.first = rows[i].first, .last = rows[i].last, .name = "late", .widths = 1,
			.read = probe_read, .write = probe_write, .device = &probe,
		};
		assert_int_equal(portbus_add(ports, &range), rows[i].free);
	}
	assert_string_equal(portbus_find(ports, 0x102)->name, "probe");
}

static void a_full_table_refuses_instead_of_wrapping(void **state)
{
	unsigned added = 0;

	(void)state;
	for (uint16_t port = 0x1000; port < 0x1400; port++)
		added += portbus_add(ports, &(struct port_range){
			.first = port, .last = port, .name = "one", .widths = 1,
			.read = probe_read, .write = probe_write, .device = &probe,
		});
	assert_in_range(added, 16, 254);
	assert_string_equal(portbus_find(ports, 0x100)->name, "probe");
	assert_null(portbus_find(ports, 0x13ff));
}

static void passes_whole_widths_and_splits_others_low_byte_first(void **state)
{
	(void)state;
	assert_int_equal(portbus_read(ports, 0x100, 4), 0xa0b0c000);    /* a width of its row: whole */
	assert_int_equal(probe.count, 1);
	assert_int_equal(portbus_read(ports, 0x101, 2), 0x0201);        /* no 16-bit accesses: two bytes */
	assert_int_equal(probe.count, 3);
	portbus_write(ports, 0x106, 2, 0x1234);
	assert_int_equal(probe.seen[3].port, 0x106);
	assert_int_equal(probe.seen[3].value, 0x34);
	assert_int_equal(probe.seen[4].port, 0x107);
	assert_int_equal(probe.seen[4].value, 0x12);
	assert_int_equal(probe.seen[4].size, 1);
}

static void an_access_across_the_end_is_split_between_its_owners(void **state)
{
	(void)state;
	assert_int_equal(portbus_read(ports, 0x106, 4), 0xffff0706);
	assert_int_equal(probe.count, 2);
	assert_int_equal(portbus_read(ports, 0xff, 2), 0x00ff);         /* nobody's byte, then the probe's */
	assert_int_equal(portbus_read(ports, 0xffff, 2), 0xffff);
}

static void a_data_port_is_wide_at_one_address(void **state)
{
	(void)state;
	assert_int_equal(portbus_read(ports, 0x200, 4), 0xa0b0c000);
	portbus_write(ports, 0x200, 2, 0xbeef);
	assert_int_equal(data_probe.count, 2);
	assert_int_equal(data_probe.seen[1].size, 2);
	assert_int_equal(data_probe.seen[1].value, 0xbeef);
}

static void nobody_reads_all_ones_and_each_port_is_logged_once(void **state)
{
	(void)state;
	assert_int_equal(portbus_read(ports, 0x3000, 1), 0xff);
	assert_int_equal(portbus_read(ports, 0x3000, 2), 0xffff);
	assert_int_equal(portbus_read(ports, 0x3000, 4), 0xffffffff);
	portbus_write(ports, 0x3000, 4, 1);
	assert_int_equal(log_lines, 4);
	portbus_write(ports, 0x3004, 1, 1);
	assert_int_equal(log_lines, 5);
}

static void strings_take_what_is_ready_and_the_rest_one_by_one(void **state)
{
	uint16_t words[8] = { 0 };

	(void)state;
	data_probe.string_limit = 3;
	portbus_read_string(ports, 0x200, 2, words, 5);
	assert_int_equal(words[2], 0x5555);
	assert_int_equal(words[3], 0xc000);
	assert_int_equal(words[4], 0xc000);
	assert_int_equal(words[5], 0);
	assert_int_equal(data_probe.count, 2);
	data_probe.string_limit = 100;
	portbus_read_string(ports, 0x200, 2, words, 5);
	assert_int_equal(words[4], 0x5555);
	assert_int_equal(words[5], 0);                                  /* not beyond the count */
	assert_int_equal(data_probe.string_limit, 95);

	portbus_write_string(ports, 0x200, 2, words, 5);
	assert_int_equal(data_probe.string_limit, 90);
	data_probe.string_limit = 2;
	words[2] = 0x0123;
	portbus_write_string(ports, 0x200, 2, words, 3);
	assert_int_equal(data_probe.seen[2].value, 0x0123);
}

static void strings_without_a_fast_path_go_byte_by_byte_to_the_same_port(void **state)
{
	uint8_t bytes[4] = { 0 };

	(void)state;
	portbus_read_string(ports, 0x103, 1, bytes, 4);
	assert_memory_equal(bytes, "\3\3\3\3", 4);
	portbus_write_string(ports, 0x104, 1, "abc", 3);
	assert_int_equal(probe.count, 7);
	assert_int_equal(probe.seen[6].value, 'c');
	portbus_write_string(ports, 0x104, 1, "abc", 0);
	assert_int_equal(probe.count, 7);
}

static void a_wide_string_on_a_byte_device_splits_each_element(void **state)
{
	uint16_t word = 0;

	(void)state;
	portbus_read_string(ports, 0x100, 2, &word, 1);
	assert_int_equal(word, 0x0100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(finds_the_owner_of_a_port_and_nobody_beside_it, setup),
		cmocka_unit_test_setup(refuses_overlaps_and_keeps_the_first_owner, setup),
		cmocka_unit_test_setup(a_full_table_refuses_instead_of_wrapping, setup),
		cmocka_unit_test_setup(passes_whole_widths_and_splits_others_low_byte_first, setup),
		cmocka_unit_test_setup(an_access_across_the_end_is_split_between_its_owners, setup),
		cmocka_unit_test_setup(a_data_port_is_wide_at_one_address, setup),
		cmocka_unit_test_setup(nobody_reads_all_ones_and_each_port_is_logged_once, setup),
		cmocka_unit_test_setup(strings_take_what_is_ready_and_the_rest_one_by_one, setup),
		cmocka_unit_test_setup(strings_without_a_fast_path_go_byte_by_byte_to_the_same_port, setup),
		cmocka_unit_test_setup(a_wide_string_on_a_byte_device_splits_each_element, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

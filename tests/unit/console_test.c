/* A VM's console: a port of its own, or tagged lines in the hypervisor's log that no guest can forge. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "backend/console.h"
#include "hw/serial.h"
#include "lib/heap.h"
#include "lib/printf.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* ---- Below: the log, and a port with little room ---- */

static char logged[4096];

void printf(const char *format, ...)
{
	size_t n = strlen(logged);
	va_list args;

	va_start(args, format);
	vsnprintf(logged + n, sizeof(logged) - n, format, args);
	va_end(args);
}

static struct serial_port *const port = (struct serial_port *)0x3f8;
static char sent[64];
static size_t room;
static const char *typed;
static unsigned flushes;
static void (*on_input)(void *), (*on_room)(void *);
static void *listener;

size_t serial_write(struct serial_port *to, const char *bytes, size_t n)
{
	size_t taken = n < room ? n : room;

	assert_ptr_equal(to, port);
	strncat(sent, bytes, taken);
	room -= taken;
	return taken;
}

size_t serial_room(const struct serial_port *of)
{
	assert_ptr_equal(of, port);
	return room;
}

size_t serial_read(struct serial_port *from, char *bytes, size_t n)
{
	size_t taken = strnlen(typed, n);

	assert_ptr_equal(from, port);
	memcpy(bytes, typed, taken);
	typed += taken;
	return taken;
}

bool serial_has_input(const struct serial_port *of)
{
	assert_ptr_equal(of, port);
	return *typed;
}

void serial_flush(struct serial_port *of)
{
	assert_ptr_equal(of, port);
	flushes++;
}

void serial_set_listener(struct serial_port *of, void (*input)(void *context), void (*room_again)(void *context), void *context)
{
	assert_ptr_equal(of, port);
	on_input = input;
	on_room = room_again;
	listener = context;
}

static void *allocation;

void *zalloc(size_t n)
{
	return allocation = calloc(1, n);
}

static int setup(void **state)
{
	(void)state;
	logged[0] = sent[0] = '\0';
	room = sizeof(sent) - 1;
	typed = "";
	flushes = 0;
	on_input = on_room = NULL;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(allocation);
	return 0;
}

/* ---- The log ---- */

static void only_whole_lines_are_logged(void **state)
{
	struct console *console = console_create("alpha", NULL);

	(void)state;
	assert_int_equal(console_write(console, "hel", 3), 3);
	assert_string_equal(logged, "");
	assert_int_equal(console_write(console, "lo\nwor", 6), 6);
	assert_string_equal(logged, "alpha| hello\n");
	console_write(console, "ld\n\n", 4);
	assert_string_equal(logged, "alpha| hello\nalpha| world\nalpha| \n");
}

#define ROW(written, logged) { written, logged, sizeof(written) - 1 }

static const struct {
	const char *written, *logged;
	size_t n;
} forgeries[] = {
	ROW("x\r@twinlab report=1\n", "v| x@twinlab report=1\n"),
	ROW("\r\nbeta| hi\r\n", "v| \nv| beta| hi\n"),
	ROW("a\tb\n", "v| a\tb\n"),
	ROW("\033[2K\033[Gname| x\n", "v| ?[2K?[Gname| x\n"),
	ROW("\b\b\b\v\f\a\x7f\n", "v| ???????\n"),
	ROW("\0\n", "v| ?\n"),
	ROW("\xc2\x9b\x31m\x80\xff\n", "v| ??1m??\n"),
	ROW("100% %s %n\n", "v| 100% %s %n\n"),
};

static void no_line_can_be_forged(void **state)
{
	struct console *console = console_create("v", NULL);

	(void)state;
	for (size_t i = 0; i < LENGTH(forgeries); i++) {
		logged[0] = '\0';
		assert_int_equal(console_write(console, forgeries[i].written, forgeries[i].n), forgeries[i].n);
		assert_string_equal(logged, forgeries[i].logged);
	}
}

static void a_long_line_goes_out_in_tagged_pieces(void **state)
{
	struct console *console = console_create("v", NULL);
	char line[450], expected[512];

	(void)state;
	memset(line, 'x', sizeof(line));
	line[449] = '\n';
	console_write(console, line, sizeof(line));
	snprintf(expected, sizeof(expected), "v| %.200s\nv| %.200s\nv| %.49s\n", line, line, line);
	assert_string_equal(logged, expected);
}

static void a_line_of_exactly_200_bytes_is_one_line(void **state)
{
	struct console *console = console_create("v", NULL);
	char line[201], expected[256];

	(void)state;
	memset(line, 'y', 200);
	line[200] = '\n';
	console_write(console, line, sizeof(line));
	snprintf(expected, sizeof(expected), "v| %.200s\n", line);
	assert_string_equal(logged, expected);
}

static void flush_ends_an_unfinished_line(void **state)
{
	struct console *console = console_create("v", NULL);

	(void)state;
	console_flush(console);
	assert_string_equal(logged, "");
	console_write(console, "prompt>", 7);
	console_flush(console);
	console_flush(console);
	assert_string_equal(logged, "v| prompt>\n");
}

static void two_consoles_do_not_mix(void **state)
{
	struct console *one = console_create("one", NULL);
	void *first = allocation;
	struct console *two = console_create("two", NULL);

	(void)state;
	console_write(one, "a", 1);
	console_write(two, "b\n", 2);
	console_write(one, "c\n", 2);
	assert_string_equal(logged, "two| b\none| ac\n");
	free(first);
}

static void nobody_types_at_the_log(void **state)
{
	struct console *console = console_create("v", NULL);
	char bytes[4];

	(void)state;
	console_set_listener(console, NULL, NULL, NULL);
	assert_false(console_has_input(console));
	assert_int_equal(console_read(console, bytes, sizeof(bytes)), 0);
	assert_true(console_room(console) >= 65536);
}

/* ---- A port ---- */

static void a_port_gets_the_bytes_as_they_are(void **state)
{
	struct console *console = console_create("v", port);

	(void)state;
	room = 5;
	assert_int_equal(console_room(console), 5);
	assert_int_equal(console_write(console, "\033[2Jab", 6), 5);
	assert_string_equal(sent, "\033[2Ja");
	assert_int_equal(console_write(console, "b", 1), 0);
	assert_string_equal(logged, "");
	console_flush(console);
	assert_int_equal(flushes, 1);
}

static unsigned heard_input[3], heard_room[3];

static void hear_input(void *context)
{
	heard_input[(unsigned *)context - heard_input]++;
}

static void hear_room(void *context)
{
	heard_room[(unsigned *)context - heard_input]++;
}

static void expect_heard(unsigned input1, unsigned input2, unsigned room1, unsigned room2)
{
	memset(heard_input, 0, sizeof(heard_input));
	memset(heard_room, 0, sizeof(heard_room));
	on_input(listener);
	on_room(listener);
	assert_int_equal(heard_input[1], input1);
	assert_int_equal(heard_input[2], input2);
	assert_int_equal(heard_room[1], room1);
	assert_int_equal(heard_room[2], room2);
}

static void two_may_listen_and_the_latest_hears_of_input(void **state)
{
	struct console *console = console_create("v", port);

	(void)state;
	console_set_listener(console, hear_input, hear_room, &heard_input[1]);
	expect_heard(1, 0, 1, 0);
	console_set_listener(console, hear_input, hear_room, &heard_input[2]);
	expect_heard(0, 1, 1, 1);
	console_set_listener(console, hear_input, hear_room, &heard_input[1]);
	expect_heard(1, 0, 1, 1);
	console_set_listener(console, hear_input, hear_room, &heard_input[1]);
	expect_heard(1, 0, 1, 1);
	console_set_listener(console, NULL, NULL, &heard_input[2]);
	expect_heard(0, 0, 1, 0);
}

static void a_port_is_read(void **state)
{
	struct console *console = console_create("v", port);
	char bytes[8] = "";

	(void)state;
	typed = "hello";
	assert_true(console_has_input(console));
	assert_int_equal(console_read(console, bytes, 3), 3);
	assert_int_equal(console_read(console, bytes + 3, 3), 2);
	assert_string_equal(bytes, "hello");
	assert_false(console_has_input(console));
}

#define console_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		console_test(only_whole_lines_are_logged),
		console_test(no_line_can_be_forged),
		console_test(a_long_line_goes_out_in_tagged_pieces),
		console_test(a_line_of_exactly_200_bytes_is_one_line),
		console_test(flush_ends_an_unfinished_line),
		console_test(two_consoles_do_not_mix),
		console_test(nobody_types_at_the_log),
		console_test(a_port_gets_the_bytes_as_they_are),
		console_test(a_port_is_read),
		console_test(two_may_listen_and_the_latest_hears_of_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

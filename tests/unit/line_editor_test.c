/* The toy OS' line editor: a row for each thing that can be typed, with the line that results and what the screen shows then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "line_editor.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define UP "\x1b[A"
#define DOWN "\x1b[B"

/* A terminal that knows a line and the backspace. */
static char screen[LINE_SIZE * 2];
static size_t cursor;

static void show(const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (bytes[i] == '\b') {
			assert_true(cursor > 0);
			cursor--;
		} else if (bytes[i] != '\n') {
			screen[cursor++] = bytes[i];
		}
	}
}

static const char *screen_text(void)
{
	size_t end = sizeof(screen);

	while (end > 0 && (screen[end - 1] == ' ' || screen[end - 1] == '\0'))
		end--;
	screen[end] = '\0';
	return screen;
}

static enum line_event type(struct line_editor *e, const char *keys)
{
	enum line_event event = LINE_MORE;

	memset(screen, 0, sizeof(screen));
	cursor = 0;
	line_editor_begin(e);
	for (; *keys; keys++) {
		assert_int_equal(event, LINE_MORE);
		event = line_editor_input(e, *keys);
	}
	return event;
}

static void each_key_does_its_part(void **state)
{
	static const struct { const char *keys; enum line_event event; const char *line, *screen; } rows[] = {
		{ "ls\r", LINE_DONE, "ls", "ls" },
		{ "ls\n", LINE_DONE, "ls", "ls" },
		{ "\r", LINE_DONE, "", "" },
		{ "lx\bs\r", LINE_DONE, "ls", "ls" },
		{ "lx\x7fs\r", LINE_DONE, "ls", "ls" },
		{ "\b\b\x7fls\r", LINE_DONE, "ls", "ls" },
		{ "wrong\x15right\r", LINE_DONE, "right", "right" },
		{ "a\tb\x01\r", LINE_DONE, "ab", "ab" },
		{ "a\x1b[Cb\x1b[3~c\x1bOd\r", LINE_DONE, "abcd", "abcd" },
		{ "gone\x03", LINE_CANCELLED, NULL, "gone^C" },
		{ UP "x\r", LINE_DONE, "x", "x" },
		{ DOWN "x\r", LINE_DONE, "x", "x" },
		{ "not finished", LINE_MORE, NULL, "not finished" },
	};
	(void)state;

	for (size_t r = 0; r < LENGTH(rows); r++) {
		struct line_editor e = { .echo = show };
		assert_int_equal(type(&e, rows[r].keys), rows[r].event);
		if (rows[r].line)
			assert_string_equal(e.line, rows[r].line);
		assert_string_equal(screen_text(), rows[r].screen);
	}
}

static void history_goes_back_and_forth(void **state)
{
	struct line_editor e = { .echo = show };
	(void)state;

	type(&e, "one\r");
	type(&e, "three\r");
	type(&e, "three\r");                    /* twice the same counts once */
	type(&e, "\r");                         /* an empty line does not count */
	type(&e, "cancelled\x03");
	type(&e, UP UP "\r");
	assert_string_equal(e.line, "one");
	assert_string_equal(screen_text(), "one");
	type(&e, "typed" UP UP UP UP UP DOWN "s\r");
	assert_string_equal(e.line, "threes");
	type(&e, UP DOWN "new\r");
	assert_string_equal(e.line, "new");
}

static void history_keeps_the_last_lines(void **state)
{
	struct line_editor e = { .echo = show };
	char keys[] = "0\r";
	(void)state;

	for (int i = 0; i < LINE_HISTORY + 3; i++) {
		keys[0] = (char)('a' + i);
		type(&e, keys);
	}
	type(&e, UP UP UP UP UP UP UP UP UP UP UP UP "\r");
	assert_int_equal(e.line[0], 'a' + 3);
}

static void a_line_has_an_end(void **state)
{
	struct line_editor e = { .echo = show };
	(void)state;

	line_editor_begin(&e);
	memset(screen, 0, sizeof(screen));
	cursor = 0;
	for (int i = 0; i < 3 * LINE_SIZE; i++)
		assert_int_equal(line_editor_input(&e, 'x'), LINE_MORE);
	assert_int_equal(line_editor_input(&e, '\r'), LINE_DONE);
	assert_int_equal(strlen(e.line), LINE_SIZE - 1);
	assert_int_equal(strlen(screen_text()), LINE_SIZE - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_key_does_its_part),
		cmocka_unit_test(history_goes_back_and_forth),
		cmocka_unit_test(history_keeps_the_last_lines),
		cmocka_unit_test(a_line_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

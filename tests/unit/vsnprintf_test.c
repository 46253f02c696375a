/* The hypervisor's formatting against the C library's, conversion by conversion and at every buffer size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Under names of its own, beside the library's. (No attribute, because "printf" is a word of it.) */
#define __attribute__(attribute)
#define printf    our_printf
#define vprintf   our_vprintf
#define snprintf  our_snprintf
#define vsnprintf our_vsnprintf
#include "../../hypervisor/lib/vsnprintf.c"
#undef __attribute__
#undef printf
#undef vprintf
#undef snprintf
#undef vsnprintf

#define BUFFER 128

static void check(const char *format, ...)
{
	char ours[BUFFER], library[BUFFER];
	va_list args, again;

	va_start(args, format);
	va_copy(again, args);
	int length = our_vsnprintf(ours, sizeof(ours), format, args), expected = vsnprintf(library, sizeof(library), format, again);
	va_end(again);
	va_end(args);
	if (length != expected || strcmp(ours, library))
		fail_msg("\"%s\": \"%s\" (%d), the library has \"%s\" (%d)", format, ours, length, library, expected);
}

static const char *const flags[] = { "", "-", "0", "-0", "0-" };
static const char *const widths[] = { "", "1", "2", "5", "12", "25" };

static void numbers(void **state)
{
	static const int64_t values[] = { 0, 1, -1, 9, 10, 99, -100, 255, 4096, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN };
	char format[32];

	for (size_t f = 0; f < LENGTH(flags); f++)
		for (size_t w = 0; w < LENGTH(widths); w++)
			for (size_t v = 0; v < LENGTH(values); v++)
				for (const char *conversion = "dux"; *conversion; conversion++) {
					snprintf(format, sizeof(format), "<%%%s%s%c>", flags[f], widths[w], *conversion);
					check(format, (int)values[v]);
					snprintf(format, sizeof(format), "<%%%s%sl%c>", flags[f], widths[w], *conversion);
					check(format, (long)values[v]);
					snprintf(format, sizeof(format), "<%%%s%sll%c>", flags[f], widths[w], *conversion);
					check(format, (long long)values[v]);
					snprintf(format, sizeof(format), "<%%%s%sz%c>", flags[f], widths[w], *conversion);
					check(format, (size_t)values[v]);
				}
}

static void strings(void **state)
{
	static const char *const values[] = { "", "a", "hello", "a longer one than any width" };
	static const char *const precisions[] = { "", ".", ".0", ".1", ".5", ".100" };
	char format[32];

	for (size_t f = 0; f < 2; f++)
		for (size_t w = 0; w < LENGTH(widths); w++)
			for (size_t p = 0; p < LENGTH(precisions); p++)
				for (size_t v = 0; v < LENGTH(values); v++) {
					snprintf(format, sizeof(format), "<%%%s%s%ss>", flags[f], widths[w], precisions[p]);
					check(format, values[v]);
				}
	check("%s", NULL);
}

static void widths_from_arguments(void **state)
{
	check("<%*d>", 7, 42);
	check("<%0*d>", 7, -42);
	check("<%-*d>", 7, 42);
	check("<%*d>", 0, 42);
	check("<%.*s>", 3, "abcdef");
	check("<%*.*s>", 8, 3, "abcdef");
	check("<%-*.*s>", 8, 0, "abcdef");
	check("<%.*s>", -1, "abcdef");          /* as if there were none */
}

/* %.*s of bytes that no zero ends: reading one more would be a fault under the address sanitizer. */
static void a_precision_bounds_the_reading(void **state)
{
	const char bytes[3] = { 'a', 'b', 'c' };

	check("<%.*s>", 3, bytes);
	check("<%10.3s>", bytes);
}

static void others(void **state)
{
	check("%c%c%c", 'a', '\n', 0x7e);
	check("%%");
	check("100%% of %s", "it");
	check("%p", (void *)0x12345678abcd);
	check("%d %s %lx %c %u", -5, "mixed", 0xdeadbeefcafeul, 'x', 7u);
	check("");
	check("no conversion at all");
}

/* A percent sign that nothing follows ends the text; it must not read on. */
static void a_cut_conversion_ends_the_text(void **state)
{
	static const char *const formats[] = { "ab%", "ab%5", "ab%-0", "ab%.", "ab%l", "ab%5.3ll" };
	char buffer[BUFFER];

	for (size_t i = 0; i < LENGTH(formats); i++) {
		char *copy = strdup(formats[i]);

		assert_int_equal(our_snprintf(buffer, sizeof(buffer), copy), 2);
		assert_string_equal(buffer, "ab");
		free(copy);
	}
}

static void every_size_cuts_and_terminates(void **state)
{
	const char *whole = "vm=guest: mem 0x10000 -42   end";
	char buffer[BUFFER];

	for (size_t size = 0; size < strlen(whole) + 3; size++) {
		memset(buffer, 0x55, sizeof(buffer));
		int length = our_snprintf(buffer, size, "vm=%s: mem 0x%lx %d%6s", "guest", 0x10000ul, -42, "end");

		assert_int_equal(length, strlen(whole));
		for (size_t i = size; i < sizeof(buffer); i++)
			assert_int_equal(buffer[i], 0x55);
		if (size == 0)
			continue;
		size_t kept = size - 1 < strlen(whole) ? size - 1 : strlen(whole);

		assert_memory_equal(buffer, whole, kept);
		assert_int_equal(buffer[kept], '\0');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(strings),
		cmocka_unit_test(widths_from_arguments),
		cmocka_unit_test(a_precision_bounds_the_reading),
		cmocka_unit_test(others),
		cmocka_unit_test(a_cut_conversion_ends_the_text),
		cmocka_unit_test(every_size_cuts_and_terminates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

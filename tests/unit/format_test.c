/* The toy OS' formatting against the C library's, where both have the conversion. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "lib.h"

#define CHECK(...) do { \
	char ours[100], libc[100]; \
	size_t n = format_string(ours, sizeof(ours), __VA_ARGS__); \
	assert_int_equal(n, snprintf(libc, sizeof(libc), __VA_ARGS__)); \
	assert_string_equal(ours, libc); \
} while (0)

static void formats_like_c(void **state)
{
	(void)state;
	CHECK("plain %% %c%c", 'a', 'b');
	CHECK("%s|%5s|%-5s|%2s", "abc", "abc", "abc", "abc");
	CHECK("%*s|%-*s|%*s|", 6, "abc", 6, "abc", -6, "abc");
	CHECK("%d %d %d %d", 0, -1, INT32_MAX, INT32_MIN);
	CHECK("%5d|%-5d|%05d|%05d|%2d", 42, 42, 42, -42, 12345);
	CHECK("%ld %lld %zu", INT64_MIN, (long long)INT64_MAX, SIZE_MAX);
	CHECK("%u %lu %x %lx %08x %-8x|", UINT32_MAX, UINT64_MAX, 0xbeefu, UINT64_MAX, 0xbeefu, 0xbeefu);
	CHECK("%5d|%5d", -1, -12345);
}

static void pointers_have_sixteen_digits(void **state)
{
	char text[20];
	(void)state;

	assert_int_equal(format_string(text, sizeof(text), "%p", (void *)0xabc), 16);
	assert_string_equal(text, "0000000000000abc");
}

static void stops_at_the_end_of_the_buffer(void **state)
{
	char text[6] = "XXXXX";
	(void)state;

	assert_int_equal(format_string(text, 4, "%s", "abcdefgh"), 8);
	assert_memory_equal(text, "abc\0X", 6);
	assert_int_equal(format_string(text, 1, "%d", 5), 1);
	assert_string_equal(text, "");
}

static void words_and_numbers(void **state)
{
	char line[] = "  one \ttwo  three words";
	char *rest = line;
	uint64_t value = 7;
	(void)state;

	assert_string_equal(next_word(&rest), "one");
	assert_string_equal(next_word(&rest), "two");
	assert_string_equal(rest, " three words");
	assert_true(parse_number("18446744073709551", &value) && value == 18446744073709551u);
	assert_false(parse_number("", &value));
	assert_false(parse_number("12a", &value));
	assert_false(parse_number("99999999999999999999", &value));
	assert_int_equal(crc32(0, "123456789", 9), 0xcbf43926);
	assert_int_equal(crc32(crc32(0, "1234", 4), "56789", 5), 0xcbf43926);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats_like_c),
		cmocka_unit_test(pointers_have_sixteen_digits),
		cmocka_unit_test(stops_at_the_end_of_the_buffer),
		cmocka_unit_test(words_and_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

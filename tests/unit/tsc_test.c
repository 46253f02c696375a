/* The TSC's scale against exact arithmetic. hw/ is not in the archive of the tests, but this part of it touches no port. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "hw/tsc.c"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const uint64_t frequencies[] = {
	1000000, 4770000, 33333333, 50000000, 999999999, 1000000000, 1000000001, 1193182000, 1999999999, 2000000000, 2000000001,
	2399998765, 3500000000, 3999999999, 4000000000, 4000000001, 8000000000, 20000000001,
};

static uint64_t exact_ns(uint64_t ticks, uint64_t hz)
{
	return (unsigned __int128)ticks * NS_PER_SECOND / hz;
}

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

static void multiplier_has_its_highest_bit_set(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(frequencies); i++)
		assert_in_range(tsc_scale_from_hz(frequencies[i]).mul, 0x80000000u, 0xffffffffu);
}

static void known_scales(void **state)
{
	struct tsc_scale one = tsc_scale_from_hz(1000000000), two = tsc_scale_from_hz(2000000000);
	struct tsc_scale slow = tsc_scale_from_hz(50000000);

	(void)state;
	assert_int_equal(one.shift, 1);
	assert_int_equal(one.mul, 0x80000000u);
	assert_int_equal(two.shift, 0);
	assert_int_equal(two.mul, 0x80000000u);
	assert_int_equal(slow.shift, 5);
	assert_int_equal(slow.mul, 0xa0000000u);
}

/* A day's, a year's and thirty years' ticks: wrong by less than one in 2^30, and no product overflows. */
static void scale_agrees_with_exact_arithmetic(void **state)
{
	static const uint64_t seconds[] = { 1, 86400, 31536000, 946080000 };

	(void)state;
	for (size_t i = 0; i < LENGTH(frequencies); i++) {
		struct tsc_scale scale = tsc_scale_from_hz(frequencies[i]);

		for (size_t j = 0; j < LENGTH(seconds); j++) {
			if (frequencies[i] > UINT64_MAX / seconds[j])
				continue;
			uint64_t ticks = frequencies[i] * seconds[j], exact = exact_ns(ticks, frequencies[i]);
			assert_in_range(distance(tsc_scale(scale, ticks), exact), 0, (exact >> 30) + 32);
		}
	}
}

static void time_never_goes_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(frequencies); i++) {
		struct tsc_scale scale = tsc_scale_from_hz(frequencies[i]);

		for (uint64_t ticks = 0xfffffff0; ticks < 0x100000100; ticks++)
			assert_true(tsc_scale(scale, ticks) <= tsc_scale(scale, ticks + 1));
	}
}

static void time_begins_at_init(void **state)
{
	uint64_t before = rdtsc();

	(void)state;
	tsc_init(2400000000);
	assert_in_range(tsc_at_boot(), before, rdtsc());
	assert_int_equal(tsc_hz(), 2400000000);
	assert_int_equal(tsc_to_ns_scale().mul, tsc_scale_from_hz(2400000000).mul);
}

/* The counter's value at a time leads back to that time, for the frequencies that machines and emulators have. */
static void ticks_of_a_time(void **state)
{
	static const uint64_t usual[] = { 50000000, 999999999, 2399998765, 3500000000, 8000000000 };

	(void)state;
	for (size_t i = 0; i < LENGTH(usual); i++) {
		tsc_init(usual[i]);
		for (uint64_t ns = 1; ns < 1000000000000000; ns *= 7) {
			uint64_t there = tsc_scale(tsc_to_ns_scale(), tsc_from_ns(ns) - tsc_at_boot());
			assert_in_range(distance(there, ns), 0, (ns >> 26) + 32);
		}
		assert_true(tsc_from_ns(UINT64_MAX) > 1ull << 58);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(multiplier_has_its_highest_bit_set),
		cmocka_unit_test(known_scales),
		cmocka_unit_test(scale_agrees_with_exact_arithmetic),
		cmocka_unit_test(time_never_goes_back),
		cmocka_unit_test(time_begins_at_init),
		cmocka_unit_test(ticks_of_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The balloon: pages that leave the EPT and come back empty, and every way to name the wrong ones. */
#include "paravirt_fakes.h"

#define PAGES (GUEST_BYTES / 4096)

static int64_t give(uint64_t first, uint64_t pages)
{
	return call(PV_HC_BALLOON, first, pages, PV_BALLOON_GIVE);
}

static int64_t take(uint64_t first, uint64_t pages)
{
	return call(PV_HC_BALLOON, first, pages, PV_BALLOON_TAKE);
}

static void pages_leave_and_come_back_empty(void **state)
{
	uint64_t secret = 0x5ec4e7;

	(void)state;
	poke(0x7008, &secret, 8);
	assert_int_equal(give(5, 4), 4);
	assert_int_equal(vm.memory.ballooned, 4 * 4096);
	assert_int_equal(pages_freed, 4);
	assert_null(guest_page(&vm.memory, 0x5000));
	assert_null(guest_page(&vm.memory, 0x8fff));
	assert_non_null(guest_page(&vm.memory, 0x4fff));
	assert_non_null(guest_page(&vm.memory, 0x9000));
	assert_int_equal(take(5, 4), 4);
	assert_int_equal(vm.memory.ballooned, 0);
	assert_int_equal(peek64(0x7008), 0);
}

static void neighbours_keep_their_bytes(void **state)
{
	uint64_t value = 0x1234;

	(void)state;
	poke(0x4ff8, &value, 8);
	poke(0x6000, &value, 8);
	give(5, 1);
	assert_int_equal(peek64(0x4ff8), value);
	assert_int_equal(peek64(0x6000), value);
}

static const struct {
	uint64_t first, pages, direction;
	int64_t result;
} calls[] = {
	{ 0, 0, PV_BALLOON_GIVE, 0 },
	{ PAGES, 0, PV_BALLOON_GIVE, 0 },
	{ PAGES, 1, PV_BALLOON_GIVE, -EINVAL },
	{ PAGES - 1, 2, PV_BALLOON_GIVE, -EINVAL },
	{ 0, PAGES + 1, PV_BALLOON_GIVE, -EINVAL },
	{ 1, UINT64_MAX, PV_BALLOON_GIVE, -EINVAL },            /* the sum wraps to 0 */
	{ UINT64_MAX, 1, PV_BALLOON_GIVE, -EINVAL },
	{ 1ull << 52, 1, PV_BALLOON_GIVE, -EINVAL },            /* the address wraps to 0 */
	{ 1ull << 52, 1, PV_BALLOON_TAKE, -EINVAL },
	{ 3, 1, PV_BALLOON_TAKE, -EINVAL },                     /* it is there */
};

static void wrong_calls_change_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(calls); i++)
		if (call(PV_HC_BALLOON, calls[i].first, calls[i].pages, calls[i].direction) != calls[i].result)
			fail_msg("first 0x%lx, pages 0x%lx, direction 0x%lx", calls[i].first, calls[i].pages, calls[i].direction);
	assert_int_equal(vm.memory.ballooned, 0);
	assert_int_equal(pages_freed, 0);
	for (uint64_t page = 0; page < PAGES; page++)
		assert_non_null(guest_page(&vm.memory, page * 4096));
}

static void a_page_is_given_once(void **state)
{
	(void)state;
	assert_int_equal(give(7, 1), 1);
	assert_int_equal(give(7, 1), -EINVAL);
	assert_int_equal(give(5, 4), 2);        /* up to the hole */
	assert_int_equal(give(8, 1), 1);
	assert_int_equal(pages_freed, 4);
	assert_int_equal(take(4, 2), -EINVAL);  /* 4 is there */
	assert_int_equal(take(5, 9), 4);
	assert_int_equal(vm.memory.ballooned, 0);
}

static void there_are_two_directions(void **state)
{
	static const uint64_t directions[] = { 2, 1ull << 32, UINT64_MAX };

	(void)state;
	give(7, 1);
	for (size_t i = 0; i < LENGTH(directions); i++) {
		assert_int_equal(call(PV_HC_BALLOON, 7, 1, directions[i]), -EINVAL);
		assert_int_equal(call(PV_HC_BALLOON, 8, 1, directions[i]), -EINVAL);
	}
	assert_int_equal(vm.memory.ballooned, 4096);
}

static void one_call_moves_at_most_1024_pages(void **state)
{
	(void)state;
	assert_int_equal(ept_map(vm.memory.ept, GUEST_BYTES, pages_alloc(600, 1), 600 * 4096), 0);
	vm.memory.size += 600 * 4096;
	assert_int_equal(give(0, PAGES + 600), 1024);
	assert_int_equal(give(1024, PAGES + 600 - 1024), PAGES + 600 - 1024);
}

static void a_full_host_gives_nothing_back(void **state)
{
	(void)state;
	give(3, 2);
	memory_is_full = true;
	assert_int_equal(take(3, 2), -ENOMEM);
	assert_int_equal(vm.memory.ballooned, 2 * 4096);
	assert_null(guest_page(&vm.memory, 0x3000));
	memory_is_full = false;
	assert_int_equal(take(3, 2), 2);
}

static void a_full_host_cannot_split_a_large_page(void **state)
{
	(void)state;
	memory_is_full = true;
	assert_int_equal(give(3, 1), -ENOMEM);
	assert_int_equal(pages_freed, 0);
	assert_non_null(guest_page(&vm.memory, 0x3000));
	assert_int_equal(give(PAGES - 1, 1), 1);        /* a small page needs no table */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		guest_test(pages_leave_and_come_back_empty),
		guest_test(neighbours_keep_their_bytes),
		guest_test(wrong_calls_change_nothing),
		guest_test(a_page_is_given_once),
		guest_test(there_are_two_directions),
		guest_test(one_call_moves_at_most_1024_pages),
		guest_test(a_full_host_gives_nothing_back),
		guest_test(a_full_host_cannot_split_a_large_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

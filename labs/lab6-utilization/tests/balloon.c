/* 6B: pages that leave a guest and come back. The host's pages_free() looks whether what it gets is scrubbed. */
#include "host_test.h"

#define FIRST 8ull                                      /* a page in the large page */
#define PAGES (GUEST_BYTES / 4096)

static const char secret[] = "nobody else may read this";

static int64_t move(uint64_t first, uint64_t pages, uint64_t direction)
{
	int64_t answer = call(PV_HC_BALLOON, first, pages, direction);

	if (fault[0])
		fail_msg("it stopped the VM");
	return answer;
}

static void expect(uint64_t first, uint64_t pages, uint64_t direction, int64_t result)
{
	int64_t answer = move(first, pages, direction);

	if (answer != result)
		fail_msg("balloon(page %lu, %lu pages, %s) answers %ld, not %ld", first, pages,
			direction == PV_BALLOON_GIVE ? "give" : direction == PV_BALLOON_TAKE ? "take" : "neither", answer, result);
}

static bool has(uint64_t page)
{
	return guest_page(&vm.memory, page * 4096);
}

static void write_secrets(uint64_t first, uint64_t pages)
{
	for (uint64_t page = first; page < first + pages; page++)
		for (unsigned offset = 0; offset < 4096; offset += 512)
			poke(page * 4096 + offset, secret, sizeof(secret));
}

static void pages_leave_the_guest(void **state)
{
	(void)state;
	write_secrets(FIRST - 1, 6);
	vm.memory.ept->stale = false;
	expect(FIRST, 4, PV_BALLOON_GIVE, 4);
	for (uint64_t page = FIRST; page < FIRST + 4; page++)
		if (has(page))
			fail_msg("page %lu is still in the EPT", page);
	assert_true(vm.memory.ept->stale);
	assert_int_equal(pages_freed, 4);
	assert_int_equal(vm.memory.ballooned, 4 * 4096);
}

static void what_leaves_is_scrubbed(void **state)
{
	(void)state;
	write_secrets(FIRST, 1);
	expect(FIRST, 1, PV_BALLOON_GIVE, 1);
	assert_int_equal(pages_freed, 1);
	write_secrets(512, 1);                          /* one behind the large page */
	expect(512, 1, PV_BALLOON_GIVE, 1);
	assert_int_equal(pages_freed, 2);
}

static void neighbours_stay(void **state)
{
	char text[sizeof(secret)];

	(void)state;
	write_secrets(FIRST - 1, 3);
	expect(FIRST, 1, PV_BALLOON_GIVE, 1);
	for (uint64_t page = FIRST - 1; page <= FIRST + 1; page += 2) {
		assert_true(has(page));
		peek(page * 4096 + 512, text, sizeof(text));
		assert_string_equal(text, secret);
	}
}

static void pages_come_back_empty(void **state)
{
	static const uint8_t zeros[4096];

	(void)state;
	write_secrets(FIRST, 3);
	expect(FIRST, 3, PV_BALLOON_GIVE, 3);
	expect(FIRST, 3, PV_BALLOON_TAKE, 3);
	for (uint64_t page = FIRST; page < FIRST + 3; page++) {
		assert_true(has(page));
		assert_memory_equal(guest_page(&vm.memory, page * 4096), zeros, 4096);
	}
	assert_int_equal(vm.memory.ballooned, 0);
}

static void none_twice(void **state)
{
	(void)state;
	expect(FIRST, 2, PV_BALLOON_GIVE, 2);
	expect(FIRST, 2, PV_BALLOON_GIVE, -EINVAL);
	assert_int_equal(pages_freed, 2);
	assert_int_equal(vm.memory.ballooned, 2 * 4096);
	expect(FIRST + 2, 1, PV_BALLOON_TAKE, -EINVAL);
	assert_int_equal(vm.memory.ballooned, 2 * 4096);
}

static void as_far_as_it_goes(void **state)
{
	(void)state;
	expect(FIRST + 3, 1, PV_BALLOON_GIVE, 1);
	expect(FIRST, 8, PV_BALLOON_GIVE, 3);
	assert_true(has(FIRST + 4));
	assert_int_equal(vm.memory.ballooned, 4 * 4096);
	expect(FIRST, 8, PV_BALLOON_TAKE, 4);
}

static void only_its_own_memory(void **state)
{
	(void)state;
	expect(PAGES - 2, 2, PV_BALLOON_GIVE, 2);
	expect(PAGES - 1, 2, PV_BALLOON_GIVE, -EINVAL);
	expect(PAGES, 1, PV_BALLOON_GIVE, -EINVAL);
	expect(PAGES + 5, 1, PV_BALLOON_TAKE, -EINVAL);
	expect(FIRST, 1, 2, -EINVAL);
	assert_true(has(FIRST));
	assert_false(guest_page(&vm.memory, GUEST_BYTES));
}

static void no_sum_that_wraps_around(void **state)
{
	(void)state;
	expect(FIRST, 1, PV_BALLOON_GIVE, 1);
	expect(FIRST + 1, UINT64_MAX, PV_BALLOON_GIVE, -EINVAL);
	expect(FIRST + 1, UINT64_MAX - FIRST, PV_BALLOON_GIVE, -EINVAL);
	expect(1ull << 52, 1, PV_BALLOON_GIVE, -EINVAL);
	expect((1ull << 52) + FIRST, 1, PV_BALLOON_TAKE, -EINVAL);
	assert_int_equal(pages_freed, 1);
}

static void some_at_a_time(void **state)
{
	(void)state;
	vm.memory.size = 2000 * 4096;                   /* what it does not have yet is away */
	vm.memory.ballooned = (2000 - PAGES) * 4096;
	expect(PAGES, 2000 - PAGES, PV_BALLOON_TAKE, 1024);
	expect(100, 1200, PV_BALLOON_GIVE, 1024);
	assert_true(has(1124));
}

static void a_host_without_memory(void **state)
{
	(void)state;
	expect(FIRST, 4, PV_BALLOON_GIVE, 4);
	memory_is_full = true;
	expect(FIRST, 4, PV_BALLOON_TAKE, -ENOMEM);
	assert_false(has(FIRST));
	assert_int_equal(vm.memory.ballooned, 4 * 4096);
	memory_is_full = false;
	expect(FIRST, 4, PV_BALLOON_TAKE, 4);
}

static void the_cpu_forgets_at_once(void **state)
{
	(void)state;
	run_until = 1000;
	expect(FIRST, 1, PV_BALLOON_GIVE, 1);
	if (run_until)
		fail_msg("a page is away; run_until is %lu, and the guest goes on with what the CPU has cached", run_until);
}

static const struct CMUnitTest tests[] = {
	lab_test(pages_leave_the_guest),
	lab_test(what_leaves_is_scrubbed),
	lab_test(neighbours_stay),
	lab_test(pages_come_back_empty),
	lab_test(none_twice),
	lab_test(as_far_as_it_goes),
	lab_test(only_its_own_memory),
	lab_test(no_sum_that_wraps_around),
	lab_test(some_at_a_time),
	lab_test(a_host_without_memory),
	lab_test(the_cpu_forgets_at_once),
};

LAB_MAIN(tests)

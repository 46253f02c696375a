/* 1D: the real exit/hide_time.c. */
#include "vmcs_test.h"
#include "exit/exit.h"
#include "trace/trace.h"

static uint64_t now;
static struct exit_record record;

const struct exit_record *trace_last(const struct vm *vm, unsigned n)
{
	assert_int_equal(n, 0);
	return &record;
}

#define rdtsc() now
#include "exit/hide_time.c"

#define OFFSET 0xffffff0000000000ull
#define UNSEEN_MOST 1000

/* By how much the guest's counter is turned back at an exit that takes this long. */
static int64_t turned_back(uint64_t offset, uint64_t taken)
{
	static struct vm vm;

	vmcs_clear();
	vm = (struct vm){ .name = "test", .hides_time = true };
	record = (struct exit_record){ .tsc = 123456789000 };
	now = record.tsc + taken;
	vmcs_set(TSC_OFFSET, offset);
	hide_time(&vm);
	no_fault();
	return offset - vmcs_get(TSC_OFFSET);
}

static void leaves_the_exit_out(void **state)
{
	int64_t least = turned_back(0, 0);

	if (least < 0 || least > UNSEEN_MOST)
		fail_msg("at an exit that takes no time the counter is turned back by %ld", least);
	if (turned_back(0, 500) - least != 500)
		fail_msg("at an exit that takes 500 ticks more it is turned back by %ld more", turned_back(0, 500) - least);
	if (turned_back(0, 70000) - least != 70000)
		fail_msg("at an exit that takes 70000 ticks more it is turned back by %ld more", turned_back(0, 70000) - least);
}

static void keeps_what_was_turned_back_before(void **state)
{
	int64_t least = turned_back(0, 100);

	if (turned_back(OFFSET, 100) != least || turned_back(5, 100) != least)
		fail_msg("with an offset of 0x%llx the counter is turned back by %ld, with none by %ld", OFFSET, turned_back(OFFSET, 100), least);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(leaves_the_exit_out),
	cmocka_unit_test(keeps_what_was_turned_back_before),
};

LAB_MAIN(tests)

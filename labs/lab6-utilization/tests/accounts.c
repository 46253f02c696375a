/* 6D: every nanosecond of a VM's life on one account, and on one only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "host_main.h"
#include "vm/accounts.h"
#include "vm/vms.h"

#define COUNT 4
#define START 1000000ull

struct vm *vms[VM_MAX];
unsigned vm_count;

static struct vm machines[COUNT];

/* Only starter text has anything to say. */
void vm_log(struct vm *vm, const char *format, ...)
{
	(void)vm;
	(void)format;
	print_error("stopped: lab 6D is still blank: hypervisor/vm/accounts.c\n");
	fail();
}

void vm_fault(struct vm *vm, const char *format, ...)
{
	(void)vm;
	fail_msg("it stopped the VM: %s", format);
}

static int set_up(void **state)
{
	(void)state;
	memset(machines, 0, sizeof(machines));
	vm_count = COUNT;
	for (unsigned i = 0; i < COUNT; i++) {
		vms[i] = &machines[i];
		machines[i].state = VM_RUNNABLE;
		machines[i].state_since_ns = START;
	}
	return 0;
}

static void expect(unsigned i, uint64_t run, uint64_t wait, uint64_t sleep)
{
	const struct vm *vm = &machines[i];

	if (vm->run_ns != run || vm->wait_ns != wait || vm->sleep_ns != sleep)
		fail_msg("VM %u has run %lu, waited %lu, slept %lu ns, not %lu, %lu, %lu", i, vm->run_ns, vm->wait_ns, vm->sleep_ns,
			run, wait, sleep);
}

static void one_runs_the_others_wait(void **state)
{
	(void)state;
	accounts_write(&machines[1], START + 700);
	expect(0, 0, 700, 0);
	expect(1, 700, 0, 0);
	expect(3, 0, 700, 0);
}

static void who_is_blocked_sleeps(void **state)
{
	(void)state;
	machines[2].state = VM_BLOCKED;
	accounts_write(&machines[1], START + 700);
	expect(1, 700, 0, 0);
	expect(2, 0, 0, 700);
	accounts_write(NULL, START + 1000);             /* the whole machine slept */
	expect(2, 0, 0, 1000);
}

/* It ran until it went to sleep, or ended. */
static void a_turn_counts_to_its_end(void **state)
{
	(void)state;
	machines[0].state = VM_BLOCKED;
	accounts_write(&machines[0], START + 300);
	expect(0, 300, 0, 0);
	machines[1].state = VM_OFF;
	accounts_write(&machines[1], START + 500);
	expect(0, 300, 0, 200);
	expect(1, 200, 300, 0);
	machines[2].state = VM_FAULTED;
	accounts_write(&machines[2], START + 600);
	expect(2, 100, 500, 0);
}

static void the_end_is_the_end(void **state)
{
	(void)state;
	machines[0].state = VM_OFF;
	machines[2].state = VM_FAULTED;
	accounts_write(&machines[1], START + 700);
	accounts_write(&machines[3], START + 900);
	expect(0, 0, 0, 0);
	expect(2, 0, 0, 0);
	expect(1, 700, 200, 0);
}

static void no_time_is_booked_twice(void **state)
{
	(void)state;
	accounts_write(&machines[0], START + 100);
	accounts_write(&machines[1], START + 100);
	accounts_write(&machines[1], START + 250);
	expect(0, 100, 150, 0);
	expect(1, 150, 100, 0);
}

/* A random life: the three accounts sum up to the wall clock, and each ran when it had the CPU. */
static void the_sums_are_the_wall_clocks(void **state)
{
	uint64_t now = START, ran[COUNT] = { 0 };

	(void)state;
	srand(6);
	for (unsigned round = 0; round < 2000; round++) {
		unsigned turn = rand() % (COUNT + 1);
		const struct vm *on_cpu = turn < COUNT ? &machines[turn] : NULL;
		uint64_t step = rand() % 5000;

		now += step;
		if (on_cpu) {
			machines[turn].state = rand() % 2 ? VM_BLOCKED : VM_RUNNABLE;
			ran[turn] += step;
		}
		accounts_write(on_cpu, now);
		for (unsigned i = 0; i < COUNT; i++)
			machines[i].state = rand() % 3 ? machines[i].state : VM_RUNNABLE;
	}
	for (unsigned i = 0; i < COUNT; i++) {
		if (machines[i].run_ns + machines[i].wait_ns + machines[i].sleep_ns != now - START)
			fail_msg("VM %u: the accounts sum up to %lu ns, the wall clock to %lu", i,
				machines[i].run_ns + machines[i].wait_ns + machines[i].sleep_ns, now - START);
		if (machines[i].run_ns != ran[i])
			fail_msg("VM %u: run_ns is %lu, and it was on the CPU for %lu ns", i, machines[i].run_ns, ran[i]);
	}
}

#define test(function) cmocka_unit_test_setup(function, set_up)

static const struct CMUnitTest tests[] = {
	test(one_runs_the_others_wait),
	test(who_is_blocked_sleeps),
	test(a_turn_counts_to_its_end),
	test(the_end_is_the_end),
	test(no_time_is_booked_twice),
	test(the_sums_are_the_wall_clocks),
};

LAB_MAIN(tests)

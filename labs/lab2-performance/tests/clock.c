/*
 * 2E: the page that tells the time. The guest may read it between any two instructions of the hypervisor. So this test executes the
 * publication step by step (RFLAGS.TF) and looks at the page after each instruction, as a guest would.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <string.h>
#include "host_test.h"

#define PAGE 0x5000ull

static volatile struct pvclock_time_info *seen;         /* where the page lies in this process */
static struct pvclock_time_info before;                 /* what the guest could read last */
static volatile unsigned steps, odd_steps, torn;

static bool same_time(const volatile struct pvclock_time_info *a, const struct pvclock_time_info *b)
{
	return a->tsc_timestamp == b->tsc_timestamp && a->system_time == b->system_time && a->tsc_to_system_mul == b->tsc_to_system_mul
		&& a->tsc_shift == b->tsc_shift && a->flags == b->flags;
}

/* An even version says "whole": then the time is the one of this version. */
static void after_each_instruction(int signal)
{
	(void)signal;
	steps++;
	if (seen->version & 1) {
		odd_steps++;
	} else if (seen->version == before.version) {
		torn += !same_time(seen, &before);
	} else {
		struct pvclock_time_info now = { .tsc_timestamp = tsc_at_boot(), .tsc_to_system_mul = scale.mul, .tsc_shift = scale.shift,
			.flags = PVCLOCK_TSC_STABLE_BIT };
		torn += !same_time(seen, &now);
	}
}

static bool publish_step_by_step(void)
{
	struct sigaction action = { .sa_handler = after_each_instruction };

	steps = odd_steps = torn = 0;
	peek(PAGE, &before, sizeof(before));
	sigaction(SIGTRAP, &action, NULL);
	asm volatile("pushfq; orl $0x100, (%%rsp); popfq" : : : "memory", "cc");
	bool accepted = paravirt_write_msr(&vm, MSR_KVM_SYSTEM_TIME_NEW, PAGE | 1);
	asm volatile("pushfq; andl $~0x100, (%%rsp); popfq" : : : "memory", "cc");
	return accepted;
}

static void publish(struct pvclock_time_info *info)
{
	memset(info, 0xff, sizeof(*info));
	info->version = 0;
	poke(PAGE, info, sizeof(*info));
	assert_true(paravirt_write_msr(&vm, MSR_KVM_SYSTEM_TIME_NEW, PAGE | 1));
	peek(PAGE, info, sizeof(*info));
	if (fault[0])
		fail_msg("it stopped the VM");
}

/* As Linux computes it (pvclock_scale_delta). */
static uint64_t time_at(const struct pvclock_time_info *info, uint64_t tsc)
{
	uint64_t ticks = tsc - info->tsc_timestamp;

	ticks = info->tsc_shift >= 0 ? ticks << info->tsc_shift : ticks >> -info->tsc_shift;
	return info->system_time + (uint64_t)((unsigned __int128)ticks * info->tsc_to_system_mul >> 32);
}

static void tells_the_time(void **state)
{
	struct pvclock_time_info info;
	uint64_t later = tsc_at_boot() + 3000000000;

	(void)state;
	publish(&info);
	assert_int_equal(time_at(&info, tsc_at_boot()), 0);
	assert_int_equal(time_at(&info, later), (unsigned __int128)1500000000 * scale.mul >> 32);
}

static void leaves_no_field(void **state)
{
	struct pvclock_time_info info;

	(void)state;
	publish(&info);
	assert_int_equal(info.flags, PVCLOCK_TSC_STABLE_BIT);
	assert_int_equal(info.pad0, 0);
	assert_int_equal(info.pad[0] | info.pad[1], 0);
}

static void versions_are_even_and_grow(void **state)
{
	struct pvclock_time_info info;

	(void)state;
	publish(&info);
	assert_int_equal(info.version, 2);
	assert_true(paravirt_write_msr(&vm, MSR_KVM_SYSTEM_TIME_NEW, PAGE | 1));
	peek(PAGE, &info, sizeof(info));
	assert_int_equal(info.version, 4);
}

static void is_never_half_written_under_an_even_version(void **state)
{
	(void)state;
	seen = guest_page(&vm.memory, PAGE);
	assert_true(paravirt_write_msr(&vm, MSR_KVM_SYSTEM_TIME_NEW, PAGE | 1));
	scale.mul = 0x80000001;
	assert_true(publish_step_by_step());
	scale.mul = 0x9abcdef1;
	if (fault[0])
		fail_msg("it stopped the VM");
	if (!steps || !odd_steps)
		fail_msg("the version was never odd");
	if (torn)
		fail_msg("after %u of %u instructions the page was half written, and its version even", torn, steps);
}

static const struct CMUnitTest tests[] = {
	lab_test(tells_the_time),
	lab_test(leaves_no_field),
	lab_test(versions_are_even_and_grow),
	lab_test(is_never_half_written_under_an_even_version),
};

LAB_MAIN(tests)

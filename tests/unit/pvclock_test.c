/* The KVM clock MSRs: what the guest reads out of its pages, and the pages that are refused. */
#include "paravirt_fakes.h"

#define PAGE 0x5000ull

static void addresses_are_checked(void **state)
{
	static const struct {
		uint32_t msr;
		uint64_t value;
		bool accepted;
	} writes[] = {
		{ MSR_KVM_SYSTEM_TIME_NEW, PAGE | 1, true },
		{ MSR_KVM_SYSTEM_TIME_NEW, (PAGE + 4096 - 32) | 1, true },
		{ MSR_KVM_SYSTEM_TIME_NEW, (PAGE + 4096 - 28) | 1, false },     /* crosses the page */
		{ MSR_KVM_SYSTEM_TIME_NEW, (PAGE + 4096 - 4) | 1, false },
		{ MSR_KVM_SYSTEM_TIME_NEW, (PAGE + 2) | 1, false },
		{ MSR_KVM_SYSTEM_TIME_NEW, (GUEST_BYTES - 32) | 1, true },
		{ MSR_KVM_SYSTEM_TIME_NEW, (GUEST_BYTES - 16) | 1, false },     /* crosses the guest's end */
		{ MSR_KVM_SYSTEM_TIME_NEW, GUEST_BYTES | 1, false },
		{ MSR_KVM_SYSTEM_TIME_NEW, UNMAPPED | 1, false },
		{ MSR_KVM_SYSTEM_TIME_NEW, 1ull << 48 | 1, false },
		{ MSR_KVM_SYSTEM_TIME_NEW, UINT64_MAX, false },
		{ MSR_KVM_SYSTEM_TIME_NEW, UINT64_MAX & ~31ull, true },     /* bit 0 clear: off, whatever the address */
		{ MSR_KVM_SYSTEM_TIME_NEW, 0, true },
		{ MSR_KVM_WALL_CLOCK_NEW, PAGE, true },
		{ MSR_KVM_WALL_CLOCK_NEW, PAGE + 4096 - 12, true },
		{ MSR_KVM_WALL_CLOCK_NEW, PAGE + 4096 - 8, false },
		{ MSR_KVM_WALL_CLOCK_NEW, PAGE + 1, false },
		{ MSR_KVM_WALL_CLOCK_NEW, GUEST_BYTES, false },
		{ MSR_KVM_WALL_CLOCK_NEW, UINT64_MAX - 3, false },
		{ MSR_KVM_STEAL_TIME, PAGE | 1, true },
		{ MSR_KVM_STEAL_TIME, (PAGE + 4096 - 64) | 1, true },
		{ MSR_KVM_STEAL_TIME, (PAGE + 32) | 1, false },     /* bits 1 to 5 are reserved */
		{ MSR_KVM_STEAL_TIME, PAGE | 3, false },
		{ MSR_KVM_STEAL_TIME, GUEST_BYTES | 1, false },
		{ MSR_KVM_STEAL_TIME, 1ull << 63 | 1, false },
		{ MSR_KVM_STEAL_TIME, 0, true },
		{ 0x4b564d02, PAGE | 1, false },
		{ 0x4b564d04, PAGE | 1, false },
		{ 0x12, PAGE | 1, false },
		{ 0xc0000080, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(writes); i++) {
		if (paravirt_write_msr(&vm, writes[i].msr, writes[i].value) != writes[i].accepted)
			fail_msg("MSR 0x%x, value 0x%lx", writes[i].msr, writes[i].value);
		assert_string_equal(fault, "");
	}
}

static void msrs_read_as_written(void **state)
{
	uint64_t value = 1;

	(void)state;
	assert_true(paravirt_read_msr(&vm, MSR_KVM_SYSTEM_TIME_NEW, &value));
	assert_int_equal(value, 0);
	paravirt_write_msr(&vm, MSR_KVM_SYSTEM_TIME_NEW, PAGE | 1);
	paravirt_write_msr(&vm, MSR_KVM_SYSTEM_TIME_NEW, UNMAPPED | 1);                 /* refused: changes nothing */
	paravirt_write_msr(&vm, MSR_KVM_WALL_CLOCK_NEW, PAGE + 64);
	paravirt_write_msr(&vm, MSR_KVM_STEAL_TIME, (PAGE + 128) | 1);
	paravirt_read_msr(&vm, MSR_KVM_SYSTEM_TIME_NEW, &value);
	assert_int_equal(value, PAGE | 1);
	paravirt_read_msr(&vm, MSR_KVM_WALL_CLOCK_NEW, &value);
	assert_int_equal(value, PAGE + 64);
	paravirt_read_msr(&vm, MSR_KVM_STEAL_TIME, &value);
	assert_int_equal(value, (PAGE + 128) | 1);
	assert_false(paravirt_read_msr(&vm, 0x4b564d02, &value));
	assert_false(paravirt_read_msr(&vm, 0x10, &value));
}

static void layouts_are_kvms(void **state)
{
	(void)state;
	assert_int_equal(sizeof(struct pvclock_time_info), 32);
	assert_int_equal(offsetof(struct pvclock_time_info, tsc_timestamp), 8);
	assert_int_equal(offsetof(struct pvclock_time_info, system_time), 16);
	assert_int_equal(offsetof(struct pvclock_time_info, tsc_to_system_mul), 24);
	assert_int_equal(offsetof(struct pvclock_time_info, tsc_shift), 28);
	assert_int_equal(offsetof(struct pvclock_time_info, flags), 29);
	assert_int_equal(sizeof(struct pvclock_wall_clock), 12);
	assert_int_equal(sizeof(struct pv_steal_time), 64);
	assert_int_equal(offsetof(struct pv_steal_time, version), 8);
	assert_int_equal(offsetof(struct pv_steal_time, preempted), 16);
}

static void the_page_tells_the_hypervisors_time(void **state)
{
	struct pvclock_time_info info;

	(void)state;
	memset(&info, 0xff, sizeof(info));
	poke(PAGE, &info, sizeof(info));
	assert_true(paravirt_write_msr(&vm, MSR_KVM_SYSTEM_TIME_NEW, PAGE | 1));
	peek(PAGE, &info, sizeof(info));
	assert_int_equal(info.version, 2);
	assert_int_equal(info.pad0, 0);
	assert_int_equal(info.tsc_timestamp, tsc_at_boot());
	assert_int_equal(info.system_time, 0);
	assert_int_equal(info.tsc_to_system_mul, 0x9abcdef1);
	assert_int_equal(info.tsc_shift, -1);
	assert_int_equal(info.flags, PVCLOCK_TSC_STABLE_BIT);
	assert_int_equal(info.pad[0] | info.pad[1], 0);
}

static void versions_grow_and_stay_even(void **state)
{
	struct pvclock_time_info info;

	(void)state;
	for (uint32_t i = 1; i <= 3; i++) {
		paravirt_write_msr(&vm, MSR_KVM_SYSTEM_TIME_NEW, PAGE | 1);
		peek(PAGE, &info, sizeof(info));
		assert_int_equal(info.version, 2 * i);
	}
}

static void the_last_bytes_of_a_page_are_enough(void **state)
{
	uint64_t next = 0x5555555555555555;

	(void)state;
	poke(PAGE + 4096, &next, 8);
	assert_true(paravirt_write_msr(&vm, MSR_KVM_SYSTEM_TIME_NEW, (PAGE + 4096 - 32) | 1));
	assert_int_equal(peek64(PAGE + 4096 - 24), tsc_at_boot());
	assert_int_equal(peek64(PAGE + 4096), next);
}

static void off_writes_nothing(void **state)
{
	(void)state;
	assert_true(paravirt_write_msr(&vm, MSR_KVM_SYSTEM_TIME_NEW, PAGE));
	assert_int_equal(peek64(PAGE + 8), 0);
	assert_true(paravirt_write_msr(&vm, MSR_KVM_STEAL_TIME, PAGE));
	vm.wait_ns = 1;
	paravirt_scheduled(&vm);
	assert_int_equal(peek64(PAGE), 0);
}

/* Now is 1700000005, five seconds after the page's time 0. */
static void wall_clock_of_time_zero(void **state)
{
	struct pvclock_wall_clock wall;

	(void)state;
	assert_true(paravirt_write_msr(&vm, MSR_KVM_WALL_CLOCK_NEW, PAGE));
	peek(PAGE, &wall, sizeof(wall));
	assert_int_equal(wall.sec, 1700000000);
	assert_int_equal(wall.nsec, 0);
	assert_int_equal(wall.version, 2);
}

static void steal_time_is_published_when_scheduled(void **state)
{
	struct pv_steal_time steal;

	(void)state;
	vm.wait_ns = 111;
	assert_true(paravirt_write_msr(&vm, MSR_KVM_STEAL_TIME, PAGE | 1));
	peek(PAGE, &steal, sizeof(steal));
	assert_int_equal(steal.steal, 111);
	assert_int_equal(steal.version, 2);
	vm.wait_ns = 222;
	paravirt_scheduled(&vm);
	peek(PAGE, &steal, sizeof(steal));
	assert_int_equal(steal.steal, 222);
	assert_int_equal(steal.version, 4);
	assert_int_equal(steal.flags | steal.preempted, 0);
}

static void a_page_given_back_is_left_alone(void **state)
{
	(void)state;
	paravirt_write_msr(&vm, MSR_KVM_STEAL_TIME, PAGE | 1);
	uint8_t *host = guest_page(&vm.memory, PAGE);
	give_page(PAGE);
	vm.wait_ns = 333;
	paravirt_scheduled(&vm);
	for (size_t i = 0; i < 4096; i++)
		assert_int_equal(host[i], 0xdd);
	assert_string_equal(fault, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		guest_test(addresses_are_checked),
		guest_test(msrs_read_as_written),
		guest_test(layouts_are_kvms),
		guest_test(the_page_tells_the_hypervisors_time),
		guest_test(versions_grow_and_stay_even),
		guest_test(the_last_bytes_of_a_page_are_enough),
		guest_test(off_writes_nothing),
		guest_test(wall_clock_of_time_zero),
		guest_test(steal_time_is_published_when_scheduled),
		guest_test(a_page_given_back_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The table of hypercalls, discovery, and the calls that need no service of their own. */
#include "paravirt_fakes.h"

static void every_number_has_its_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < PV_HC_END - PV_HC_FIRST; i++)
		assert_non_null(hypercalls[i]);
	assert_int_equal(PV_HC_FIRST, 0x100);
}

static const uint64_t unknown[] = { 0, 5, 0xff, PV_HC_END, PV_HC_END + 1, 0x100000100, 0x8000000000000100, UINT64_MAX };

static void unknown_numbers_are_refused_and_logged(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(unknown); i++) {
		log_text[0] = '\0';
		vm.vcpu.regs = (struct vcpu_regs){ .rax = unknown[i] };
		assert_int_equal(hypercall(&vm), -1000);
		assert_non_null(strstr(log_text, "unknown hypercall"));
		assert_int_equal(vm.state, VM_RUNNABLE);
	}
}

static void null_does_nothing(void **state)
{
	(void)state;
	assert_int_equal(call(PV_HC_NULL, UINT64_MAX, UINT64_MAX, UINT64_MAX), 0);
	assert_int_equal(vm.state, VM_RUNNABLE);
	assert_string_equal(fault, "");
}

static void phase_takes_a_post_code(void **state)
{
	(void)state;
	assert_int_equal(call(PV_HC_PHASE, 0x12, 0, 0), 0);
	assert_int_equal(phase, 0x12);
	assert_int_equal(call(PV_HC_PHASE, 0xff, 0, 0), 0);
	assert_int_equal(call(PV_HC_PHASE, 0x100, 0, 0), -EINVAL);
	assert_int_equal(call(PV_HC_PHASE, 0x10000000012, 0, 0), -EINVAL);
	assert_int_equal(phase, 0xff);
}

static void shutdown_powers_off(void **state)
{
	(void)state;
	call(PV_HC_SHUTDOWN, PV_SHUTDOWN_POWER_OFF, 0, 0);
	assert_int_equal(vm.state, VM_OFF);
	assert_string_equal(power_off, "hypercall shutdown");
}

static void shutdown_for_a_reset_powers_off_too(void **state)
{
	(void)state;
	call(PV_HC_SHUTDOWN, PV_SHUTDOWN_RESET, 0, 0);
	assert_int_equal(vm.state, VM_OFF);
	assert_string_equal(power_off, "hypercall shutdown, for a reset");
}

static void shutdown_after_a_crash_is_a_fault(void **state)
{
	(void)state;
	call(PV_HC_SHUTDOWN, PV_SHUTDOWN_CRASH, 0, 0);
	assert_int_equal(vm.state, VM_FAULTED);
	assert_non_null(strstr(fault, "crashed"));
}

static void shutdown_for_no_known_reason_is_refused(void **state)
{
	(void)state;
	assert_int_equal(call(PV_HC_SHUTDOWN, 3, 0, 0), -EINVAL);
	assert_int_equal(call(PV_HC_SHUTDOWN, UINT64_MAX, 0, 0), -EINVAL);
	assert_int_equal(call(PV_HC_SHUTDOWN, 1ull << 32, 0, 0), -EINVAL);
	assert_int_equal(vm.state, VM_RUNNABLE);
}

/* Wild arguments to every call that cannot end the VM: it answers, and nothing of the hypervisor breaks. */
static void no_argument_breaks_a_call(void **state)
{
	static const uint64_t wild[] = {
		0, 1, 7, 0xfff, 0x1000, GUEST_BYTES - 1, GUEST_BYTES, UNMAPPED, 1ull << 32, 1ull << 47, 1ull << 48, 1ull << 52,
		1ull << 63, UINT64_MAX - 0xfff, UINT64_MAX - 1, UINT64_MAX,
	};

	(void)state;
	for (unsigned number = PV_HC_NULL; number < PV_HC_END; number++)
		for (size_t i = 0; number != PV_HC_SHUTDOWN && i < LENGTH(wild); i++)
			for (size_t j = 0; j < LENGTH(wild); j++)
				for (size_t k = 0; k < LENGTH(wild); k++) {
					terminal.written = 0;
					terminal.room = sizeof(terminal.output);
					call(number, wild[i], wild[j], wild[k]);
					assert_string_equal(fault, "");
					vm.state = VM_RUNNABLE;
				}
}

/* ---- Discovery ---- */

static const struct {
	uint32_t leaf, eax, ebx, ecx, edx;
} leaves[] = {
	{ 0x40000000, 0x40000001, 0x6e697754, 0x6e697754, 0x6e697754 },         /* "Twin" three times */
	{ 0x40000001, 1, 0x1ff, 0, 0 },
	{ 0x40000002, 0, 0, 0, 0 },
	{ 0x400000ff, 0, 0, 0, 0 },
	{ 0x40000100, 0x40000101, 0x4b4d564b, 0x564b4d56, 0x0000004d },         /* "KVMKVMKVM" and three zeros */
	{ 0x40000101, 1u << 3 | 1u << 5 | 1u << 24, 0, 0, 0 },
	{ 0x40000102, 0, 0, 0, 0 },
	{ 0x40000200, 0, 0, 0, 0 },
	{ 0x4fffffff, 0, 0, 0, 0 },
};

static void leaves_tell_who_is_here(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(leaves); i++) {
		uint32_t r[4] = { ~0u, ~0u, ~0u, ~0u };

		paravirt_cpuid(leaves[i].leaf, r);
		assert_int_equal(r[0], leaves[i].eax);
		assert_int_equal(r[1], leaves[i].ebx);
		assert_int_equal(r[2], leaves[i].ecx);
		assert_int_equal(r[3], leaves[i].edx);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		guest_test(every_number_has_its_row),
		guest_test(unknown_numbers_are_refused_and_logged),
		guest_test(null_does_nothing),
		guest_test(phase_takes_a_post_code),
		guest_test(shutdown_powers_off),
		guest_test(shutdown_for_a_reset_powers_off_too),
		guest_test(shutdown_after_a_crash_is_a_fault),
		guest_test(shutdown_for_no_known_reason_is_refused),
		guest_test(no_argument_breaks_a_call),
		guest_test(leaves_tell_who_is_here),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

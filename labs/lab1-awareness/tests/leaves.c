/* 1B: the real paravirt/discovery.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "host_main.h"
#include "paravirt/paravirt.h"

static void expect(const char *what, uint32_t leaf, uint32_t eax, uint32_t ebx, uint32_t ecx, uint32_t edx)
{
	uint32_t r[4] = { 0xaaaaaaaa, 0xaaaaaaaa, 0xaaaaaaaa, 0xaaaaaaaa };

	paravirt_cpuid(leaf, r);
	if (!memcmp(&r[1], "lab 1B blank", 12))
		fail_msg("lab 1B is still blank: hypervisor/paravirt/discovery.c; read labs/lab1-awareness/README.md");
	if (r[0] != eax || r[1] != ebx || r[2] != ecx || r[3] != edx)
		fail_msg("leaf 0x%x (%s): it answers 0x%x 0x%x 0x%x 0x%x, expected 0x%x 0x%x 0x%x 0x%x", leaf, what, r[0], r[1], r[2], r[3],
			eax, ebx, ecx, edx);
}

/* "Twin" */
#define TWIN 0x6e697754

static void signs_as_twinlab(void **state)
{
	expect("base: the highest leaf, TwinTwinTwin", 0x40000000, 0x40000001, TWIN, TWIN, TWIN);
}

static void tells_version_and_services(void **state)
{
	expect("version 1, all nine services", 0x40000001, 1, 0x1ff, 0, 0);
}

static void signs_as_kvm_too(void **state)
{
	expect("base: the highest leaf, KVMKVMKVM and zeros", 0x40000100, 0x40000101, 0x4b4d564b, 0x564b4d56, 0x4d);
}

static void promises_no_more_of_kvm(void **state)
{
	expect("clock, steal time, stable clock", 0x40000101, 1 << 3 | 1 << 5 | 1 << 24, 0, 0, 0);
}

static void answers_zeros_elsewhere(void **state)
{
	static const uint32_t leaves[] = { 0x40000002, 0x400000ff, 0x40000102, 0x40000200, 0x4fffffff };

	for (unsigned i = 0; i < sizeof(leaves) / sizeof(leaves[0]); i++)
		expect("not there", leaves[i], 0, 0, 0, 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(signs_as_twinlab),
	cmocka_unit_test(tells_version_and_services),
	cmocka_unit_test(signs_as_kvm_too),
	cmocka_unit_test(promises_no_more_of_kvm),
	cmocka_unit_test(answers_zeros_elsewhere),
};

LAB_MAIN(tests)

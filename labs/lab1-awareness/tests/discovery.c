/* 1C: the real guest-paravirt/machine/discovery.c, on machines of the test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "host_main.h"
#include "lib.h"
#include "guest-paravirt/machine/pv.h"

static void ask(uint32_t leaf, uint32_t r[4]) __attribute__((unused));
#define cpuid(leaf, r) ask(leaf, r)
#include "guest-paravirt/machine/discovery.c"
#undef cpuid

#define ALL (PV_FEATURE_CLOCK | PV_FEATURE_STEAL_TIME | PV_FEATURE_EVENTS | PV_FEATURE_CONSOLE | PV_FEATURE_BLOCK | PV_FEATURE_TIMER | \
	PV_FEATURE_IDLE | PV_FEATURE_BALLOON | PV_FEATURE_SHUTDOWN)

struct range {
	uint32_t base;                  /* 0: no more */
	const char *signature;
	uint32_t version, features;
};

static struct {
	bool hypervisor;
	struct range ranges[3];
} machine;

static jmp_buf refused;
static char reason[200];

_Noreturn void refuse_machine(const char *why, const char *detail)
{
	snprintf(reason, sizeof(reason), "%s%s", why, detail);
	longjmp(refused, 1);
}

_Noreturn void kernel_panic(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	longjmp(refused, 1);
}

/* Bare metal answers a leaf that it does not have like its highest basic leaf. */
static void ask(uint32_t leaf, uint32_t r[4])
{
	r[0] = 3400, r[1] = 3800, r[2] = 100, r[3] = 0;
	if (leaf == 1)
		r[2] = machine.hypervisor ? 0xf6fa3203 : 0x76fa3203;
	if (leaf < PV_CPUID_BASE || !machine.hypervisor)
		return;
	memset(r, 0, 16);
	for (const struct range *range = machine.ranges; range->base; range++) {
		if (leaf == range->base) {
			r[0] = range->base + 1;
			memcpy(&r[1], range->signature, 12);
		} else if (leaf == range->base + 1) {
			r[0] = range->version;
			r[1] = range->features;
		}
	}
}

/* NULL: it goes on. */
static void expect(const char *what, const char *why)
{
	reason[0] = '\0';
	if (setjmp(refused) == 0)
		discover_hypervisor();
	if (!strncmp(reason, "lab 1C", 6))
		fail_msg("%s", reason);
	if (why && !reason[0])
		fail_msg("%s: it goes on", what);
	if (!why && reason[0])
		fail_msg("%s: it stops: \"%s\"", what, reason);
	if (why && strcmp(why, reason))
		fail_msg("%s: it stops with \"%s\", not \"%s\"", what, reason, why);
}

static void set_machine(bool hypervisor, struct range first, struct range second)
{
	machine.hypervisor = hypervisor;
	machine.ranges[0] = first;
	machine.ranges[1] = second;
	machine.ranges[2] = (struct range){ 0 };
}

static const struct range none = { 0 }, twinlab = { 0x40000000, "TwinTwinTwin", 1, ALL };

static void stops_on_bare_metal(void **state)
{
	set_machine(false, none, none);
	expect("a bare machine", "this is a bare machine");
	set_machine(false, twinlab, none);
	expect("a machine without the hypervisor bit", "this is a bare machine");
}

static void names_a_stranger(void **state)
{
	set_machine(true, (struct range){ 0x40000000, "TCGTCGTCGTCG", 0, 0 }, none);
	expect("QEMU", "this machine's hypervisor signs as TCGTCGTCGTCG");
	set_machine(true, (struct range){ 0x40000000, "KVMKVMKVM\0\0", 0, 0 }, none);
	expect("KVM", "this machine's hypervisor signs as KVMKVMKVM");
	set_machine(true, (struct range){ 0x40000000, "TwinTwinTwix", 0, 0 }, none);
	expect("nearly Twinlab", "this machine's hypervisor signs as TwinTwinTwix");
}

static void goes_on_in_twinlab(void **state)
{
	set_machine(true, twinlab, (struct range){ 0x40000100, "KVMKVMKVM\0\0", 0x01000028, 0 });
	expect("Twinlab", NULL);
	set_machine(true, (struct range){ 0x40000000, "TwinTwinTwin", 1, FEATURES_NEEDED }, none);
	expect("Twinlab with just what is needed", NULL);
}

static void finds_leaves_further_on(void **state)
{
	set_machine(true, (struct range){ 0x40000000, "Microsoft Hv", 0, 0 }, (struct range){ 0x40000100, "TwinTwinTwin", 1, ALL });
	expect("Twinlab's leaves behind another's", NULL);
	set_machine(true, (struct range){ 0x40000000, "Microsoft Hv", 1, ALL }, (struct range){ 0x4000ff00, "TwinTwinTwin", 1, 0 });
	expect("Twinlab's leaves in the last place, without services", "this one lacks a service");
}

static void wants_its_version(void **state)
{
	set_machine(true, (struct range){ 0x40000000, "TwinTwinTwin", 2, ALL }, none);
	expect("version 2", "this one speaks another version of the interface");
	set_machine(true, (struct range){ 0x40000000, "TwinTwinTwin", 0, ALL }, none);
	expect("version 0", "this one speaks another version of the interface");
}

static void wants_every_service_it_needs(void **state)
{
	for (unsigned bit = 0; bit < 9; bit++) {
		set_machine(true, (struct range){ 0x40000000, "TwinTwinTwin", 1, ALL & ~(1u << bit) }, none);
		char what[40];
		snprintf(what, sizeof(what), "without the service of bit %u", bit);
		expect(what, FEATURES_NEEDED >> bit & 1 ? "this one lacks a service" : NULL);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(stops_on_bare_metal),
	cmocka_unit_test(names_a_stranger),
	cmocka_unit_test(goes_on_in_twinlab),
	cmocka_unit_test(finds_leaves_further_on),
	cmocka_unit_test(wants_its_version),
	cmocka_unit_test(wants_every_service_it_needs),
};

LAB_MAIN(tests)

/*
 * Is anybody there to call? On bare metal VMCALL is an invalid opcode, and another hypervisor means something else by it, so this
 * looks before the first call. Hypervisors share the CPUID leaves from 0x40000000 on, one range every 0x100.
 */
#include "lib.h"
#include "pv.h"

#define CPUID_LAST_BASE   0x40010000u
#define CPUID_BASE_STEP   0x100u
#define SIGNATURE_LENGTH  12
#define FEATURES_NEEDED   (PV_FEATURE_CLOCK | PV_FEATURE_EVENTS | PV_FEATURE_CONSOLE | PV_FEATURE_BLOCK | PV_FEATURE_TIMER \
	| PV_FEATURE_IDLE | PV_FEATURE_SHUTDOWN)

/* lab 1C: look before you call */
static bool hypervisor_present(void)
{
	uint32_t r[4];

	cpuid(1, r);
	return r[2] & PV_CPUID_HYPERVISOR_BIT;
}

/* The twelve letters in EBX, ECX, EDX. */
static void read_signature(uint32_t base, char signature[SIGNATURE_LENGTH + 1])
{
	uint32_t r[4];

	cpuid(base, r);
	memcpy(signature, &r[1], SIGNATURE_LENGTH);
	signature[SIGNATURE_LENGTH] = '\0';
}

/* The base of Twinlab's leaves, or 0. */
static uint32_t find_leaves(void)
{
	char signature[SIGNATURE_LENGTH + 1];

	for (uint32_t base = PV_CPUID_BASE; base < CPUID_LAST_BASE; base += CPUID_BASE_STEP) {
		read_signature(base, signature);
		if (memcmp(signature, PV_SIGNATURE, SIGNATURE_LENGTH) == 0)
			return base;
	}
	return 0;
}

void discover_hypervisor(void)
{
	char foreign[SIGNATURE_LENGTH + 1];
	uint32_t r[4];

	if (!hypervisor_present())
		refuse_machine("this is a bare machine", "");
	uint32_t base = find_leaves();
	if (!base) {
		read_signature(PV_CPUID_BASE, foreign);
		refuse_machine("this machine's hypervisor signs as ", foreign);
	}
	cpuid(base + (PV_CPUID_FEATURES - PV_CPUID_BASE), r);
	if (r[0] != PV_ABI_VERSION)
		refuse_machine("this one speaks another version of the interface", "");
	if ((r[1] & FEATURES_NEEDED) != FEATURES_NEEDED)
		refuse_machine("this one lacks a service", "");
}
/* end of 1C */

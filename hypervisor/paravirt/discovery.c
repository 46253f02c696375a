/* How a guest finds out: CPUID leaves. The paravirtual guest knows the first signature, stock Linux the second. */
#include "lib/string.h"
#include "paravirt/paravirt.h"

#define KVM_SIGNATURE "KVMKVMKVM\0\0"          /* and the terminating zero: twelve bytes */

/* lab 1B: the leaves */
#define PV_FEATURES (PV_FEATURE_CLOCK | PV_FEATURE_STEAL_TIME | PV_FEATURE_EVENTS | PV_FEATURE_CONSOLE | PV_FEATURE_BLOCK \
	| PV_FEATURE_TIMER | PV_FEATURE_IDLE | PV_FEATURE_BALLOON | PV_FEATURE_SHUTDOWN)
#define KVM_FEATURES (KVM_FEATURE_CLOCKSOURCE2 | KVM_FEATURE_STEAL_TIME | KVM_FEATURE_CLOCKSOURCE_STABLE_BIT)

static void set_leaf(uint32_t registers[4], uint32_t eax, uint32_t ebx, uint32_t ecx, uint32_t edx)
{
	registers[0] = eax;
	registers[1] = ebx;
	registers[2] = ecx;
	registers[3] = edx;
}

/* A base leaf: the highest leaf of its range, then twelve letters in EBX, ECX, EDX. */
static void set_signature(uint32_t registers[4], uint32_t highest, const char *signature)
{
	registers[0] = highest;
	memcpy(&registers[1], signature, 3 * sizeof(uint32_t));
}

void paravirt_cpuid(uint32_t leaf, uint32_t registers[4])
{
	switch (leaf) {
	case PV_CPUID_BASE:
		set_signature(registers, PV_CPUID_FEATURES, PV_SIGNATURE);
		break;
	case PV_CPUID_FEATURES:
		set_leaf(registers, PV_ABI_VERSION, PV_FEATURES, 0, 0);
		break;
	case KVM_CPUID_BASE:
		set_signature(registers, KVM_CPUID_FEATURES, KVM_SIGNATURE);
		break;
	case KVM_CPUID_FEATURES:
		set_leaf(registers, KVM_FEATURES, 0, 0, 0);
		break;
	default:
		set_leaf(registers, 0, 0, 0, 0);
	}
}
/* end of 1B */

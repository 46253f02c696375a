/* CPUID as the paravirtual guest sees it: hypervisor/paravirt/abi.h, "Discovery". */
#include "guest.h"

static bool spells(struct cpuid leaf, const char *signature)
{
	const uint32_t words[3] = { leaf.ebx, leaf.ecx, leaf.edx };

	for (unsigned i = 0; i < sizeof(words); i++)
		if (((const char *)words)[i] != signature[i])
			return false;
	return true;
}

void run(void)
{
	exits_begin("CPUID=4");
	struct cpuid base = cpuid(PV_CPUID_BASE, 0), features = cpuid(PV_CPUID_FEATURES, 0);
	struct cpuid kvm = cpuid(KVM_CPUID_BASE, 0), kvm_features = cpuid(KVM_CPUID_FEATURES, 0);
	exits_end();
	check("leaf 1 shows a hypervisor", cpuid(1, 0).ecx >> 31, 1);
	check("leaf 1 hides VMX", cpuid(1, 0).ecx >> 5 & 1, 0);
	check("0x40000000 names the highest leaf", base.eax, PV_CPUID_FEATURES);
	check("0x40000000 spells TwinTwinTwin", spells(base, PV_SIGNATURE), true);
	check("0x40000001: the ABI's version", features.eax, PV_ABI_VERSION);
	check("0x40000001: every feature of abi.h", features.ebx, 0x1ff);
	check("0x40000100 spells KVMKVMKVM", spells(kvm, "KVMKVMKVM\0\0"), true);
	check("0x40000101: clock, steal time, stable clock", kvm_features.eax,
		KVM_FEATURE_CLOCKSOURCE2 | KVM_FEATURE_STEAL_TIME | KVM_FEATURE_CLOCKSOURCE_STABLE_BIT);
	check("a leaf between them is empty", cpuid(0x40000002, 0).eax, 0);
}

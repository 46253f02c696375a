/*
 * basic[1] holds what settle_leaf1() has left. Two bits depend on the guest that asks: each but the unmodified one is told that there is a hypervisor
 * (PV_CPUID_HYPERVISOR_BIT of paravirt/abi.h), and OSXSAVE (ECX_OSXSAVE) says whether the guest itself has turned XSAVE on: CR4.OSXSAVE, which
 * is in the VMCS.
 */
static struct cpuid feature_leaf(const struct vm *vm)
{
	return basic[1];
}

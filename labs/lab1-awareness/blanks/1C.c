/*
 * Return only if it is safe to call: this is a machine of Twinlab's, it speaks this version of the interface (PV_ABI_VERSION), and it has all of
 * FEATURES_NEEDED. Otherwise refuse_machine() with the reason; it does not return. The reasons, word by word:
 *
 *   "this is a bare machine", ""                                     CPUID 1, ECX: no PV_CPUID_HYPERVISOR_BIT
 *   "this machine's hypervisor signs as ", (the letters at PV_CPUID_BASE)   a hypervisor, but not Twinlab
 *   "this one speaks another version of the interface", ""
 *   "this one lacks a service", ""
 *
 * Another hypervisor's leaves may come first (KVM with Hyper-V's at 0x40000000 does so): look for PV_SIGNATURE at every CPUID_BASE_STEP from
 * PV_CPUID_BASE up to CPUID_LAST_BASE. The features lie as far behind the base that you find as PV_CPUID_FEATURES behind PV_CPUID_BASE.
 * cpuid() of pv.h fills EAX, EBX, ECX, EDX.
 */
void discover_hypervisor(void)
{
	lab_blank("1C", "labs/lab1-awareness");
}

/*
 * Leaf 1 as the real CPU answers it becomes what a guest may see. ECX_HIDDEN and EDX_HIDDEN (above) are already off. What is left:
 *
 * - EBX: one logical CPU (bits 23:16) whose APIC ID (bits 31:24) is 0. The size of a cache line (bits 15:8) is true and stays.
 * - ECX: no VMX. And the hypervisor that we may run on ourselves is nobody's business.
 * - EDX: more than one logical CPU (HTT) is not what EBX says.
 *
 * SDM: "CPUID—CPU Identification", "Feature Information Returned in the ECX Register" and "… EDX Register".
 */
static void settle_leaf1(struct cpuid *leaf)
{
	leaf->ecx &= ~ECX_HIDDEN;
	leaf->edx &= ~EDX_HIDDEN;
}

/*
 * Which leaf is it? Up to highest_basic: basic_leaf(). From EXTENDED to highest_extended: extended[]. From HYPERVISOR (0x40000000) to
 * 0x4fffffff: hypervisor_leaf(), for every kind of guest but one (vm/vm.h has the kinds). All others, on a bare Intel CPU, answer like one
 * certain leaf: the SDM says which in "CPUID—CPU Identification": "If a value entered for CPUID.EAX is higher than …".
 */
static struct cpuid answer(struct vm *vm, uint32_t leaf, uint32_t subleaf)
{
	(void)hypervisor_leaf;
	(void)basic_leaf;
	lab_blank(vm, "1A", "labs/lab1-awareness");
	return (struct cpuid){ 0 };
}

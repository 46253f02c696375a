/*
 * Who is there, and what does it offer? The feature bits of hypervisor/paravirt/abi.h, "Discovery". 0 on a bare machine,
 * where another's hypervisor runs, and where another version of the interface is spoken. This runs on all of them: nothing
 * here may be a call.
 * Hint: cpuid(leaf, r) fills r with EAX, EBX, ECX, EDX. The hypervisor bit alone does not say whose it is, and on a bare
 * Intel CPU a leaf that is not there answers something all the same.
 */
static uint32_t offered_features(void)
{
	lab_blank("7E", "labs/lab7-the-choice");
}

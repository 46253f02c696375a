/* Which machine is this? Asked once, before anything else: before the first OUT, and before the first VMCALL. */
#include "ops.h"
#include "../../../hypervisor/paravirt/abi.h"

const struct machine_ops *machine = &native;

/* lab 3D: is Twinlab there to call? */
struct leaf {
	uint32_t eax;
	char signature[12];                     /* EBX, ECX, EDX */
} __attribute__((packed));

static struct leaf cpuid(uint32_t number)
{
	struct leaf leaf;
	uint32_t ebx, ecx, edx;

	asm volatile("cpuid" : "=a"(leaf.eax), "=b"(ebx), "=c"(ecx), "=d"(edx) : "a"(number), "c"(0));
	__builtin_memcpy(leaf.signature, &ebx, 4);
	__builtin_memcpy(leaf.signature + 4, &ecx, 4);
	__builtin_memcpy(leaf.signature + 8, &edx, 4);
	return leaf;
}

static bool hypervisor_bit(void)
{
	uint32_t eax = 1, ebx, ecx = 0, edx;

	asm volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
	return ecx & PV_CPUID_HYPERVISOR_BIT;
}

/* The bit alone does not say whose it is: another hypervisor sets it too, and would take a VMCALL for something else. */
static bool is_twinlab(void)
{
	static const char signature[] = PV_SIGNATURE;
	struct leaf leaf = cpuid(PV_CPUID_BASE);

	for (unsigned i = 0; i < sizeof(leaf.signature); i++)
		if (leaf.signature[i] != signature[i])
			return false;
	return true;
}

void choose_machine(void)
{
	if (hypervisor_bit() && is_twinlab())
		machine = &paravirt;
}
/* end of 3D */

/* 1A: all that CPUID says, a line for each leaf and subleaf, in a VM and on the bare machine. */
#include "polled.h"

static void show(uint32_t leaf, uint32_t subleaf)
{
	struct cpuid r = cpuid(leaf, subleaf);
	const uint32_t words[] = { leaf, subleaf, r.eax, r.ebx, r.ecx, r.edx };

	print("leaf");
	for (unsigned i = 0; i < 6; i++) {
		put_char(' ');
		print_number(words[i], 16);
	}
	print("\n");
}

void run(void)
{
	uint32_t basic = cpuid(0, 0).eax, extended = cpuid(0x80000000, 0).eax;

	for (uint32_t leaf = 0; leaf <= basic; leaf++)
		for (unsigned subleaf = 0; subleaf < (leaf == 4 ? 4 : leaf == 7 || leaf == 0xb ? 2 : 1); subleaf++)
			show(leaf, subleaf);
	for (uint32_t leaf = 0x80000000; leaf <= extended; leaf++)
		show(leaf, 0);
	show(0x40000000, 0);
	show(0x40000001, 0);
	show(0x40000100, 0);
	print("end\n");
	power_off();
}

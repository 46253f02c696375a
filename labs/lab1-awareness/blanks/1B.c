/*
 * A guest that may know asks the leaves from 0x40000000 on. registers[] is EAX, EBX, ECX, EDX. There are two ranges, each with a base leaf and
 * a leaf of features; paravirt/abi.h names them all:
 *
 * - Twinlab's own. Base: EAX the highest leaf of the range, then the twelve letters of PV_SIGNATURE in EBX, ECX, EDX. Features: EAX the
 *   version of the interface, EBX a bit for each service. This hypervisor has all nine.
 * - KVM's, 0x100 further, so that stock Linux finds what it knows. Its signature has nine letters; the rest is zero (KVM_SIGNATURE).
 *   Features: EAX, and only what abi.h lists of them. A guest will use what it is promised.
 *
 * A leaf that is not there answers zeros.
 * Hint: memcpy() of lib/string.h moves letters into registers as a little-endian CPU has them.
 */
#include "lib/printf.h"

void paravirt_cpuid(uint32_t leaf, uint32_t registers[4])
{
	if (leaf == PV_CPUID_BASE)
		printf("lab 1B is still blank: hypervisor/paravirt/discovery.c; read labs/lab1-awareness/README.md\n");
	registers[0] = 0;
	memcpy(&registers[1], "lab 1B blank", 3 * sizeof(uint32_t));
}

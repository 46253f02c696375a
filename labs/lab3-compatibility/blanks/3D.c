/*
 * Let `machine` point to `paravirt` if the Twinlab hypervisor is there to call, and leave it at `native` everywhere else. This runs
 * before anything else: there is no console yet, and no IDT: an exception would be the end.
 * hypervisor/paravirt/abi.h, "Discovery", says what to ask CPUID: the hypervisor bit of leaf 1, then the signature, twelve letters in
 * EBX, ECX and EDX of PV_CPUID_BASE.
 * Hint: QEMU without KVM sets the bit as well. Its signature is TCGTCGTCGTCG.
 */
static const char blank[] = "\r\nlab 3D is still blank: labs/lab3-compatibility/choosing/choose.c; read labs/lab3-compatibility/README.md\r\n";

void choose_machine(void)
{
	for (const char *c = blank; *c; c++)
		asm volatile("outb %0, %1" : : "a"(*c), "Nd"((uint16_t)0x3f8));
	for (;;)
		asm volatile("cli; hlt");
}

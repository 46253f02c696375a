/* CPUID: what an unmodified guest is told it runs on. SDM, "CPUID—CPU Identification". */
#include "guest.h"

enum { MONITOR = 3, VMX = 5, SMX = 6, PCID = 17, X2APIC = 21, TSC_DEADLINE = 24, XSAVE = 26, OSXSAVE = 27, HYPERVISOR = 31 };
enum { SSE2_EDX = 26, APIC_EDX = 9, MTRR_EDX = 12, HTT_EDX = 28 };
#define CR4_OSXSAVE (1ull << 18)
#define LEAF_0X40000000 0x40000000u

static bool same(struct cpuid a, struct cpuid b)
{
	return a.eax == b.eax && a.ebx == b.ebx && a.ecx == b.ecx && a.edx == b.edx;
}

static bool bit(uint32_t word, unsigned number)
{
	return word >> number & 1;
}

static void check_leaf1(void)
{
	struct cpuid leaf = cpuid(1, 0);

	check("leaf 1 hides VMX", bit(leaf.ecx, VMX), 0);
	check("leaf 1 hides SMX", bit(leaf.ecx, SMX), 0);
	check("leaf 1 hides MONITOR", bit(leaf.ecx, MONITOR), 0);
	check("leaf 1 hides PCID", bit(leaf.ecx, PCID), 0);
	check("leaf 1 hides x2APIC", bit(leaf.ecx, X2APIC), 0);
	check("leaf 1 hides the TSC deadline", bit(leaf.ecx, TSC_DEADLINE), 0);
	check("leaf 1 shows no hypervisor", bit(leaf.ecx, HYPERVISOR), 0);
	check("leaf 1 hides the local APIC", bit(leaf.edx, APIC_EDX), 0);
	check("leaf 1 hides the MTRRs", bit(leaf.edx, MTRR_EDX), 0);
	check("leaf 1 shows one logical CPU", bit(leaf.edx, HTT_EDX), 0);
	check("leaf 1 shows SSE2", bit(leaf.edx, SSE2_EDX), 1);
	check("leaf 1 shows XSAVE", bit(leaf.ecx, XSAVE), 1);
}

static void check_osxsave(void)
{
	check("OSXSAVE is clear while CR4 has it clear", bit(cpuid(1, 0).ecx, OSXSAVE), 0);
	WRITE_REGISTER(cr4, READ_REGISTER(cr4) | CR4_OSXSAVE);
	check("OSXSAVE follows CR4 up", bit(cpuid(1, 0).ecx, OSXSAVE), 1);
	WRITE_REGISTER(cr4, READ_REGISTER(cr4) & ~CR4_OSXSAVE);
	check("OSXSAVE follows CR4 down", bit(cpuid(1, 0).ecx, OSXSAVE), 0);
}

static void check_range(void)
{
	struct cpuid highest = cpuid(0xd, 0);

	check("the highest basic leaf is 0xd", cpuid(0, 0).eax, 0xd);
	check("no hypervisor leaf: 0x40000000 answers like the highest basic leaf", same(cpuid(LEAF_0X40000000, 0), highest), 1);
	check("no hypervisor leaf: 0x40000001 answers so too", same(cpuid(LEAF_0X40000000 + 1, 0), highest), 1);
	check("no KVM leaf", same(cpuid(LEAF_0X40000000 + 0x100, 0), highest), 1);
	check("a leaf between the ranges answers so too", same(cpuid(0x7fffffff, 1), cpuid(0xd, 1)), 1);
	check("leaf 0xa shows no performance counters", cpuid(0xa, 0).eax, 0);
	check("leaf 7 has one subleaf", cpuid(7, 1).ebx, 0);
	check("long mode is shown", bit(cpuid(0x80000001, 0).edx, 29), 1);
	check("RDTSCP is hidden", bit(cpuid(0x80000001, 0).edx, 27), 0);
}

/* The area is as large as what XCR0 has turned on, and XCR0 starts with the x87 only. SDM, "CPUID", leaf 0DH. */
static void check_xsave(void)
{
	check("XSAVE offers x87, SSE, AVX and no more", cpuid(0xd, 0).eax, 7);
	check("XSAVE area now: legacy region and header", cpuid(0xd, 0).ebx, 576);
	check("XSAVE area with AVX", cpuid(0xd, 0).ecx, 832);
	check("AVX state: 256 bytes", cpuid(0xd, 2).eax, 256);
}

static void check_registers(void)
{
	uint64_t rax = ~0ull << 32, rbx = ~0ull, rcx = ~0ull << 32, rdx = ~0ull, rsi = 0x5151515151515151, rdi = 0x1d1d1d1d1d1d1d1d;

	asm volatile("cpuid" : "+a"(rax), "+b"(rbx), "+c"(rcx), "+d"(rdx), "+S"(rsi), "+D"(rdi));
	check("the leaf is EAX, not RAX, and the results clear the upper halves", (rax | rbx | rcx | rdx) >> 32, 0);
	check("RSI is as it was", rsi, 0x5151515151515151);
	check("RDI is as it was", rdi, 0x1d1d1d1d1d1d1d1d);
}

static void in_ring3(void)
{
	cpuid(0, 0);
}

void run(void)
{
	exits_begin("CPUID=3");
	cpuid(0, 0);
	cpuid(1, 0);
	cpuid(0x80000000, 0);
	exits_end();
	exits_begin("CPUID=1");
	call_in_ring3(in_ring3, 2);
	exits_end();
	check_leaf1();
	check_osxsave();
	check_range();
	check_xsave();
	check_registers();
}

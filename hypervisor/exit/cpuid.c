/*
 * CPUID: what the guest is told it runs on.
 *
 * A guest sees the real CPU less what the hypervisor does not give it: no VMX, no local APIC, no x2APIC, no machine check, no MTRRs, one logical CPU.
 * The unmodified guest gets no hint of a hypervisor; the others get the hypervisor bit and the leaves from 0x40000000 on.
 * The answers are settled once: executing CPUID here would cost an exit of its own where the hypervisor is itself a guest.
 */
#include "cpu/cpu.h"
#include "exit/exit.h"
#include "paravirt/paravirt.h"
#include "vm/vm.h"
#include "vmx/vmx.h"

#define BASIC_LEAVES    0x0e            /* 0 to 0xd */
#define EXTENDED        0x80000000u
#define EXTENDED_LEAVES 9
#define HYPERVISOR      0x40000000u

/* Leaf 1 */
#define ECX_HIDDEN (1u << 2 | 1u << 3 | 1u << 6 | 1u << 7 | 1u << 8 | 1u << 11 | 1u << 15 | 1u << 17 | 1u << 18 | 1u << 21 | 1u << 24 | \
	1u << 27)                       /* DTES64 MONITOR SMX EIST TM2 SDBG PDCM PCID DCA x2APIC TSC-deadline OSXSAVE */
#define ECX_XSAVE   (1u << 26)
#define ECX_OSXSAVE (1u << 27)
#define EDX_HIDDEN (1u << 7 | 1u << 9 | 1u << 12 | 1u << 14 | 1u << 21 | 1u << 22 | 1u << 29 | 1u << 31)
	/* MCE APIC MTRR MCA DS ACPI TM PBE */
/* Leaf 7 */
#define EBX7_SHOWN (1u << 0 | 1u << 3 | 1u << 5 | 1u << 7 | 1u << 8 | 1u << 9 | 1u << 18 | 1u << 19 | 1u << 20 | 1u << 29)
	/* FSGSBASE BMI1 AVX2 SMEP BMI2 ERMS RDSEED ADX SMAP SHA */
#define ECX7_SHOWN (1u << 2)            /* UMIP */
/* Leaf 0x80000001 */
#define EDX81_HIDDEN (1u << 27)         /* RDTSCP */
#define XCR0_SHOWN 7                    /* x87, SSE, AVX */

static struct cpuid basic[BASIC_LEAVES], extended[EXTENDED_LEAVES];
static uint32_t highest_basic, highest_extended;
static uint64_t xcr0_bits;

uint64_t guest_xcr0_bits(void)
{
	return xcr0_bits;
}

/* lab 1A: leaf 1, one CPU of this kind and nothing of who else is there */
#define ECX_VMX        (1u << 5)
#define ECX_HYPERVISOR (1u << 31)       /* ours, where the hypervisor is itself a guest */
#define EDX_HTT        (1u << 28)

static void settle_leaf1(struct cpuid *leaf)
{
	leaf->ebx = (leaf->ebx & 0xff00) | 1u << 16;            /* CLFLUSH size; one logical CPU, its APIC ID 0 */
	leaf->ecx &= ~(ECX_HIDDEN | ECX_VMX | ECX_HYPERVISOR);
	leaf->edx &= ~(EDX_HIDDEN | EDX_HTT);
}
/* end of 1A */

static void settle_features(void)
{
	settle_leaf1(&basic[1]);
	basic[7] = (struct cpuid){ .ebx = basic[7].ebx & EBX7_SHOWN, .ecx = basic[7].ecx & ECX7_SHOWN };
	if (basic[1].ecx & ECX_XSAVE)
		xcr0_bits = basic[0xd].eax & XCR0_SHOWN;
	extended[1].edx &= ~EDX81_HIDDEN;
	extended[7] = (struct cpuid){ .edx = extended[7].edx };
}

/* Leaves that tell of the package, of power, timers, counters and debugging: not the guest's. */
static void hide_machine_leaves(void)
{
	static const uint8_t hidden[] = { 3, 5, 6, 8, 9, 0xa, 0xb, 0xc };

	for (unsigned i = 0; i < sizeof(hidden); i++)
		basic[hidden[i]] = (struct cpuid){ 0 };
}

void cpuid_init(void)
{
	highest_basic = cpuid(0, 0).eax;
	highest_extended = cpuid(EXTENDED, 0).eax;
	if (highest_basic >= BASIC_LEAVES)
		highest_basic = BASIC_LEAVES - 1;
	if (highest_extended >= EXTENDED + EXTENDED_LEAVES)
		highest_extended = EXTENDED + EXTENDED_LEAVES - 1;
	for (uint32_t leaf = 0; leaf <= highest_basic; leaf++)
		basic[leaf] = cpuid(leaf, 0);
	for (uint32_t i = 0; i <= highest_extended - EXTENDED; i++)
		extended[i] = cpuid(EXTENDED + i, 0);
	basic[0].eax = highest_basic;
	extended[0].eax = highest_extended;
	hide_machine_leaves();
	settle_features();
}

/* lab 1A: leaf 4, the caches */
/* The real ones, subleaf by subleaf, shared by one logical CPU of one core. */
static struct cpuid cache_leaf(uint32_t subleaf)
{
	struct cpuid leaf = cpuid(4, subleaf);

	leaf.eax &= 0x3ff;
	return leaf;
}
/* end of 1A */

/* Leaf 0xd: the XSAVE area, cut down to the state that the guest may turn on. */
static struct cpuid xsave_leaf(const struct vm *vm, uint32_t subleaf)
{
	struct cpuid leaf = { 0 };

	if (!xcr0_bits || subleaf == 1 || subleaf > 2 || (subleaf == 2 && !(xcr0_bits & 4)))
		return leaf;
	leaf = cpuid(0xd, subleaf);
	if (subleaf == 0) {
		uint32_t avx_end = 576;         /* legacy region and header */

		if (xcr0_bits & 4) {
			struct cpuid avx = cpuid(0xd, 2);

			avx_end = avx.ebx + avx.eax;
		}
		leaf.eax = xcr0_bits;
		leaf.ebx = vm->vcpu.switched.xcr0 & 4 ? avx_end : 576;
		leaf.ecx = avx_end;
		leaf.edx = 0;
	}
	return leaf;
}

/* lab 1A: leaf 1, what depends on the guest */
static struct cpuid feature_leaf(const struct vm *vm)
{
	struct cpuid leaf = basic[1];

	if (vm->kind != VM_UNMODIFIED)
		leaf.ecx |= PV_CPUID_HYPERVISOR_BIT;
	if (vmcs_read(GUEST_CR4) & CR4_OSXSAVE)
		leaf.ecx |= ECX_OSXSAVE;
	return leaf;
}
/* end of 1A */

static struct cpuid basic_leaf(const struct vm *vm, uint32_t leaf, uint32_t subleaf)
{
	switch (leaf) {
	case 1: return feature_leaf(vm);
	case 4: return cache_leaf(subleaf);
	case 7: return subleaf ? (struct cpuid){ 0 } : basic[7];
	case 0xd: return xsave_leaf(vm, subleaf);
	default: return basic[leaf];
	}
}

/* Leaves that always answer the same. */
static bool is_constant(uint32_t leaf)
{
	return leaf <= highest_basic && !((1u << 1 | 1u << 4 | 1u << 7 | 1u << 0xd) >> leaf & 1);
}

static struct cpuid hypervisor_leaf(uint32_t leaf)
{
	uint32_t r[4];

	paravirt_cpuid(leaf, r);
	return (struct cpuid){ r[0], r[1], r[2], r[3] };
}

/* lab 1A: which leaves there are */
/* A leaf above the highest answers like the highest basic one. SDM: "CPUID—CPU Identification" */
static struct cpuid answer(const struct vm *vm, uint32_t leaf, uint32_t subleaf)
{
	if (leaf <= highest_basic)
		return basic_leaf(vm, leaf, subleaf);
	if (leaf >= EXTENDED && leaf <= highest_extended)
		return extended[leaf - EXTENDED];
	if (leaf >> 28 == HYPERVISOR >> 28 && vm->kind != VM_UNMODIFIED)
		return hypervisor_leaf(leaf);
	return basic_leaf(vm, highest_basic, subleaf);
}
/* end of 1A */

static void put_answer(struct vcpu_regs *regs, const struct cpuid *leaf)
{
	regs->rax = leaf->eax;
	regs->rbx = leaf->ebx;
	regs->rcx = leaf->ecx;
	regs->rdx = leaf->edx;
}

static __attribute__((noinline)) void compute_answer(struct vm *vm)
{
	struct vcpu_regs *regs = &vm->vcpu.regs;
	struct cpuid leaf = answer(vm, regs->rax, regs->rcx);

	put_answer(regs, &leaf);
}

enum verdict handle_cpuid(struct vm *vm)
{
	uint32_t leaf = vm->vcpu.regs.rax;

	if (is_constant(leaf))
		put_answer(&vm->vcpu.regs, &basic[leaf]);
	else
		compute_answer(vm);
	if (__builtin_expect(vm->hides_time, 0))
		hide_time(vm);
	return VERDICT_NEXT;
}

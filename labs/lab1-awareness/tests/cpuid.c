/* 1A: the real exit/cpuid.c on a CPU of the test's: sixteen logical CPUs, VMX, and a hypervisor below us that signs by itself. */
#include "vmcs_test.h"
#include "exit/exit.h"
#include "paravirt/paravirt.h"

#define CLFLUSH 0x0800
#define CPU_EBX (0x05100000 | CLFLUSH)          /* APIC ID 5, 16 logical CPUs */
#define CPU_ECX 0xfffafbffu
#define CPU_EDX 0xbfebfbffu
#define HYPERVISOR_BIT (1u << 31)
#define VMX_BIT        (1u << 5)
#define HTT_BIT        (1u << 28)
#define OSXSAVE_BIT    (1u << 27)

static struct cpuid cpu(uint32_t leaf, uint32_t subleaf)
{
	switch (leaf) {
	case 0: return (struct cpuid){ 0x16, 0x756e6547, 0x6c65746e, 0x49656e69 };
	case 1: return (struct cpuid){ 0x506e3, CPU_EBX, CPU_ECX, CPU_EDX };
	case 4: return subleaf < 4 ? (struct cpuid){ 0x1c03c121 + (subleaf << 5), 0x01c0003f, 0x3f, subleaf } : (struct cpuid){ 0 };
	case 7: return (struct cpuid){ 0, 0x029c6fbb, 4, 0 };
	case 0xb: return (struct cpuid){ 4, 16, 0x201, 5 };
	case 0xd: return subleaf == 2 ? (struct cpuid){ 256, 576, 0, 0 } : (struct cpuid){ 7, 832, 832, 0 };
	case 0x16: return (struct cpuid){ 3400, 3800, 100, 0 };
	case 0x40000000: return (struct cpuid){ 0x40000001, 0x4b4d564b, 0x564b4d56, 0x4d };
	case 0x40000001: return (struct cpuid){ 0x01007efb, 0, 0, 0 };
	case 0x80000000: return (struct cpuid){ 0x80000008, 0, 0, 0 };
	case 0x80000001: return (struct cpuid){ 0, 0, 0x121, 0x2c100800 };
	case 0x80000008: return (struct cpuid){ 0x3027, 0, 0, 0 };
	default: return (struct cpuid){ leaf, leaf, leaf, leaf };
	}
}

#define cpuid(leaf, subleaf) cpu(leaf, subleaf)
#include "exit/cpuid.c"
#undef cpuid

/* Leaves of Twinlab's, told from all others. */
void paravirt_cpuid(uint32_t leaf, uint32_t registers[4])
{
	registers[0] = leaf;
	registers[1] = registers[2] = registers[3] = 0x7477696e;
}

void hide_time(struct vm *vm)
{
	fail_msg("nobody asked for hide=time");
}

static struct vm vm;

static struct cpuid ask(enum vm_kind kind, uint32_t leaf, uint32_t subleaf)
{
	vm.kind = kind;
	vm.vcpu.regs = (struct vcpu_regs){ .rax = leaf, .rcx = subleaf };
	assert_int_equal(handle_cpuid(&vm), VERDICT_NEXT);
	no_fault();
	return (struct cpuid){ vm.vcpu.regs.rax, vm.vcpu.regs.rbx, vm.vcpu.regs.rcx, vm.vcpu.regs.rdx };
}

static int set_up(void **state)
{
	vmcs_clear();
	vm = (struct vm){ .name = "test", .vcpu.switched.xcr0 = 1 };
	cpuid_init();
	return 0;
}

#define EXPECT(what, got, expected) do { \
	uint64_t is = (got), should = (expected); \
	if (is != should) \
		fail_msg("%s: it is 0x%lx, expected 0x%lx", what, is, should); \
} while (0)

static void shows_no_vmx_and_no_hypervisor(void **state)
{
	struct cpuid leaf = ask(VM_UNMODIFIED, 1, 0);

	EXPECT("VMX, leaf 1 ECX[5]", leaf.ecx & VMX_BIT, 0);
	EXPECT("the hypervisor bit, leaf 1 ECX[31]", leaf.ecx & HYPERVISOR_BIT, 0);
	EXPECT("family, model, stepping", leaf.eax, 0x506e3);
	EXPECT("all else that ECX shows", leaf.ecx, CPU_ECX & ~(ECX_HIDDEN | VMX_BIT | HYPERVISOR_BIT));
}

static void shows_one_cpu(void **state)
{
	struct cpuid leaf = ask(VM_UNMODIFIED, 1, 0);

	EXPECT("logical CPUs, leaf 1 EBX[23:16]", leaf.ebx >> 16 & 0xff, 1);
	EXPECT("the initial APIC ID, leaf 1 EBX[31:24]", leaf.ebx >> 24, 0);
	EXPECT("the size of a cache line, leaf 1 EBX[15:8]", leaf.ebx & 0xff00, CLFLUSH);
	EXPECT("HTT, leaf 1 EDX[28]", leaf.edx & HTT_BIT, 0);
	EXPECT("all else that EDX shows", leaf.edx, CPU_EDX & ~(EDX_HIDDEN | HTT_BIT));
	EXPECT("the extended topology, leaf 0xb EBX", ask(VM_UNMODIFIED, 0xb, 0).ebx, 0);
}

static void shares_no_cache(void **state)
{
	for (unsigned subleaf = 0; subleaf < 5; subleaf++) {
		struct cpuid leaf = ask(VM_UNMODIFIED, 4, subleaf), real = cpu(4, subleaf);

		EXPECT("who shares the cache, leaf 4 EAX[25:14], and how many cores, EAX[31:26]", leaf.eax >> 14, 0);
		EXPECT("type and level of the cache, leaf 4 EAX[9:0]", leaf.eax & 0x3ff, real.eax & 0x3ff);
		EXPECT("ways and lines of the cache, leaf 4 EBX", leaf.ebx, real.ebx);
		EXPECT("sets of the cache, leaf 4 ECX", leaf.ecx, real.ecx);
	}
}

static void expect_same(const char *what, struct cpuid got, struct cpuid expected)
{
	if (memcmp(&got, &expected, sizeof(got)))
		fail_msg("%s: it answers %x %x %x %x, expected %x %x %x %x", what, got.eax, got.ebx, got.ecx, got.edx, expected.eax, expected.ebx,
			expected.ecx, expected.edx);
}

static void tells_the_unmodified_guest_nothing(void **state)
{
	static const uint32_t leaves[] = { 0x40000000, 0x40000001, 0x40000100, 0x4fffffff, 0x16, 0x0e, 0x3fffffff, 0x7fffffff, 0x80000009, 0xffffffff };
	char what[80];

	for (unsigned i = 0; i < sizeof(leaves) / sizeof(leaves[0]); i++)
		for (unsigned subleaf = 0; subleaf < 3; subleaf += 2) {
			snprintf(what, sizeof(what), "leaf 0x%x, subleaf %u: as the highest basic leaf, 0xd", leaves[i], subleaf);
			expect_same(what, ask(VM_UNMODIFIED, leaves[i], subleaf), ask(VM_UNMODIFIED, 0xd, subleaf));
		}
	expect_same("leaf 0x80000008", ask(VM_UNMODIFIED, 0x80000008, 0), cpu(0x80000008, 0));
}

static void tells_the_paravirtual_guest(void **state)
{
	static const uint32_t leaves[] = { 0x40000000, 0x40000001, 0x40000100, 0x4fffffff };
	struct cpuid leaf = ask(VM_PARAVIRT, 1, 0);

	EXPECT("an enlightened guest: the hypervisor bit, leaf 1 ECX[31]", ask(VM_ENLIGHTENED, 1, 0).ecx >> 31, 1);
	EXPECT("an enlightened guest: leaf 0x40000000 EBX, paravirt_cpuid()'s", ask(VM_ENLIGHTENED, 0x40000000, 0).ebx, 0x7477696e);
	EXPECT("the hypervisor bit, leaf 1 ECX[31]", leaf.ecx >> 31, 1);
	EXPECT("VMX, leaf 1 ECX[5]", leaf.ecx & VMX_BIT, 0);
	for (unsigned i = 0; i < sizeof(leaves) / sizeof(leaves[0]); i++)
		expect_same("a hypervisor leaf: paravirt_cpuid()'s answer", ask(VM_PARAVIRT, leaves[i], 0),
			(struct cpuid){ leaves[i], 0x7477696e, 0x7477696e, 0x7477696e });
	expect_same("leaf 0x3fffffff", ask(VM_PARAVIRT, 0x3fffffff, 0), ask(VM_PARAVIRT, 0xd, 0));
	expect_same("leaf 0x50000000", ask(VM_PARAVIRT, 0x50000000, 0), ask(VM_PARAVIRT, 0xd, 0));
	EXPECT("then an unmodified guest: the hypervisor bit", ask(VM_UNMODIFIED, 1, 0).ecx >> 31, 0);
}

static void osxsave_is_the_guests(void **state)
{
	vmcs_set(GUEST_CR4, CR4_OSXSAVE | CR4_PAE);
	EXPECT("OSXSAVE, leaf 1 ECX[27], while CR4.OSXSAVE is 1", ask(VM_UNMODIFIED, 1, 0).ecx & OSXSAVE_BIT, OSXSAVE_BIT);
	vmcs_set(GUEST_CR4, CR4_PAE);
	EXPECT("OSXSAVE, leaf 1 ECX[27], while CR4.OSXSAVE is 0", ask(VM_UNMODIFIED, 1, 0).ecx & OSXSAVE_BIT, 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup(shows_no_vmx_and_no_hypervisor, set_up),
	cmocka_unit_test_setup(shows_one_cpu, set_up),
	cmocka_unit_test_setup(shares_no_cache, set_up),
	cmocka_unit_test_setup(tells_the_unmodified_guest_nothing, set_up),
	cmocka_unit_test_setup(tells_the_paravirtual_guest, set_up),
	cmocka_unit_test_setup(osxsave_is_the_guests, set_up),
};

LAB_MAIN(tests)

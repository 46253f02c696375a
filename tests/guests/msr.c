/* RDMSR and WRMSR: those that exit, those that do not, those that are not there. SDM, "Model-Specific Registers". */
#include "guest.h"

#define TSC           0x10
#define APIC_BASE     0x1b
#define FEATURE_CONTROL 0x3a
#define SYSENTER_CS   0x174
#define SYSENTER_ESP  0x175
#define SYSENTER_EIP  0x176
#define MISC_ENABLE   0x1a0
#define PAT           0x277
#define VMX_BASIC     0x480
#define KVM_CLOCK     0x4b564d01
#define EFER          0xc0000080
#define STAR          0xc0000081
#define LSTAR         0xc0000082
#define CSTAR         0xc0000083
#define FMASK         0xc0000084
#define FS_BASE       0xc0000100
#define GS_BASE       0xc0000101
#define KERNEL_GS     0xc0000102
#define EFER_SCE      1ull
#define EFER_LME      (1ull << 8)
#define EFER_LMA      (1ull << 10)
#define EFER_NXE      (1ull << 11)
#define PAT_AT_RESET  0x0007040600070406ull

#define READ(msr) ATTEMPT("rdmsr", : : "c"(msr) : "rax", "rdx")
#define WRITE(msr, value) \
	ATTEMPT("wrmsr", : : "c"(msr), "a"((uint32_t)(value)), "d"((uint32_t)((uint64_t)(value) >> 32)) : "memory")

static void check_absent(uint32_t msr, const char *read, const char *write)
{
	READ(msr);
	check_raised(read, GP, 0);
	WRITE(msr, 0);
	check_raised(write, GP, 0);
}

static void absent(void)
{
	exits_begin("RDMSR=1 WRMSR=1");
	READ(0x12345678);
	bool read = raised.vector == GP;
	WRITE(0x12345678, 0);
	exits_end();
	check("an unknown MSR exits and raises #GP", read && raised.vector == GP, true);
	check_absent(0x1fff, "read of the last low MSR: #GP", "write of the last low MSR: #GP");
	check_absent(0xc0001fff, "read of the last high MSR: #GP", "write of the last high MSR: #GP");
	check_absent(FEATURE_CONTROL, "IA32_FEATURE_CONTROL is not read", "IA32_FEATURE_CONTROL is not written");
	check_absent(VMX_BASIC, "IA32_VMX_BASIC is not read", "IA32_VMX_BASIC is not written");
	check_absent(KVM_CLOCK, "KVM's clock is not read", "KVM's clock is not written");
}

static void efer(void)
{
	exits_begin("RDMSR=2 WRMSR=2");
	uint64_t at_start = rdmsr(EFER);
	wrmsr(EFER, at_start | EFER_SCE);
	uint64_t with_sce = rdmsr(EFER);
	wrmsr(EFER, at_start);
	exits_end();
	check("EFER in long mode", at_start, EFER_LME | EFER_LMA | EFER_NXE);
	check("EFER keeps SCE", with_sce, EFER_LME | EFER_LMA | EFER_NXE | EFER_SCE);
	WRITE(EFER, at_start | 2);
	check_raised("a reserved bit of EFER: #GP", GP, 0);
	WRITE(EFER, at_start | 1ull << 32);
	check_raised("a reserved bit in the upper half of EFER: #GP", GP, 0);
	WRITE(EFER, at_start & ~EFER_LME);
	check_raised("LME while paging is on: #GP", GP, 0);
	check("EFER is as it was", rdmsr(EFER), at_start);
}

static void pat(void)
{
	check("PAT at reset", rdmsr(PAT), PAT_AT_RESET);
	wrmsr(PAT, 0x0606060606060606);
	check("PAT keeps what is written", rdmsr(PAT), 0x0606060606060606);
	WRITE(PAT, 0x0606060602060606);
	check_raised("a reserved memory type in PAT: #GP", GP, 0);
	check("PAT is as it was", rdmsr(PAT), 0x0606060606060606);
	wrmsr(PAT, PAT_AT_RESET);
}

static void others(void)
{
	uint64_t base = rdmsr(APIC_BASE);

	check("IA32_APIC_BASE: the bootstrap processor, no APIC enabled", base & 0xfff, 0x100);
	WRITE(APIC_BASE, base);
	check_raised("IA32_APIC_BASE takes its own value", NOTHING, 0);
	WRITE(APIC_BASE, base | 1 << 11);
	check_raised("an APIC that is not there cannot be enabled: #GP", GP, 0);
	READ(MISC_ENABLE);
	check_raised("IA32_MISC_ENABLE is read", NOTHING, 0);
	wrmsr(TSC, 1ull << 40);
	uint64_t now = rdtsc();
	check("the time-stamp counter goes on from what is written", now >= 1ull << 40 && now - (1ull << 40) < 1ull << 28, true);
	now = rdtsc();
	check("RDMSR reads the same counter as RDTSC", rdmsr(TSC) - now < 1ull << 28, true);
}

/* SYSCALL's and SYSENTER's registers and the segment bases: the guest's own, without an exit. */
static void own_registers(void)
{
	static const uint32_t own[] = {
		SYSENTER_CS, SYSENTER_ESP, SYSENTER_EIP, STAR, LSTAR, CSTAR, FMASK, FS_BASE, GS_BASE, KERNEL_GS,
	};
	uint64_t wrong = 0;

	exits_begin("");
	for (unsigned i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		wrmsr(own[i], 0x1000 * (i + 1));
	for (unsigned i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		wrong += rdmsr(own[i]) != 0x1000 * (i + 1);
	exits_end();
	check("its own registers keep what is written", wrong, 0);
	exits_begin("");
	WRITE(LSTAR, 1ull << 63);
	exits_end();
	check_raised("a non-canonical LSTAR: #GP, without an exit", GP, 0);
}

static void read_efer(void)
{
	READ(EFER);
}

static void upper_halves(void)
{
	uint64_t rax = ~0ull, rdx = ~0ull;

	asm volatile("rdmsr" : "+a"(rax), "+d"(rdx) : "c"((uint64_t)EFER | 0xffffffffull << 32));
	check("RDMSR clears the upper halves, and takes ECX", (rax | rdx) >> 32, 0);
	check("RDMSR: the low half in EAX", rax, EFER_LME | EFER_LMA | EFER_NXE);
}

void run(void)
{
	absent();
	efer();
	pat();
	others();
	own_registers();
	upper_halves();
	exits_begin("");
	call_in_ring3(read_efer, 2);
	exits_end();
	check_raised("RDMSR raises #GP in ring 3, without an exit", GP, 0);
}

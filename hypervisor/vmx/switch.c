#include <stddef.h>
#include "cpu/cpu.h"
#include "exit/exit.h"
#include "lib/heap.h"
#include "lib/panic.h"
#include "memory/pages.h"
#include "vm/vm.h"
#include "vmx/setup.h"
#include "vmx/switch.h"

#define FPU_AREA_SIZE   4096
#define FCW_AT_RESET    0x37f           /* as after FNINIT */
#define MXCSR_AT_RESET  0x1f80

static struct vm *loaded;

void switch_enable_fpu(void)
{
	bool has_xsave = cpuid(1, 0).ecx & 1 << 26;

	write_cr0((read_cr0() & ~(CR0_EM | CR0_TS)) | CR0_MP);
	write_cr4(read_cr4() | CR4_OSFXSR | CR4_OSXMMEXCPT | (has_xsave ? CR4_OSXSAVE : 0));
}

void switch_init(struct vm *vm)
{
	uint8_t *area = (uint8_t *)pages_alloc(1, 1);

	if (!area)
		panic("too little memory for the FPU state of %s", vm->name);
	*(uint16_t *)area = FCW_AT_RESET;
	*(uint32_t *)(area + 24) = MXCSR_AT_RESET;
	vm->vcpu.switched = (struct switched_state){ .fpu = area, .xcr0 = 1, .dr6 = 0xffff0ff0 };
}

/* The hypervisor itself uses no FPU, so the registers can stay a VM's until another VM's turn. With XSAVE all that any guest may
   have turned on is saved, whatever its XCR0 says now: it may turn a part off and on again. */
static void save_fpu(struct switched_state *state)
{
	uint64_t bits = guest_xcr0_bits();

	if (bits) {
		xsetbv(bits);
		asm volatile("xsave64 (%0)" : : "r"(state->fpu), "a"((uint32_t)bits), "d"(0) : "memory");
	} else {
		asm volatile("fxsave64 (%0)" : : "r"(state->fpu) : "memory");
	}
}

static void load_fpu(const struct switched_state *state)
{
	uint64_t bits = guest_xcr0_bits();

	if (bits) {
		xsetbv(bits);
		asm volatile("xrstor64 (%0)" : : "r"(state->fpu), "a"((uint32_t)bits), "d"(0) : "memory");
		xsetbv(state->xcr0);
	} else {
		asm volatile("fxrstor64 (%0)" : : "r"(state->fpu) : "memory");
	}
}

static void save(struct switched_state *state)
{
	state->cr2 = read_cr2();
	state->dr0 = read_dr0();
	state->dr1 = read_dr1();
	state->dr2 = read_dr2();
	state->dr3 = read_dr3();
	state->dr6 = read_dr6();
	state->star = rdmsr(MSR_IA32_STAR);
	state->lstar = rdmsr(MSR_IA32_LSTAR);
	state->cstar = rdmsr(MSR_IA32_CSTAR);
	state->fmask = rdmsr(MSR_IA32_FMASK);
	state->kernel_gs_base = rdmsr(MSR_IA32_KERNEL_GS_BASE);
	save_fpu(state);
}

static void load(const struct switched_state *state)
{
	write_cr2(state->cr2);
	write_dr0(state->dr0);
	write_dr1(state->dr1);
	write_dr2(state->dr2);
	write_dr3(state->dr3);
	write_dr6(state->dr6);
	wrmsr(MSR_IA32_STAR, state->star);
	wrmsr(MSR_IA32_LSTAR, state->lstar);
	wrmsr(MSR_IA32_CSTAR, state->cstar);
	wrmsr(MSR_IA32_FMASK, state->fmask);
	wrmsr(MSR_IA32_KERNEL_GS_BASE, state->kernel_gs_base);
	load_fpu(state);
}

void switch_to(struct vm *vm)
{
	setup_make_current(vm);
	if (loaded == vm)
		return;
	if (loaded)
		save(&loaded->vcpu.switched);
	load(&vm->vcpu.switched);
	loaded = vm;
}

struct vm *switch_loaded(void)
{
	return loaded;
}

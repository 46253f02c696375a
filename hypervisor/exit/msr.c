/*
 * RDMSR and WRMSR, except those that the MSR bitmap lets through (vmx/setup.c): segment bases and SYSCALL's registers.
 * An MSR that is in neither list raises #GP, as on a CPU that does not have it, and is logged.
 */
#include <stddef.h>
#include "cpu/cpu.h"
#include "exit/exit.h"
#include "paravirt/paravirt.h"
#include "vm/vm.h"
#include "vmx/capabilities.h"
#include "vmx/vmx.h"

struct msr_row {
	uint32_t msr;
	uint64_t (*read)(struct vm *vm);
	bool (*write)(struct vm *vm, uint64_t value);   /* false: #GP. NULL: read-only */
};

static uint64_t read_efer(struct vm *vm)
{
	return vmcs_read(GUEST_IA32_EFER);
}

static bool write_efer(struct vm *vm, uint64_t value)
{
	uint64_t old = vmcs_read(GUEST_IA32_EFER);
	bool paging = vmcs_read(GUEST_CR0) & CR0_PG;

	if (value & ~(EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE))
		return false;
	if (paging && ((value ^ old) & EFER_LME))
		return false;
	vmcs_write(GUEST_IA32_EFER, (value & ~EFER_LMA) | (old & EFER_LMA));    /* LMA is the CPU's to set */
	guest_mode_changed(vm);
	return true;
}

static uint64_t read_pat(struct vm *vm)
{
	return vmcs_read(GUEST_IA32_PAT);
}

static bool write_pat(struct vm *vm, uint64_t value)
{
	for (unsigned shift = 0; shift < 64; shift += 8) {
		uint8_t type = value >> shift;

		if (type == 2 || type == 3 || type > 7)         /* SDM: "IA32_PAT MSR" */
			return false;
	}
	vmcs_write(GUEST_IA32_PAT, value);
	guest_mode_changed(vm);
	return true;
}

static uint64_t read_tsc(struct vm *vm)
{
	uint32_t low, high;

	asm volatile("rdtsc" : "=a"(low), "=d"(high));
	return (low | (uint64_t)high << 32) + vmcs_read(TSC_OFFSET);
}

/* The guest's time-stamp counter is the real one plus an offset. */
static bool write_tsc(struct vm *vm, uint64_t value)
{
	vmcs_write(TSC_OFFSET, vmcs_read(TSC_OFFSET) + value - read_tsc(vm));
	return true;
}

/* The local APIC is off and out of reach: CPUID shows none. */
static uint64_t read_apic_base(struct vm *vm)
{
	return 0xfee00000 | 1 << 8;     /* BSP */
}

static bool write_apic_base(struct vm *vm, uint64_t value)
{
	return value == read_apic_base(vm);
}

static uint64_t read_zero(struct vm *vm)
{
	return 0;
}

static uint64_t read_misc_enable(struct vm *vm)
{
	return 1 | 1 << 11 | 1 << 12;   /* fast strings; no branch trace store, no PEBS */
}

static bool ignore_write(struct vm *vm, uint64_t value)
{
	vm_log(vm, "write of 0x%lx to an MSR without effect here", value);
	return true;
}

static const struct msr_row msrs[] = {
	{ MSR_IA32_EFER,         read_efer,        write_efer },
	{ MSR_IA32_PAT,          read_pat,         write_pat },
	{ MSR_IA32_TSC,          read_tsc,         write_tsc },
	{ MSR_IA32_APIC_BASE,    read_apic_base,   write_apic_base },
	{ MSR_IA32_MISC_ENABLE,  read_misc_enable, ignore_write },
	{ MSR_IA32_PLATFORM_ID,  read_zero,        NULL },
	{ MSR_IA32_BIOS_SIGN_ID, read_zero,        ignore_write },
};

static const struct msr_row *find(uint32_t msr)
{
	for (unsigned i = 0; i < sizeof(msrs) / sizeof(msrs[0]); i++)
		if (msrs[i].msr == msr)
			return &msrs[i];
	return NULL;
}

/* lab 3C: an MSR that this CPU does not have */
static enum verdict refuse(struct vm *vm, const char *what, uint32_t msr)
{
	vm_log(vm, "%s of MSR 0x%x refused: #GP", what, msr);
	inject_exception(vm, VECTOR_GP, 0);
	return VERDICT_SAME;
}
/* end of 3C */

enum verdict handle_rdmsr(struct vm *vm)
{
	struct vcpu_regs *regs = &vm->vcpu.regs;
	uint32_t msr = regs->rcx;
	const struct msr_row *row = find(msr);
	uint64_t value;

	if (row)
		value = row->read(vm);
	else if (!vm->paravirt || !paravirt_read_msr(vm, msr, &value))
		return refuse(vm, "read", msr);
	regs->rax = (uint32_t)value;
	regs->rdx = value >> 32;
	return VERDICT_NEXT;
}

enum verdict handle_wrmsr(struct vm *vm)
{
	struct vcpu_regs *regs = &vm->vcpu.regs;
	uint32_t msr = regs->rcx;
	uint64_t value = (uint32_t)regs->rax | regs->rdx << 32;
	const struct msr_row *row = find(msr);
	bool done = row ? row->write && row->write(vm, value) : vm->paravirt && paravirt_write_msr(vm, msr, value);

	return done ? VERDICT_NEXT : refuse(vm, "write", msr);
}

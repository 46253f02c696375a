#include "cpu/cpu.h"
#include "lib/panic.h"
#include "memory/pages.h"
#include "vmx/capabilities.h"
#include "vmx/vmx.h"

#define FEATURE_CONTROL_LOCK        (1ull << 0)
#define FEATURE_CONTROL_VMX_OUTSIDE_SMX (1ull << 2)

static bool vmx_on;

/* VMfailInvalid sets CF, VMfailValid sets ZF and explains itself in the current VMCS. SDM: "Conventions" (VMX instructions). */
_Noreturn void vmx_instruction_failed(const char *instruction, uint64_t operand)
{
	uint64_t error;
	bool invalid;

	asm volatile("vmread %2, %0" : "=r"(error), "=@ccc"(invalid) : "r"((uint64_t)VM_INSTRUCTION_ERROR));
	if (!vmx_on || invalid)
		panic("%s 0x%lx failed: no current VMCS", instruction, operand);
	panic("%s 0x%lx failed: %s (VM-instruction error %lu)", instruction, operand, vm_instruction_error_name(error), error);
}

void vmx_vmptrld(struct vmcs *vmcs)
{
	uint64_t address = (uint64_t)vmcs;
	bool failed;

	asm volatile("vmptrld %1" : "=@ccbe"(failed) : "m"(address) : "memory");
	if (failed)
		vmx_instruction_failed("VMPTRLD", address);
}

void vmx_vmclear(struct vmcs *vmcs)
{
	uint64_t address = (uint64_t)vmcs;
	bool failed;

	asm volatile("vmclear %1" : "=@ccbe"(failed) : "m"(address) : "memory");
	if (failed)
		vmx_instruction_failed("VMCLEAR", address);
}

#define SINGLE_CONTEXT 1
#define ALL_CONTEXTS   2

void vmx_invept(uint64_t ept_pointer)
{
	struct { uint64_t ept_pointer, reserved; } descriptor = { ept_pointer, 0 };
	uint64_t type = vmx_capabilities.invept_single ? SINGLE_CONTEXT : ALL_CONTEXTS;
	bool failed;

	asm volatile("invept %1, %2" : "=@ccbe"(failed) : "m"(descriptor), "r"(type) : "memory");
	if (failed)
		vmx_instruction_failed("INVEPT", ept_pointer);
}

void vmx_invvpid(uint16_t vpid)
{
	struct { uint64_t vpid, linear_address; } descriptor = { vpid, 0 };
	uint64_t type = vmx_capabilities.invvpid_single ? SINGLE_CONTEXT : ALL_CONTEXTS;
	bool failed;

	asm volatile("invvpid %1, %2" : "=@ccbe"(failed) : "m"(descriptor), "r"(type) : "memory");
	if (failed)
		vmx_instruction_failed("INVVPID", vpid);
}

/* The firmware decides by a locked MSR whether VMX may be used. SDM: "Enabling and Entering VMX Operation" */
static void unlock(void)
{
	uint64_t control = rdmsr(MSR_IA32_FEATURE_CONTROL);

	if (!(control & FEATURE_CONTROL_LOCK)) {
		control |= FEATURE_CONTROL_LOCK | FEATURE_CONTROL_VMX_OUTSIDE_SMX;
		wrmsr(MSR_IA32_FEATURE_CONTROL, control);
	}
	if (!(control & FEATURE_CONTROL_VMX_OUTSIDE_SMX))
		panic("VMX is locked off by the firmware: turn \"Intel Virtualization Technology\" on in its set-up");
}

static void vmxon(void)
{
	struct vmcs *region = (struct vmcs *)pages_alloc(1, 1);
	uint64_t address = (uint64_t)region;
	bool failed;

	if (!region)
		panic("too little memory for the VMXON region");
	region->revision_id = vmx_capabilities.revision_id;
	asm volatile("vmxon %1" : "=@ccbe"(failed) : "m"(address) : "memory");
	if (failed)
		panic("VMXON failed: the CPU refuses the VMXON region or its revision");
	vmx_on = true;
}

void vmx_init(void)
{
	struct vmx_capabilities *caps = &vmx_capabilities;

	if (!(cpuid(1, 0).ecx & 1 << 5))
		panic("this CPU has no VMX (CPUID 1, ECX bit 5): use an Intel CPU with VT-x, nested VMX, or Bochs");
	unlock();
	vmx_capabilities_read();
	write_cr0((read_cr0() | caps->cr0_fixed0 | CR0_NE) & caps->cr0_fixed1);
	write_cr4((read_cr4() | caps->cr4_fixed0 | CR4_VMXE) & caps->cr4_fixed1);
	vmxon();
}

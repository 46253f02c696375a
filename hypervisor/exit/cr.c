/*
 * Control registers. The guest owns most bits of CR0 and CR4 (the guest/host masks of vmx/setup.c); a write that changes one of ours exits.
 * Ours in CR0: PG, because the mode decides the VM-entry controls; NE, which VMX demands; CD and NW. In CR4: every bit that CPUID hides.
 */
#include "cpu/cpu.h"
#include "exit/exit.h"
#include "vmx/guest_registers.h"
#include "vm/vm.h"
#include "vmx/capabilities.h"
#include "vmx/setup.h"
#include "vmx/vmx.h"

/* Exit qualification. SDM: "Exit Qualification for Control-Register Accesses" */
#define REGISTER(q) ((q) & 15)
#define ACCESS(q)   ((q) >> 4 & 3)
#define OPERAND(q)  ((q) >> 8 & 15)
enum { MOV_TO_CR, MOV_FROM_CR };        /* CLTS and LMSW touch no bit of ours, so they never exit */

void guest_mode_changed(struct vm *vm)
{
	uint64_t efer = vmcs_read(GUEST_IA32_EFER), entry = vmcs_read(VM_ENTRY_CONTROLS), exit = vmcs_read(VM_EXIT_CONTROLS);
	bool long_mode = (efer & EFER_LME) && (vmcs_read(GUEST_CR0) & CR0_PG);

	efer = long_mode ? efer | EFER_LMA : efer & ~EFER_LMA;
	vmcs_write(GUEST_IA32_EFER, efer);
	entry &= ~(uint64_t)(ENTRY_IA32E_MODE_GUEST | ENTRY_LOAD_IA32_EFER | ENTRY_LOAD_IA32_PAT);
	exit &= ~(uint64_t)(EXIT_LOAD_IA32_EFER | EXIT_LOAD_IA32_PAT);
	if (long_mode)
		entry |= ENTRY_IA32E_MODE_GUEST;
	if (efer != vmcs_read(HOST_IA32_EFER)) {        /* a 64-bit guest's soon equals ours: then no entry and exit pays for loading it */
		entry |= ENTRY_LOAD_IA32_EFER;
		exit |= EXIT_LOAD_IA32_EFER;
	}
	if (vmcs_read(GUEST_IA32_PAT) != vmcs_read(HOST_IA32_PAT)) {
		entry |= ENTRY_LOAD_IA32_PAT;
		exit |= EXIT_LOAD_IA32_PAT;
	}
	vmcs_write(VM_ENTRY_CONTROLS, entry);
	vmcs_write(VM_EXIT_CONTROLS, exit);
}

/* SDM: "Initializing IA-32e Mode": PAE is on, the code segment is not a 64-bit one yet, and TR holds no 16-bit TSS. */
static bool can_enter_long_mode(uint64_t cr4)
{
	bool tss_is_16bit = (vmcs_read(GUEST_TR_ACCESS_RIGHTS) & 15) == 3;

	return (cr4 & CR4_PAE) && !(vmcs_read(GUEST_CS_ACCESS_RIGHTS) & ACCESS_RIGHTS_L) && !tss_is_16bit;
}

/* What a MOV to CR0 refuses with #GP. SDM: "MOV—Move to/from Control Registers" */
static bool cr0_is_valid(uint64_t value)
{
	uint64_t efer = vmcs_read(GUEST_IA32_EFER), cr4 = vmcs_read(GUEST_CR4);
	bool was_paging = vmcs_read(GUEST_CR0) & CR0_PG;

	if (value >> 32)
		return false;
	if ((value & CR0_PG) && !(value & CR0_PE))
		return false;
	if ((value & CR0_NW) && !(value & CR0_CD))
		return false;
	if ((value & CR0_PG) && !was_paging && (efer & EFER_LME) && !can_enter_long_mode(cr4))
		return false;
	return !(was_paging && !(value & CR0_PG) && (vmcs_read(GUEST_CS_ACCESS_RIGHTS) & ACCESS_RIGHTS_L));
}

/* SDM: "PAE Paging": what must be 0 in a directory pointer that is present. */
static inline bool pdpte_is_valid(uint64_t pdpte)
{
	uint64_t reserved = 0x1e6 | ~0ull << (cpuid(0x80000008, 0).eax & 0xff);

	return !(pdpte & 1) || !(pdpte & reserved);
}

/* lab 5A: four table entries that the guest may change meanwhile */
/* 32-bit PAE paging: the CPU keeps the four directory pointers in registers, which an exit's handler must load as MOV to CR0 would. */
static bool load_pdptes(struct vm *vm)
{
	uint64_t pdptes[4];

	if (copy_from_guest(&vm->memory, pdptes, vmcs_read(GUEST_CR3) & 0xffffffe0, sizeof(pdptes)))
		return false;
	for (unsigned i = 0; i < 4; i++)
		if (!pdpte_is_valid(pdptes[i]))
			return false;
	for (unsigned i = 0; i < 4; i++)
		vmcs_write(GUEST_PDPTE0 + 2 * i, pdptes[i]);
	return true;
}
/* end of 5A */

static bool uses_pae(uint64_t cr0)
{
	return (cr0 & CR0_PG) && (vmcs_read(GUEST_CR4) & CR4_PAE) && !(vmcs_read(GUEST_IA32_EFER) & EFER_LME);
}

static bool turns_paging_off(uint64_t value)
{
	return (vmcs_read(GUEST_CR0) & CR0_PG) && !(value & CR0_PG);
}

static enum verdict write_guest_cr0(struct vm *vm, uint64_t value)
{
	if (!cr0_is_valid(value) || (uses_pae(value) && !load_pdptes(vm))) {
		inject_exception(vm, VECTOR_GP, 0);
		return VERDICT_SAME;
	}
	if (turns_paging_off(value) && vmx_capabilities.vpid)
		vmx_invvpid(vm->id + 1);        /* SDM: "Operations that Invalidate TLBs and Paging-Structure Caches" */
	vmcs_write(GUEST_CR0, setup_guest_cr0(value));
	vmcs_write(CR0_READ_SHADOW, value);
	guest_mode_changed(vm);
	return VERDICT_NEXT;
}

/* Only a write that would set a bit of ours comes here: they read 0, and stay 0, because CPUID shows none of what they turn on. */
static enum verdict write_guest_cr4(struct vm *vm, uint64_t value)
{
	vm_log(vm, "write of 0x%lx to CR4 refused: #GP", value);
	inject_exception(vm, VECTOR_GP, 0);
	return VERDICT_SAME;
}

static enum verdict write_guest_cr8(struct vm *vm, uint64_t value)
{
	if (value > 15) {
		inject_exception(vm, VECTOR_GP, 0);
		return VERDICT_SAME;
	}
	vm->vcpu.cr8 = value;
	return VERDICT_NEXT;
}

static bool in_64bit_mode(void)
{
	return (vmcs_read(GUEST_IA32_EFER) & EFER_LMA) && (vmcs_read(GUEST_CS_ACCESS_RIGHTS) & ACCESS_RIGHTS_L);
}

static enum verdict mov_to_cr(struct vm *vm, unsigned cr, unsigned operand)
{
	uint64_t value = guest_register(vm, operand);

	if (!in_64bit_mode())
		value = (uint32_t)value;        /* the upper half is what 64-bit code left there */
	switch (cr) {
	case 0: return write_guest_cr0(vm, value);
	case 4: return write_guest_cr4(vm, value);
	case 8: return write_guest_cr8(vm, value);
	default: return handle_unsupported(vm);
	}
}

enum verdict handle_control_register(struct vm *vm)
{
	uint64_t qualification = exit_qualification(vm);
	unsigned cr = REGISTER(qualification), operand = OPERAND(qualification);

	if (ACCESS(qualification) == MOV_TO_CR)
		return mov_to_cr(vm, cr, operand);
	if (ACCESS(qualification) != MOV_FROM_CR || cr != 8)
		return handle_unsupported(vm);
	set_guest_register(vm, operand, vm->vcpu.cr8);
	return VERDICT_NEXT;
}

enum verdict handle_rdpmc(struct vm *vm)
{
	inject_exception(vm, VECTOR_GP, 0);             /* CPUID shows no performance counters */
	return VERDICT_SAME;
}

/* INVD throws caches away unwritten, the hypervisor's data among them: it becomes nothing, which a guest cannot tell from it. */
enum verdict handle_invd(struct vm *vm)
{
	return VERDICT_NEXT;
}

/* XSETBV exits whatever the privilege: the rules are ours to check. SDM: "XSETBV—Set Extended Control Register" */
enum verdict handle_xsetbv(struct vm *vm)
{
	struct vcpu_regs *regs = &vm->vcpu.regs;
	uint64_t value = (uint32_t)regs->rax | regs->rdx << 32;
	bool privileged = ACCESS_RIGHTS_DPL(vmcs_read(GUEST_SS_ACCESS_RIGHTS)) == 0;
	bool avx_without_sse = (value & 6) == 4;

	if (!privileged || (uint32_t)regs->rcx != 0 || !(value & 1) || (value & ~guest_xcr0_bits()) || avx_without_sse) {
		inject_exception(vm, VECTOR_GP, 0);
		return VERDICT_SAME;
	}
	vm->vcpu.switched.xcr0 = value;
	xsetbv(value);
	return VERDICT_NEXT;
}

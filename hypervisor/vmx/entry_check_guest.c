/* SDM: "Checks on Guest Control Registers, Debug Registers, and MSRs", "… Descriptor-Table Registers", "… RIP, RFLAGS, and SSP", "… PDPTEs". */
#include "vmx/entry_rules.h"

#define DEBUGCTL_RESERVED 0xffffffffffff003cull         /* bit 2 too, without bus-lock detection */
#define RFLAGS_RESERVED   0xffffffffffc08028ull
#define PDPTE_PRESENT     1
#define PDPTE_RESERVED    0x1e6

static void check_control_registers(struct entry_check *check)
{
	const struct vmcs_view *v = check->view;
	uint64_t cr0 = v->read(GUEST_CR0), cr4 = v->read(GUEST_CR4), may_be_0 = is_unrestricted(v) ? CR0_PE | CR0_PG : 0;
	bool ia32e = is_ia32e_guest(v);

	RULE(GUEST_CR0, is_fixed_right(cr0, v->caps->cr0_fixed0 & ~may_be_0, v->caps->cr0_fixed1),
		"must have the bits of IA32_VMX_CR0_FIXED0, and none beside IA32_VMX_CR0_FIXED1");
	RULE(GUEST_CR0, !(cr0 & CR0_PG) || (cr0 & CR0_PE), "CR0.PE must be 1 while CR0.PG is 1");
	RULE(GUEST_CR0, !ia32e || (cr0 & CR0_PG), "CR0.PG must be 1 in IA-32e mode");
	RULE(GUEST_CR4, is_fixed_right(cr4, v->caps->cr4_fixed0, v->caps->cr4_fixed1),
		"must have the bits of IA32_VMX_CR4_FIXED0, and none beside IA32_VMX_CR4_FIXED1");
	RULE(GUEST_CR4, !(cr4 & CR4_CET) || (cr0 & CR0_WP), "CR4.CET must be 0 while CR0.WP is 0");
	RULE(GUEST_CR4, !ia32e || (cr4 & CR4_PAE), "CR4.PAE must be 1 in IA-32e mode");
	RULE(GUEST_CR4, ia32e || !(cr4 & CR4_PCIDE), "CR4.PCIDE must be 0 outside IA-32e mode");
	RULE(GUEST_CR3, is_physical(v, v->read(GUEST_CR3)), "bits beyond the physical-address width must be 0");
}

static void check_efer(struct entry_check *check)
{
	const struct vmcs_view *v = check->view;
	uint64_t efer = v->read(GUEST_IA32_EFER);
	bool lma = efer & EFER_LMA, lme = efer & EFER_LME;

	RULE(GUEST_IA32_EFER, has_only_efer_bits(efer), "only SCE, LME, LMA and NXE may be 1");
	RULE(GUEST_IA32_EFER, lma == is_ia32e_guest(v), "LMA must equal the VM-entry control \"IA-32e mode guest\"");
	RULE(GUEST_IA32_EFER, lma == lme || !guest_is_paging(v), "LMA must equal LME while CR0.PG is 1");
}

static void check_msrs(struct entry_check *check)
{
	const struct vmcs_view *v = check->view;

	if (entry_controls(v) & ENTRY_LOAD_DEBUG_CONTROLS) {
		RULE(GUEST_IA32_DEBUGCTL, !(v->read(GUEST_IA32_DEBUGCTL) & DEBUGCTL_RESERVED), "bits 63:16 and 5:2 are reserved");
		RULE(GUEST_DR7, !(v->read(GUEST_DR7) >> 32), "bits 63:32 must be 0");
	}
	CANONICAL_RULE(GUEST_IA32_SYSENTER_ESP);
	CANONICAL_RULE(GUEST_IA32_SYSENTER_EIP);
	if (entry_controls(v) & ENTRY_LOAD_IA32_PAT)
		RULE(GUEST_IA32_PAT, is_pat(v->read(GUEST_IA32_PAT)), "each byte must be a memory type: 0, 1, 4, 5, 6 or 7");
	if (entry_controls(v) & ENTRY_LOAD_IA32_EFER)
		check_efer(check);
}

static void check_descriptor_tables(struct entry_check *check)
{
	const struct vmcs_view *v = check->view;

	CANONICAL_RULE(GUEST_GDTR_BASE);
	CANONICAL_RULE(GUEST_IDTR_BASE);
	RULE(GUEST_GDTR_LIMIT, v->read(GUEST_GDTR_LIMIT) <= 0xffff, "bits 31:16 must be 0");
	RULE(GUEST_IDTR_LIMIT, v->read(GUEST_IDTR_LIMIT) <= 0xffff, "bits 31:16 must be 0");
}

static void check_rip_and_rflags(struct entry_check *check)
{
	const struct vmcs_view *v = check->view;
	uint64_t rflags = v->read(GUEST_RFLAGS);
	bool ia32e = is_ia32e_guest(v);

	if (ia32e && (v->read(GUEST_CS_ACCESS_RIGHTS) & ACCESS_RIGHTS_L))
		CANONICAL_RULE(GUEST_RIP);
	else
		RULE(GUEST_RIP, !(v->read(GUEST_RIP) >> 32), "bits 63:32 must be 0 outside 64-bit mode");
	RULE(GUEST_RFLAGS, (rflags & (RFLAGS_RESERVED | RFLAGS_FIXED)) == RFLAGS_FIXED, "bit 1 must be 1; bits 3, 5, 15 and 63:22 must be 0");
	RULE(GUEST_RFLAGS, !(rflags & RFLAGS_VM) || (!ia32e && guest_is_protected(v)), "VM must be 0 in IA-32e mode and in real mode");
	RULE(GUEST_RFLAGS, (rflags & RFLAGS_IF) || !injects(v, INTR_TYPE_EXTERNAL), "IF must be 1 to inject an external interrupt");
}

/* 32-bit PAE paging. Without EPT the CPU would read them from memory, where CR3 points. */
static void check_pdptes(struct entry_check *check)
{
	const struct vmcs_view *v = check->view;
	bool pae = guest_is_paging(v) && (v->read(GUEST_CR4) & CR4_PAE) && !is_ia32e_guest(v);

	if (!pae || !(secondary_controls(v) & CPU2_ENABLE_EPT))
		return;
#define PDPTE_RULE(field) RULE(field, !(v->read(field) & PDPTE_PRESENT) || \
	(!(v->read(field) & PDPTE_RESERVED) && is_physical(v, v->read(field))), "bits 2:1, 8:5 and those beyond the physical-address width must be 0")
	PDPTE_RULE(GUEST_PDPTE0);
	PDPTE_RULE(GUEST_PDPTE1);
	PDPTE_RULE(GUEST_PDPTE2);
	PDPTE_RULE(GUEST_PDPTE3);
}

void check_guest_registers(struct entry_check *check)
{
	check_control_registers(check);
	check_msrs(check);
	check_descriptor_tables(check);
	check_rip_and_rflags(check);
	check_pdptes(check);
}

/* SDM: "Checks on Guest Control Registers, Debug Registers, and MSRs", "… Descriptor-Table Registers", "… RIP, RFLAGS, and SSP", "… PDPTEs". */
#include "vmx/entry_rules.h"

#define DEBUGCTL_RESERVED 0xffffffffffff003cull         /* bit 2 too, without bus-lock detection */
#define RFLAGS_RESERVED   0xffffffffffc08028ull
#define PDPTE_PRESENT     1
#define PDPTE_RESERVED    0x1e6

static bool cr0_is_fixed_right(const struct vmcs_view *v)
{
	uint64_t fixed0 = v->caps->cr0_fixed0;

	if (is_unrestricted(v))
		fixed0 &= ~(CR0_PE | CR0_PG);
	return is_fixed_right(v->read(GUEST_CR0), fixed0, v->caps->cr0_fixed1);
}

static bool is_paging(const struct vmcs_view *v)
{
	return v->read(GUEST_CR0) & CR0_PG;
}

static bool paging_is_protected(const struct vmcs_view *v)
{
	return !is_paging(v) || guest_is_protected(v);
}

static bool cr4_is_fixed_right(const struct vmcs_view *v)
{
	return is_fixed_right(v->read(GUEST_CR4), v->caps->cr4_fixed0, v->caps->cr4_fixed1);
}

static bool cet_has_wp(const struct vmcs_view *v)
{
	return !(v->read(GUEST_CR4) & CR4_CET) || (v->read(GUEST_CR0) & CR0_WP);
}

static bool ia32e_has_paging(const struct vmcs_view *v)
{
	return !is_ia32e_guest(v) || is_paging(v);
}

static bool has_pae(const struct vmcs_view *v)
{
	return v->read(GUEST_CR4) & CR4_PAE;
}

static bool ia32e_has_pae(const struct vmcs_view *v)
{
	return !is_ia32e_guest(v) || has_pae(v);
}

static bool pcide_is_ia32e(const struct vmcs_view *v)
{
	return is_ia32e_guest(v) || !(v->read(GUEST_CR4) & CR4_PCIDE);
}

static bool cr3_is_physical(const struct vmcs_view *v)
{
	return is_physical(v, v->read(GUEST_CR3));
}

static bool debugctl_reserved_are_0(const struct vmcs_view *v)
{
	return !(entry_controls(v) & ENTRY_LOAD_DEBUG_CONTROLS) || !(v->read(GUEST_IA32_DEBUGCTL) & DEBUGCTL_RESERVED);
}

static bool dr7_is_32_bit(const struct vmcs_view *v)
{
	return !(entry_controls(v) & ENTRY_LOAD_DEBUG_CONTROLS) || !(v->read(GUEST_DR7) >> 32);
}

static bool sysenter_esp_is_canonical(const struct vmcs_view *v)
{
	return is_canonical(v, v->read(GUEST_IA32_SYSENTER_ESP));
}

static bool sysenter_eip_is_canonical(const struct vmcs_view *v)
{
	return is_canonical(v, v->read(GUEST_IA32_SYSENTER_EIP));
}

static bool pat_is_good(const struct vmcs_view *v)
{
	return !(entry_controls(v) & ENTRY_LOAD_IA32_PAT) || is_pat(v->read(GUEST_IA32_PAT));
}

static bool loads_efer(const struct vmcs_view *v)
{
	return entry_controls(v) & ENTRY_LOAD_IA32_EFER;
}

static bool efer_reserved_are_0(const struct vmcs_view *v)
{
	return !loads_efer(v) || has_only_efer_bits(v->read(GUEST_IA32_EFER));
}

static bool lma_is_ia32e(const struct vmcs_view *v)
{
	return !loads_efer(v) || !(v->read(GUEST_IA32_EFER) & EFER_LMA) == !is_ia32e_guest(v);
}

static bool lma_is_lme(const struct vmcs_view *v)
{
	uint64_t efer = loads_efer(v) ? v->read(GUEST_IA32_EFER) : 0;

	return !is_paging(v) || !(efer & EFER_LMA) == !(efer & EFER_LME);
}

static bool gdtr_is_canonical(const struct vmcs_view *v)
{
	return is_canonical(v, v->read(GUEST_GDTR_BASE));
}

static bool idtr_is_canonical(const struct vmcs_view *v)
{
	return is_canonical(v, v->read(GUEST_IDTR_BASE));
}

static bool gdtr_limit_is_16_bit(const struct vmcs_view *v)
{
	return v->read(GUEST_GDTR_LIMIT) <= 0xffff;
}

static bool idtr_limit_is_16_bit(const struct vmcs_view *v)
{
	return v->read(GUEST_IDTR_LIMIT) <= 0xffff;
}

static bool is_64_bit_code(const struct vmcs_view *v)
{
	return is_ia32e_guest(v) && (v->read(GUEST_CS_ACCESS_RIGHTS) & ACCESS_RIGHTS_L);
}

static bool rip_is_32_bit(const struct vmcs_view *v)
{
	return is_64_bit_code(v) || !(v->read(GUEST_RIP) >> 32);
}

static bool rip_is_canonical(const struct vmcs_view *v)
{
	return !is_64_bit_code(v) || is_canonical(v, v->read(GUEST_RIP));
}

static bool rflags_reserved_are_right(const struct vmcs_view *v)
{
	return (v->read(GUEST_RFLAGS) & (RFLAGS_RESERVED | RFLAGS_FIXED)) == RFLAGS_FIXED;
}

static bool virtual_8086_is_possible(const struct vmcs_view *v)
{
	return !is_virtual_8086(v) || (!is_ia32e_guest(v) && guest_is_protected(v));
}

static bool interrupt_is_enabled(const struct vmcs_view *v)
{
	return !injects(v, INTR_TYPE_EXTERNAL) || (v->read(GUEST_RFLAGS) & RFLAGS_IF);
}

static const struct entry_rule rules[] = {
	RULE(GUEST_CR0, cr0_is_fixed_right, "must have the bits of IA32_VMX_CR0_FIXED0, and none beside IA32_VMX_CR0_FIXED1"),
	RULE(GUEST_CR0, paging_is_protected, "CR0.PE must be 1 while CR0.PG is 1"),
	RULE(GUEST_CR0, ia32e_has_paging, "CR0.PG must be 1 in IA-32e mode"),
	RULE(GUEST_CR4, cr4_is_fixed_right, "must have the bits of IA32_VMX_CR4_FIXED0, and none beside IA32_VMX_CR4_FIXED1"),
	RULE(GUEST_CR4, cet_has_wp, "CR4.CET must be 0 while CR0.WP is 0"),
	RULE(GUEST_CR4, ia32e_has_pae, "CR4.PAE must be 1 in IA-32e mode"),
	RULE(GUEST_CR4, pcide_is_ia32e, "CR4.PCIDE must be 0 outside IA-32e mode"),
	RULE(GUEST_CR3, cr3_is_physical, "bits beyond the physical-address width must be 0"),
	RULE(GUEST_IA32_DEBUGCTL, debugctl_reserved_are_0, "bits 63:16 and 5:2 are reserved"),
	RULE(GUEST_DR7, dr7_is_32_bit, "bits 63:32 must be 0"),
	RULE(GUEST_IA32_SYSENTER_ESP, sysenter_esp_is_canonical, "must be a canonical address"),
	RULE(GUEST_IA32_SYSENTER_EIP, sysenter_eip_is_canonical, "must be a canonical address"),
	RULE(GUEST_IA32_PAT, pat_is_good, "each byte must be a memory type: 0, 1, 4, 5, 6 or 7"),
	RULE(GUEST_IA32_EFER, efer_reserved_are_0, "only SCE, LME, LMA and NXE may be 1"),
	RULE(GUEST_IA32_EFER, lma_is_ia32e, "LMA must equal the VM-entry control \"IA-32e mode guest\""),
	RULE(GUEST_IA32_EFER, lma_is_lme, "LMA must equal LME while CR0.PG is 1"),
	RULE(GUEST_GDTR_BASE, gdtr_is_canonical, "must be a canonical address"),
	RULE(GUEST_IDTR_BASE, idtr_is_canonical, "must be a canonical address"),
	RULE(GUEST_GDTR_LIMIT, gdtr_limit_is_16_bit, "bits 31:16 must be 0"),
	RULE(GUEST_IDTR_LIMIT, idtr_limit_is_16_bit, "bits 31:16 must be 0"),
	RULE(GUEST_RIP, rip_is_32_bit, "bits 63:32 must be 0 outside 64-bit mode"),
	RULE(GUEST_RIP, rip_is_canonical, "must be a canonical address"),
	RULE(GUEST_RFLAGS, rflags_reserved_are_right, "bit 1 must be 1; bits 3, 5, 15 and 63:22 must be 0"),
	RULE(GUEST_RFLAGS, virtual_8086_is_possible, "VM must be 0 in IA-32e mode and in real mode"),
	RULE(GUEST_RFLAGS, interrupt_is_enabled, "IF must be 1 to inject an external interrupt"),
};

/* 32-bit PAE paging. Without EPT the CPU would read them from memory, where CR3 points. */
static void check_pdptes(struct entry_check *check)
{
	static const struct {
		enum vmcs_field field;
		const char *name;
	} pdptes[] = {
		{ GUEST_PDPTE0, "GUEST_PDPTE0" }, { GUEST_PDPTE1, "GUEST_PDPTE1" },
		{ GUEST_PDPTE2, "GUEST_PDPTE2" }, { GUEST_PDPTE3, "GUEST_PDPTE3" },
	};
	const struct vmcs_view *v = check->view;

	if (!is_paging(v) || !has_pae(v) || is_ia32e_guest(v) || !(secondary_controls(v) & CPU2_ENABLE_EPT))
		return;
	for (unsigned i = 0; i < 4; i++) {
		uint64_t pdpte = v->read(pdptes[i].field);

		if ((pdpte & PDPTE_PRESENT) && ((pdpte & PDPTE_RESERVED) || !is_physical(v, pdpte)))
			entry_rule_fails(check, pdptes[i].field, pdptes[i].name,
				"bits 2:1, 8:5 and those beyond the physical-address width must be 0");
	}
}

void check_guest_registers(struct entry_check *check)
{
	check_rules(check, RULES(rules));
	check_pdptes(check);
}

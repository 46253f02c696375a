/*
 * SDM: "Checks on Host Control Registers, MSRs and SSP", "Checks on Host Segment and Descriptor-Table Registers",
 * "Checks Related to Address-Space Size".
 */
#include "vmx/entry_rules.h"

#define SELECTOR_RPL_TI 7

static bool cr0_is_fixed_right(const struct vmcs_view *v)
{
	return is_fixed_right(v->read(HOST_CR0), v->caps->cr0_fixed0, v->caps->cr0_fixed1);
}

static bool cr4_is_fixed_right(const struct vmcs_view *v)
{
	return is_fixed_right(v->read(HOST_CR4), v->caps->cr4_fixed0, v->caps->cr4_fixed1);
}

static bool cet_has_wp(const struct vmcs_view *v)
{
	return !(v->read(HOST_CR4) & CR4_CET) || (v->read(HOST_CR0) & CR0_WP);
}

static bool cr3_is_physical(const struct vmcs_view *v)
{
	return is_physical(v, v->read(HOST_CR3));
}

static bool pat_is_good(const struct vmcs_view *v)
{
	return !(exit_controls(v) & EXIT_LOAD_IA32_PAT) || is_pat(v->read(HOST_IA32_PAT));
}

static bool efer_reserved_are_0(const struct vmcs_view *v)
{
	return !(exit_controls(v) & EXIT_LOAD_IA32_EFER) || has_only_efer_bits(v->read(HOST_IA32_EFER));
}

static bool efer_is_long_mode(const struct vmcs_view *v)
{
	uint64_t efer = exit_controls(v) & EXIT_LOAD_IA32_EFER ? v->read(HOST_IA32_EFER) : EFER_LMA | EFER_LME;

	return (efer & EFER_LMA) && (efer & EFER_LME);
}

/* An entry from 64-bit mode, the only one there is here, comes back to it. */
static bool host_is_64_bit(const struct vmcs_view *v)
{
	return exit_controls(v) & EXIT_HOST_ADDRESS_SPACE_SIZE;
}

static bool has_pae(const struct vmcs_view *v)
{
	return v->read(HOST_CR4) & CR4_PAE;
}

static bool cs_is_there(const struct vmcs_view *v)
{
	return v->read(HOST_CS_SELECTOR) != 0;
}

static bool tr_is_there(const struct vmcs_view *v)
{
	return v->read(HOST_TR_SELECTOR) != 0;
}

static const struct entry_rule rules[] = {
	RULE(HOST_CR0, cr0_is_fixed_right, "must have the bits of IA32_VMX_CR0_FIXED0, and none beside IA32_VMX_CR0_FIXED1"),
	RULE(HOST_CR4, cr4_is_fixed_right, "must have the bits of IA32_VMX_CR4_FIXED0, and none beside IA32_VMX_CR4_FIXED1"),
	RULE(HOST_CR4, cet_has_wp, "CR4.CET must be 0 while CR0.WP is 0"),
	RULE(HOST_CR3, cr3_is_physical, "bits beyond the physical-address width must be 0"),
	RULE(HOST_IA32_PAT, pat_is_good, "each byte must be a memory type: 0, 1, 4, 5, 6 or 7"),
	RULE(HOST_IA32_EFER, efer_reserved_are_0, "only SCE, LME, LMA and NXE may be 1"),
	RULE(HOST_IA32_EFER, efer_is_long_mode, "LMA and LME must equal \"host address-space size\""),
	RULE(VM_EXIT_CONTROLS, host_is_64_bit, "\"host address-space size\" must be 1: the hypervisor runs in 64-bit mode"),
	RULE(HOST_CR4, has_pae, "CR4.PAE must be 1 while \"host address-space size\" is 1"),
	RULE(HOST_CS_SELECTOR, cs_is_there, "must not be 0"),
	RULE(HOST_TR_SELECTOR, tr_is_there, "must not be 0"),
};

struct named_field {
	enum vmcs_field field;
	const char *name;
};

#define NAMED(field) { field, #field }

static void check_selectors(struct entry_check *check)
{
	static const struct named_field selectors[] = {
		NAMED(HOST_ES_SELECTOR), NAMED(HOST_CS_SELECTOR), NAMED(HOST_SS_SELECTOR), NAMED(HOST_DS_SELECTOR),
		NAMED(HOST_FS_SELECTOR), NAMED(HOST_GS_SELECTOR), NAMED(HOST_TR_SELECTOR),
	};

	for (unsigned i = 0; i < sizeof(selectors) / sizeof(selectors[0]); i++)
		if (check->view->read(selectors[i].field) & SELECTOR_RPL_TI)
			entry_rule_fails(check, selectors[i].field, selectors[i].name, "RPL and TI (bits 2:0) must be 0");
}

static void check_addresses(struct entry_check *check)
{
	static const struct named_field addresses[] = {
		NAMED(HOST_FS_BASE), NAMED(HOST_GS_BASE), NAMED(HOST_TR_BASE), NAMED(HOST_GDTR_BASE), NAMED(HOST_IDTR_BASE),
		NAMED(HOST_IA32_SYSENTER_ESP), NAMED(HOST_IA32_SYSENTER_EIP), NAMED(HOST_RIP),
	};

	for (unsigned i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
		if (!is_canonical(check->view, check->view->read(addresses[i].field)))
			entry_rule_fails(check, addresses[i].field, addresses[i].name, "must be a canonical address");
}

void check_host_state(struct entry_check *check)
{
	check_rules(check, RULES(rules));
	check_selectors(check);
	check_addresses(check);
}

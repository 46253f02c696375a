/*
 * SDM: "Checks on Host Control Registers, MSRs and SSP", "Checks on Host Segment and Descriptor-Table Registers",
 * "Checks Related to Address-Space Size".
 */
#include "vmx/entry_rules.h"

#define SELECTOR_RPL_TI 7

static void check_control_registers(struct entry_check *check)
{
	const struct vmcs_view *v = check->view;
	uint64_t cr0 = v->read(HOST_CR0), cr4 = v->read(HOST_CR4);

	RULE(HOST_CR0, is_fixed_right(cr0, v->caps->cr0_fixed0, v->caps->cr0_fixed1),
		"must have the bits of IA32_VMX_CR0_FIXED0, and none beside IA32_VMX_CR0_FIXED1");
	RULE(HOST_CR4, is_fixed_right(cr4, v->caps->cr4_fixed0, v->caps->cr4_fixed1),
		"must have the bits of IA32_VMX_CR4_FIXED0, and none beside IA32_VMX_CR4_FIXED1");
	RULE(HOST_CR4, !(cr4 & CR4_CET) || (cr0 & CR0_WP), "CR4.CET must be 0 while CR0.WP is 0");
	RULE(HOST_CR3, is_physical(v, v->read(HOST_CR3)), "bits beyond the physical-address width must be 0");
}

/* An entry from 64-bit mode, the only one there is here, comes back to it. */
static void check_address_space(struct entry_check *check)
{
	const struct vmcs_view *v = check->view;

	RULE(VM_EXIT_CONTROLS, exit_controls(v) & EXIT_HOST_ADDRESS_SPACE_SIZE,
		"\"host address-space size\" must be 1: the hypervisor runs in 64-bit mode");
	RULE(HOST_CR4, v->read(HOST_CR4) & CR4_PAE, "CR4.PAE must be 1 while \"host address-space size\" is 1");
}

static void check_msrs(struct entry_check *check)
{
	const struct vmcs_view *v = check->view;

	if (exit_controls(v) & EXIT_LOAD_IA32_PAT)
		RULE(HOST_IA32_PAT, is_pat(v->read(HOST_IA32_PAT)), "each byte must be a memory type: 0, 1, 4, 5, 6 or 7");
	if (exit_controls(v) & EXIT_LOAD_IA32_EFER) {
		uint64_t efer = v->read(HOST_IA32_EFER);

		RULE(HOST_IA32_EFER, has_only_efer_bits(efer), "only SCE, LME, LMA and NXE may be 1");
		RULE(HOST_IA32_EFER, (efer & EFER_LMA) && (efer & EFER_LME), "LMA and LME must equal \"host address-space size\"");
	}
}

static void check_selectors(struct entry_check *check)
{
	const struct vmcs_view *v = check->view;

#define SELECTOR_RULE(field) RULE(field, !(v->read(field) & SELECTOR_RPL_TI), "RPL and TI (bits 2:0) must be 0")
	SELECTOR_RULE(HOST_ES_SELECTOR);
	SELECTOR_RULE(HOST_CS_SELECTOR);
	SELECTOR_RULE(HOST_SS_SELECTOR);
	SELECTOR_RULE(HOST_DS_SELECTOR);
	SELECTOR_RULE(HOST_FS_SELECTOR);
	SELECTOR_RULE(HOST_GS_SELECTOR);
	SELECTOR_RULE(HOST_TR_SELECTOR);
	RULE(HOST_CS_SELECTOR, v->read(HOST_CS_SELECTOR) != 0, "must not be 0");
	RULE(HOST_TR_SELECTOR, v->read(HOST_TR_SELECTOR) != 0, "must not be 0");
}

static void check_addresses(struct entry_check *check)
{
	CANONICAL_RULE(HOST_FS_BASE);
	CANONICAL_RULE(HOST_GS_BASE);
	CANONICAL_RULE(HOST_TR_BASE);
	CANONICAL_RULE(HOST_GDTR_BASE);
	CANONICAL_RULE(HOST_IDTR_BASE);
	CANONICAL_RULE(HOST_IA32_SYSENTER_ESP);
	CANONICAL_RULE(HOST_IA32_SYSENTER_EIP);
	CANONICAL_RULE(HOST_RIP);
}

void check_host_state(struct entry_check *check)
{
	check_control_registers(check);
	check_address_space(check);
	check_msrs(check);
	check_selectors(check);
	check_addresses(check);
}

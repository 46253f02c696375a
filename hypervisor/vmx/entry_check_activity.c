/* SDM: "Checks on Guest Non-Register State" */
#include "vmx/entry_rules.h"

#define ACTIVITY_STATES        4
#define INTERRUPTIBILITY_KNOWN (BLOCKING_BY_STI | BLOCKING_BY_MOV_SS | BLOCKING_BY_SMI | BLOCKING_BY_NMI)
#define DEBUGCTL_BTF           (1ull << 1)

/* GUEST_PENDING_DEBUG_EXCEPTIONS */
#define PENDING_ENABLED_BREAKPOINT (1ull << 12)
#define PENDING_BS                 (1ull << 14)
#define PENDING_RTM                (1ull << 16)
#define PENDING_RESERVED           0xfffffffffffeaff0ull

static uint64_t activity(const struct vmcs_view *v)
{
	return v->read(GUEST_ACTIVITY_STATE);
}

static uint64_t blocking(const struct vmcs_view *v)
{
	return v->read(GUEST_INTERRUPTIBILITY_STATE);
}

static bool activity_exists(const struct vmcs_view *v)
{
	uint64_t state = activity(v);

	return state == ACTIVITY_ACTIVE || (state < ACTIVITY_STATES && (v->caps->misc & MISC_ACTIVITY_HLT << (state - ACTIVITY_HLT)));
}

static bool hlt_has_dpl_0(const struct vmcs_view *v)
{
	return activity(v) != ACTIVITY_HLT || ACCESS_RIGHTS_DPL(v->read(GUEST_SS_ACCESS_RIGHTS)) == 0;
}

static bool shadow_is_active(const struct vmcs_view *v)
{
	return activity(v) == ACTIVITY_ACTIVE || !(blocking(v) & (BLOCKING_BY_STI | BLOCKING_BY_MOV_SS));
}

static bool injects_exception(const struct vmcs_view *v, enum vector vector)
{
	return injects(v, INTR_TYPE_HARDWARE_EXCEPTION) && (v->read(VM_ENTRY_INTERRUPTION_INFORMATION) & INTR_VECTOR_MASK) == vector;
}

static bool wakes_from_hlt(const struct vmcs_view *v)
{
	return injects(v, INTR_TYPE_EXTERNAL) || injects(v, INTR_TYPE_NMI) || injects(v, INTR_TYPE_OTHER_EVENT) ||
		injects_exception(v, VECTOR_DB) || injects_exception(v, VECTOR_MC);
}

static bool wakes_from_shutdown(const struct vmcs_view *v)
{
	return injects(v, INTR_TYPE_NMI) || injects_exception(v, VECTOR_MC);
}

static bool event_is_not_blocked(const struct vmcs_view *v)
{
	if (!(v->read(VM_ENTRY_INTERRUPTION_INFORMATION) & INTR_VALID))
		return true;
	switch (activity(v)) {
	case ACTIVITY_HLT: return wakes_from_hlt(v);
	case ACTIVITY_SHUTDOWN: return wakes_from_shutdown(v);
	case ACTIVITY_WAIT_FOR_SIPI: return false;
	default: return true;
	}
}

static bool interruptibility_is_known(const struct vmcs_view *v)
{
	return !(blocking(v) & ~(uint64_t)INTERRUPTIBILITY_KNOWN);
}

static bool sti_excludes_mov_ss(const struct vmcs_view *v)
{
	return !(blocking(v) & BLOCKING_BY_STI) || !(blocking(v) & BLOCKING_BY_MOV_SS);
}

static bool sti_has_if(const struct vmcs_view *v)
{
	return !(blocking(v) & BLOCKING_BY_STI) || (v->read(GUEST_RFLAGS) & RFLAGS_IF);
}

static bool interrupt_is_not_blocked(const struct vmcs_view *v)
{
	return !injects(v, INTR_TYPE_EXTERNAL) || !(blocking(v) & (BLOCKING_BY_STI | BLOCKING_BY_MOV_SS));
}

/* Whether STI blocks an NMI is for each CPU model to say; so no entry should rest on it. */
static bool nmi_is_not_blocked(const struct vmcs_view *v)
{
	return !injects(v, INTR_TYPE_NMI) || !(blocking(v) & (BLOCKING_BY_STI | BLOCKING_BY_MOV_SS));
}

static bool virtual_nmi_is_not_blocked(const struct vmcs_view *v)
{
	return !injects(v, INTR_TYPE_NMI) || !(pin_controls(v) & PIN_VIRTUAL_NMIS) || !(blocking(v) & BLOCKING_BY_NMI);
}

static bool smi_is_not_blocked(const struct vmcs_view *v)
{
	return !(blocking(v) & BLOCKING_BY_SMI);
}

static uint64_t pending(const struct vmcs_view *v)
{
	return v->read(GUEST_PENDING_DEBUG_EXCEPTIONS);
}

static bool pending_reserved_are_0(const struct vmcs_view *v)
{
	return !(pending(v) & PENDING_RESERVED);
}

static bool single_steps(const struct vmcs_view *v)
{
	return (v->read(GUEST_RFLAGS) & RFLAGS_TF) && !(v->read(GUEST_IA32_DEBUGCTL) & DEBUGCTL_BTF);
}

/* In these states a single step of the last instruction is still to come, so BS must tell of it, and only of that. */
static bool holds_step_back(const struct vmcs_view *v)
{
	return (blocking(v) & (BLOCKING_BY_STI | BLOCKING_BY_MOV_SS)) || activity(v) == ACTIVITY_HLT;
}

static bool bs_is_1_in_single_step(const struct vmcs_view *v)
{
	return !holds_step_back(v) || !single_steps(v) || (pending(v) & PENDING_BS);
}

static bool bs_is_0_without_single_step(const struct vmcs_view *v)
{
	return !holds_step_back(v) || single_steps(v) || !(pending(v) & PENDING_BS);
}

static bool rtm_is_alone(const struct vmcs_view *v)
{
	if (!(pending(v) & PENDING_RTM))
		return true;
	return pending(v) == (PENDING_RTM | PENDING_ENABLED_BREAKPOINT) && !(blocking(v) & BLOCKING_BY_MOV_SS);
}

static bool link_is_none(const struct vmcs_view *v)
{
	return v->read(VMCS_LINK_POINTER) == ~0ull;
}

static const struct entry_rule rules[] = {
	RULE(GUEST_ACTIVITY_STATE, activity_exists, "must be 0, or 1 to 3 as IA32_VMX_MISC offers"),
	RULE(GUEST_ACTIVITY_STATE, hlt_has_dpl_0, "must not be 1 (HLT) while SS.DPL is not 0"),
	RULE(GUEST_ACTIVITY_STATE, shadow_is_active, "must be 0 (active) while STI or MOV SS blocks interrupts"),
	RULE(GUEST_ACTIVITY_STATE, event_is_not_blocked, "blocks the event that the entry would inject"),
	RULE(GUEST_INTERRUPTIBILITY_STATE, interruptibility_is_known, "bits 31:4 must be 0"),
	RULE(GUEST_INTERRUPTIBILITY_STATE, sti_excludes_mov_ss, "blocking by STI and by MOV SS must not both be 1"),
	RULE(GUEST_INTERRUPTIBILITY_STATE, sti_has_if, "blocking by STI must be 0 while RFLAGS.IF is 0"),
	RULE(GUEST_INTERRUPTIBILITY_STATE, interrupt_is_not_blocked, "no blocking by STI or MOV SS while an interrupt is injected"),
	RULE(GUEST_INTERRUPTIBILITY_STATE, nmi_is_not_blocked, "no blocking by STI or MOV SS while an NMI is injected"),
	RULE(GUEST_INTERRUPTIBILITY_STATE, virtual_nmi_is_not_blocked, "no blocking by NMI while a virtual NMI is injected"),
	RULE(GUEST_INTERRUPTIBILITY_STATE, smi_is_not_blocked, "blocking by SMI must be 0 outside SMM"),
	RULE(GUEST_PENDING_DEBUG_EXCEPTIONS, pending_reserved_are_0, "bits 63:17, 15, 13 and 11:4 must be 0"),
	RULE(GUEST_PENDING_DEBUG_EXCEPTIONS, bs_is_1_in_single_step, "BS (bit 14) must be 1: RFLAGS.TF, but a shadow or HLT"),
	RULE(GUEST_PENDING_DEBUG_EXCEPTIONS, bs_is_0_without_single_step, "BS (bit 14) must be 0: a shadow or HLT, but no RFLAGS.TF"),
	RULE(GUEST_PENDING_DEBUG_EXCEPTIONS, rtm_is_alone, "with RTM (bit 16) only bit 12 may and must be 1"),
	RULE(VMCS_LINK_POINTER, link_is_none, "must be all ones: there are no shadow VMCSs here"),
};

void check_guest_activity(struct entry_check *check)
{
	check_rules(check, RULES(rules));
}

/* SDM: "Checks on Guest Non-Register State" */
#include "vmx/entry_rules.h"

#define ACTIVITY_STATES 4
#define BLOCKING_SHADOW (BLOCKING_BY_STI | BLOCKING_BY_MOV_SS)
#define BLOCKING_KNOWN  (BLOCKING_SHADOW | BLOCKING_BY_SMI | BLOCKING_BY_NMI)
#define DEBUGCTL_BTF    (1ull << 1)

/* GUEST_PENDING_DEBUG_EXCEPTIONS */
#define PENDING_ENABLED_BREAKPOINT (1ull << 12)
#define PENDING_BS                 (1ull << 14)
#define PENDING_RTM                (1ull << 16)
#define PENDING_RESERVED           0xfffffffffffeaff0ull

static bool activity_exists(const struct vmcs_view *v, uint64_t state)
{
	return state == ACTIVITY_ACTIVE || (state < ACTIVITY_STATES && (v->caps->misc & MISC_ACTIVITY_HLT << (state - ACTIVITY_HLT)));
}

static bool injects_exception(const struct vmcs_view *v, enum vector vector)
{
	return injects(v, INTR_TYPE_HARDWARE_EXCEPTION) && (v->read(VM_ENTRY_INTERRUPTION_INFORMATION) & INTR_VECTOR_MASK) == vector;
}

/* Does the event that is injected, if one is, get through to a CPU in this state? */
static bool event_wakes(const struct vmcs_view *v, uint64_t state)
{
	bool strong = injects(v, INTR_TYPE_NMI) || injects_exception(v, VECTOR_MC);

	if (state == ACTIVITY_ACTIVE || !(v->read(VM_ENTRY_INTERRUPTION_INFORMATION) & INTR_VALID))
		return true;
	if (state == ACTIVITY_HLT)
		return strong || injects(v, INTR_TYPE_EXTERNAL) || injects(v, INTR_TYPE_OTHER_EVENT) || injects_exception(v, VECTOR_DB);
	return strong && state != ACTIVITY_WAIT_FOR_SIPI;
}

static void check_activity(struct entry_check *check, uint64_t state, uint64_t blocking)
{
	const struct vmcs_view *v = check->view;
	unsigned ss_dpl = ACCESS_RIGHTS_DPL(v->read(GUEST_SS_ACCESS_RIGHTS));

	RULE(GUEST_ACTIVITY_STATE, activity_exists(v, state), "must be 0, or 1 to 3 as IA32_VMX_MISC offers");
	RULE(GUEST_ACTIVITY_STATE, state != ACTIVITY_HLT || ss_dpl == 0, "must not be 1 (HLT) while SS.DPL is not 0");
	RULE(GUEST_ACTIVITY_STATE, state == ACTIVITY_ACTIVE || !(blocking & BLOCKING_SHADOW),
		"must be 0 (active) while STI or MOV SS blocks interrupts");
	RULE(GUEST_ACTIVITY_STATE, event_wakes(v, state), "blocks the event that the entry would inject");
}

/* Whether STI blocks an NMI is for each CPU model to say; so no entry should rest on it. */
static void check_interruptibility(struct entry_check *check, uint64_t blocking)
{
	const struct vmcs_view *v = check->view;
	bool nmi = injects(v, INTR_TYPE_NMI), virtual_nmi = nmi && (pin_controls(v) & PIN_VIRTUAL_NMIS);

	RULE(GUEST_INTERRUPTIBILITY_STATE, !(blocking & ~(uint64_t)BLOCKING_KNOWN), "bits 31:4 must be 0");
	RULE(GUEST_INTERRUPTIBILITY_STATE, (blocking & BLOCKING_SHADOW) != BLOCKING_SHADOW,
		"blocking by STI and by MOV SS must not both be 1");
	RULE(GUEST_INTERRUPTIBILITY_STATE, !(blocking & BLOCKING_BY_STI) || (v->read(GUEST_RFLAGS) & RFLAGS_IF),
		"blocking by STI must be 0 while RFLAGS.IF is 0");
	RULE(GUEST_INTERRUPTIBILITY_STATE, !(blocking & BLOCKING_SHADOW) || !injects(v, INTR_TYPE_EXTERNAL),
		"no blocking by STI or MOV SS while an interrupt is injected");
	RULE(GUEST_INTERRUPTIBILITY_STATE, !(blocking & BLOCKING_SHADOW) || !nmi, "no blocking by STI or MOV SS while an NMI is injected");
	RULE(GUEST_INTERRUPTIBILITY_STATE, !(blocking & BLOCKING_BY_NMI) || !virtual_nmi, "no blocking by NMI while a virtual NMI is injected");
	RULE(GUEST_INTERRUPTIBILITY_STATE, !(blocking & BLOCKING_BY_SMI), "blocking by SMI must be 0 outside SMM");
}

/* In a shadow and in HLT a single step of the last instruction is still to come, so BS must tell of it, and only of that. */
static void check_pending_debug_exceptions(struct entry_check *check, bool holds_step_back, bool mov_ss)
{
	const struct vmcs_view *v = check->view;
	uint64_t pending = v->read(GUEST_PENDING_DEBUG_EXCEPTIONS);
	bool single_steps = (v->read(GUEST_RFLAGS) & RFLAGS_TF) && !(v->read(GUEST_IA32_DEBUGCTL) & DEBUGCTL_BTF);
	bool rtm_alone = pending == (PENDING_RTM | PENDING_ENABLED_BREAKPOINT) && !mov_ss;

	RULE(GUEST_PENDING_DEBUG_EXCEPTIONS, !(pending & PENDING_RESERVED), "bits 63:17, 15, 13 and 11:4 must be 0");
	RULE(GUEST_PENDING_DEBUG_EXCEPTIONS, !holds_step_back || !single_steps || (pending & PENDING_BS),
		"BS (bit 14) must be 1: RFLAGS.TF, but a shadow or HLT");
	RULE(GUEST_PENDING_DEBUG_EXCEPTIONS, !holds_step_back || single_steps || !(pending & PENDING_BS),
		"BS (bit 14) must be 0: a shadow or HLT, but no RFLAGS.TF");
	RULE(GUEST_PENDING_DEBUG_EXCEPTIONS, !(pending & PENDING_RTM) || rtm_alone, "with RTM (bit 16) only bit 12 may and must be 1");
}

void check_guest_activity(struct entry_check *check)
{
	const struct vmcs_view *v = check->view;
	uint64_t state = v->read(GUEST_ACTIVITY_STATE), blocking = v->read(GUEST_INTERRUPTIBILITY_STATE);

	check_activity(check, state, blocking);
	check_interruptibility(check, blocking);
	check_pending_debug_exceptions(check, (blocking & BLOCKING_SHADOW) || state == ACTIVITY_HLT, blocking & BLOCKING_BY_MOV_SS);
	RULE(VMCS_LINK_POINTER, v->read(VMCS_LINK_POINTER) == ~0ull, "must be all ones: there are no shadow VMCSs here");
}

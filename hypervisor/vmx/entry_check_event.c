/* SDM: "VM-Entry Control Fields" (of "Checks on VMX Controls"): the event that the entry injects. */
#include "vmx/entry_rules.h"

#define INTR_RESERVED_BITS 0x7ffff000u
#define INTR_TYPE_RESERVED (1u << 8)

/* Vectors whose exception pushes an error code: #DF #TS #NP #SS #GP #PF #AC */
#define VECTORS_WITH_ERROR_CODE (1u << 8 | 1u << 10 | 1u << 11 | 1u << 12 | 1u << 13 | 1u << 14 | 1u << 17)

static uint32_t information(const struct vmcs_view *v)
{
	return v->read(VM_ENTRY_INTERRUPTION_INFORMATION);
}

static uint32_t vector(const struct vmcs_view *v)
{
	return information(v) & INTR_VECTOR_MASK;
}

static bool delivers_error_code(const struct vmcs_view *v)
{
	return information(v) & INTR_DELIVER_ERROR;
}

static bool type_exists(const struct vmcs_view *v)
{
	if (injects(v, INTR_TYPE_OTHER_EVENT))
		return v->caps->allowed_primary.may_be_1 & CPU_MONITOR_TRAP_FLAG;
	return !injects(v, INTR_TYPE_RESERVED);
}

static bool nmi_has_vector_2(const struct vmcs_view *v)
{
	return !injects(v, INTR_TYPE_NMI) || vector(v) == VECTOR_NMI;
}

static bool exception_has_vector_below_32(const struct vmcs_view *v)
{
	return !injects(v, INTR_TYPE_HARDWARE_EXCEPTION) || vector(v) < 32;
}

static bool other_event_has_vector_0(const struct vmcs_view *v)
{
	return !injects(v, INTR_TYPE_OTHER_EVENT) || vector(v) == 0;
}

static bool reserved_are_0(const struct vmcs_view *v)
{
	return !(information(v) & INTR_RESERVED_BITS);
}

/* Real mode has no error codes, and only hardware exceptions have them. */
static bool may_deliver_error_code(const struct vmcs_view *v)
{
	return injects(v, INTR_TYPE_HARDWARE_EXCEPTION) && (guest_is_protected(v) || !is_unrestricted(v));
}

static bool error_code_is_possible(const struct vmcs_view *v)
{
	return !delivers_error_code(v) || may_deliver_error_code(v);
}

static bool error_code_fits_vector(const struct vmcs_view *v)
{
	bool pushes = vector(v) < 32 && (VECTORS_WITH_ERROR_CODE >> vector(v) & 1);

	return !may_deliver_error_code(v) || (v->caps->basic & BASIC_ANY_ERROR_CODE) || delivers_error_code(v) == pushes;
}

static bool error_code_is_short(const struct vmcs_view *v)
{
	return !delivers_error_code(v) || !(v->read(VM_ENTRY_EXCEPTION_ERROR_CODE) >> 16);
}

/* INT n, INT1, INT3 and INTO: the CPU must know where the instruction ends. */
static bool instruction_has_length(const struct vmcs_view *v)
{
	uint32_t type = information(v) & INTR_TYPE_MASK;

	if (type < INTR_TYPE_SOFTWARE_INTERRUPT || type > INTR_TYPE_SOFTWARE_EXCEPTION)
		return true;
	uint64_t length = v->read(VM_ENTRY_INSTRUCTION_LENGTH);

	return length <= 15 && (length || (v->caps->misc & MISC_ZERO_LENGTH_INJECTION));
}

static const struct entry_rule rules[] = {
	RULE(VM_ENTRY_INTERRUPTION_INFORMATION, type_exists, "type 1 is reserved, type 7 too without the monitor trap flag"),
	RULE(VM_ENTRY_INTERRUPTION_INFORMATION, nmi_has_vector_2, "an NMI has vector 2"),
	RULE(VM_ENTRY_INTERRUPTION_INFORMATION, exception_has_vector_below_32, "a hardware exception has a vector below 32"),
	RULE(VM_ENTRY_INTERRUPTION_INFORMATION, other_event_has_vector_0, "type 7 (other event) has vector 0"),
	RULE(VM_ENTRY_INTERRUPTION_INFORMATION, reserved_are_0, "bits 30:12 are reserved"),
	RULE(VM_ENTRY_INTERRUPTION_INFORMATION, error_code_is_possible, "only an exception in protected mode has an error code (bit 11)"),
	RULE(VM_ENTRY_INTERRUPTION_INFORMATION, error_code_fits_vector, "error code (bit 11): for vectors 8, 10 to 14, 17 only, and always"),
	RULE(VM_ENTRY_EXCEPTION_ERROR_CODE, error_code_is_short, "bits 31:16 must be 0"),
	RULE(VM_ENTRY_INSTRUCTION_LENGTH, instruction_has_length, "must be 1 to 15 for an event of types 4, 5 and 6"),
};

void check_event_injection(struct entry_check *check)
{
	if (information(check->view) & INTR_VALID)
		check_rules(check, RULES(rules));
}

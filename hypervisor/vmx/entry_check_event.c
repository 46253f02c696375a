/* SDM: "VM-Entry Control Fields" (of "Checks on VMX Controls"): the event that the entry injects. */
#include "vmx/entry_rules.h"

#define INTR_RESERVED_BITS 0x7ffff000u
#define INTR_TYPE_RESERVED (1u << 8)

/* Vectors whose exception pushes an error code: #DF #TS #NP #SS #GP #PF #AC */
#define VECTORS_WITH_ERROR_CODE (1u << 8 | 1u << 10 | 1u << 11 | 1u << 12 | 1u << 13 | 1u << 14 | 1u << 17)

static void check_type_and_vector(struct entry_check *check, uint32_t information)
{
	uint32_t type = information & INTR_TYPE_MASK, vector = information & INTR_VECTOR_MASK;
	bool has_other_events = check->view->caps->allowed_primary.may_be_1 & CPU_MONITOR_TRAP_FLAG;

	RULE(VM_ENTRY_INTERRUPTION_INFORMATION, type != INTR_TYPE_RESERVED && (type != INTR_TYPE_OTHER_EVENT || has_other_events),
		"type 1 is reserved, type 7 too without the monitor trap flag");
	RULE(VM_ENTRY_INTERRUPTION_INFORMATION, type != INTR_TYPE_NMI || vector == VECTOR_NMI, "an NMI has vector 2");
	RULE(VM_ENTRY_INTERRUPTION_INFORMATION, type != INTR_TYPE_HARDWARE_EXCEPTION || vector < 32, "a hardware exception has a vector below 32");
	RULE(VM_ENTRY_INTERRUPTION_INFORMATION, type != INTR_TYPE_OTHER_EVENT || vector == 0, "type 7 (other event) has vector 0");
	RULE(VM_ENTRY_INTERRUPTION_INFORMATION, !(information & INTR_RESERVED_BITS), "bits 30:12 are reserved");
}

/* Real mode has no error codes, and only hardware exceptions have them. */
static void check_error_code(struct entry_check *check, uint32_t information)
{
	const struct vmcs_view *v = check->view;
	bool delivers = information & INTR_DELIVER_ERROR;
	bool may = injects(v, INTR_TYPE_HARDWARE_EXCEPTION) && (guest_is_protected(v) || !is_unrestricted(v));
	uint32_t vector = information & INTR_VECTOR_MASK;
	bool pushes = vector < 32 && (VECTORS_WITH_ERROR_CODE >> vector & 1);

	RULE(VM_ENTRY_INTERRUPTION_INFORMATION, may || !delivers, "only an exception in protected mode has an error code (bit 11)");
	RULE(VM_ENTRY_INTERRUPTION_INFORMATION, !may || delivers == pushes || (v->caps->basic & BASIC_ANY_ERROR_CODE),
		"error code (bit 11): for vectors 8, 10 to 14, 17 only, and always");
	if (delivers)
		RULE(VM_ENTRY_EXCEPTION_ERROR_CODE, !(v->read(VM_ENTRY_EXCEPTION_ERROR_CODE) >> 16), "bits 31:16 must be 0");
}

/* INT n, INT1, INT3 and INTO: the CPU must know where the instruction ends. */
static void check_instruction_length(struct entry_check *check, uint32_t information)
{
	const struct vmcs_view *v = check->view;
	uint32_t type = information & INTR_TYPE_MASK;

	if (type < INTR_TYPE_SOFTWARE_INTERRUPT || type > INTR_TYPE_SOFTWARE_EXCEPTION)
		return;
	uint64_t length = v->read(VM_ENTRY_INSTRUCTION_LENGTH);

	RULE(VM_ENTRY_INSTRUCTION_LENGTH, length <= 15 && (length || (v->caps->misc & MISC_ZERO_LENGTH_INJECTION)),
		"must be 1 to 15 for an event of types 4, 5 and 6");
}

void check_event_injection(struct entry_check *check)
{
	uint32_t information = check->view->read(VM_ENTRY_INTERRUPTION_INFORMATION);

	if (!(information & INTR_VALID))
		return;
	check_type_and_vector(check, information);
	check_error_code(check, information);
	check_instruction_length(check, information);
}

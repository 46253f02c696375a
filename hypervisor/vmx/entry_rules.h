#pragma once
/* What the parts of the entry check share: how a rule is written, and the questions that many of them ask. */
#include <stdbool.h>
#include <stdint.h>
#include "cpu/cpu.h"
#include "vmx/entry_check.h"

struct entry_check {
	const struct vmcs_view *view;
	void (*found)(void *context, const char *sentence);
	void *context;
	unsigned failures;
};

/* One rule: if it does not hold, the sentence goes out, with the field's name and value. The caller's check is named check. */
#define RULE(field, holds, sentence) \
	((holds) ? (void)0 : entry_rule_fails(check, field, #field, "%s", sentence))
#define CANONICAL_RULE(field) \
	RULE(field, is_canonical(check->view, check->view->read(field)), "must be a canonical address")

/* A rule is broken: say so, with the field's value. */
void entry_rule_fails(struct entry_check *check, enum vmcs_field field, const char *name, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* In the order in which entry_check() asks. */
void check_controls(struct entry_check *check);
void check_event_injection(struct entry_check *check);
void check_host_state(struct entry_check *check);
void check_guest_registers(struct entry_check *check);
void check_guest_segments(struct entry_check *check);
void check_guest_activity(struct entry_check *check);

static inline uint64_t pin_controls(const struct vmcs_view *v)
{
	return v->read(PIN_BASED_CONTROLS);
}

static inline uint64_t primary_controls(const struct vmcs_view *v)
{
	return v->read(PRIMARY_PROCESSOR_BASED_CONTROLS);
}

/* Without "activate secondary controls" the CPU takes all of them for 0, whatever the field says. */
static inline uint64_t secondary_controls(const struct vmcs_view *v)
{
	return primary_controls(v) & CPU_SECONDARY_CONTROLS ? v->read(SECONDARY_PROCESSOR_BASED_CONTROLS) : 0;
}

static inline uint64_t exit_controls(const struct vmcs_view *v)
{
	return v->read(VM_EXIT_CONTROLS);
}

static inline uint64_t entry_controls(const struct vmcs_view *v)
{
	return v->read(VM_ENTRY_CONTROLS);
}

static inline bool is_unrestricted(const struct vmcs_view *v)
{
	return secondary_controls(v) & CPU2_UNRESTRICTED_GUEST;
}

static inline bool is_ia32e_guest(const struct vmcs_view *v)
{
	return entry_controls(v) & ENTRY_IA32E_MODE_GUEST;
}

static inline bool guest_is_protected(const struct vmcs_view *v)
{
	return v->read(GUEST_CR0) & CR0_PE;
}

static inline bool guest_is_paging(const struct vmcs_view *v)
{
	return v->read(GUEST_CR0) & CR0_PG;
}

static inline bool is_virtual_8086(const struct vmcs_view *v)
{
	return v->read(GUEST_RFLAGS) & RFLAGS_VM;
}

/* Does the entry inject an event of this INTR_TYPE_? */
static inline bool injects(const struct vmcs_view *v, uint32_t type)
{
	uint64_t information = v->read(VM_ENTRY_INTERRUPTION_INFORMATION);

	return (information & INTR_VALID) && (information & INTR_TYPE_MASK) == type;
}

/* Bit 63 down to the highest one that the CPU implements are all equal. */
static inline bool is_canonical(const struct vmcs_view *v, uint64_t address)
{
	unsigned unused = 64 - v->caps->linear_address_bits;

	return (uint64_t)((int64_t)(address << unused) >> unused) == address;
}

static inline bool is_physical(const struct vmcs_view *v, uint64_t address)
{
	return !(address >> v->caps->physical_address_bits);
}

/* SDM: "Restrictions on VMX Operation": bits of CR0 and CR4 that must be 1, and those that may be. */
static inline bool is_fixed_right(uint64_t value, uint64_t fixed0, uint64_t fixed1)
{
	return (value & fixed0) == fixed0 && !(value & ~fixed1);
}

/* SDM: "IA32_PAT MSR": eight memory types */
static inline bool is_pat(uint64_t pat)
{
	for (unsigned shift = 0; shift < 64; shift += 8) {
		uint8_t type = pat >> shift;

		if (type == 2 || type == 3 || type > 7)
			return false;
	}
	return true;
}

static inline bool has_only_efer_bits(uint64_t efer)
{
	return !(efer & ~(EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE));
}

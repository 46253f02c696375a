/* SDM: "Checks on Guest Segment Registers" */
#include "lib/printf.h"
#include "vmx/entry_rules.h"

enum { ES, CS, SS, DS, FS, GS, LDTR, TR };

struct segment {
	uint64_t selector, base, limit, rights;
};

/* The four fields of a segment register: where ES has them. Those of the others follow in steps of 2. */
enum part { SELECTOR = GUEST_ES_SELECTOR, BASE = GUEST_ES_BASE, LIMIT = GUEST_ES_LIMIT, RIGHTS = GUEST_ES_ACCESS_RIGHTS };

struct segment_rule {
	uint8_t registers;                      /* a bit each, ES 1, CS 2, … */
	enum { USABLE, ALWAYS } when;           /* CS and TR count as usable */
	enum part part;
	bool (*holds)(const struct vmcs_view *v, const struct segment *s);
	const char *sentence;
};

static const char *const register_names[] = { "ES", "CS", "SS", "DS", "FS", "GS", "LDTR", "TR" };

#define CODE_TYPE 8                             /* in a type: code, not data */

static unsigned type(const struct segment *s)
{
	return ACCESS_RIGHTS_TYPE(s->rights);
}

static unsigned dpl(const struct segment *s)
{
	return ACCESS_RIGHTS_DPL(s->rights);
}

static unsigned rpl(uint64_t selector)
{
	return selector & 3;
}

static unsigned ss_dpl(const struct vmcs_view *v)
{
	return ACCESS_RIGHTS_DPL(v->read(GUEST_SS_ACCESS_RIGHTS));
}

/* ---- Virtual-8086 mode: the six as the 8086 had them ---- */

static bool base_is_selector_shifted(const struct vmcs_view *v, const struct segment *s)
{
	return s->base == s->selector << 4;
}

static bool limit_is_64_kib(const struct vmcs_view *v, const struct segment *s)
{
	return s->limit == 0xffff;
}

static bool rights_are_8086(const struct vmcs_view *v, const struct segment *s)
{
	return s->rights == 0xf3;
}

#define ALL_SIX (1 << ES | 1 << CS | 1 << SS | 1 << DS | 1 << FS | 1 << GS)

static const struct segment_rule virtual_8086_rules[] = {
	{ ALL_SIX, ALWAYS, BASE, base_is_selector_shifted, "must be 16 times the selector in virtual-8086 mode" },
	{ ALL_SIX, ALWAYS, LIMIT, limit_is_64_kib, "must be 0xffff in virtual-8086 mode" },
	{ ALL_SIX, ALWAYS, RIGHTS, rights_are_8086, "must be 0xf3 in virtual-8086 mode" },
};

/* ---- Otherwise ---- */

static bool rpl_is_that_of_cs(const struct vmcs_view *v, const struct segment *s)
{
	return is_unrestricted(v) || rpl(s->selector) == rpl(v->read(GUEST_CS_SELECTOR));
}

static bool base_is_canonical(const struct vmcs_view *v, const struct segment *s)
{
	return is_canonical(v, s->base);
}

static bool base_is_32_bit(const struct vmcs_view *v, const struct segment *s)
{
	return !(s->base >> 32);
}

static bool cs_type_is_code(const struct vmcs_view *v, const struct segment *s)
{
	return (type(s) & 9) == 9 || (type(s) == 3 && is_unrestricted(v));
}

static bool ss_type_is_stack(const struct vmcs_view *v, const struct segment *s)
{
	return type(s) == 3 || type(s) == 7;
}

static bool type_is_accessed(const struct vmcs_view *v, const struct segment *s)
{
	return type(s) & 1;
}

static bool code_is_readable(const struct vmcs_view *v, const struct segment *s)
{
	return !(type(s) & CODE_TYPE) || (type(s) & 2);
}

static bool s_is_1(const struct vmcs_view *v, const struct segment *s)
{
	return s->rights & ACCESS_RIGHTS_S;
}

static bool data_cs_has_dpl_0(const struct vmcs_view *v, const struct segment *s)
{
	return type(s) != 3 || dpl(s) == 0;
}

static bool nonconforming_dpl_is_that_of_ss(const struct vmcs_view *v, const struct segment *s)
{
	return (type(s) != 9 && type(s) != 11) || dpl(s) == ss_dpl(v);
}

static bool conforming_dpl_is_up_to_ss(const struct vmcs_view *v, const struct segment *s)
{
	return (type(s) != 13 && type(s) != 15) || dpl(s) <= ss_dpl(v);
}

static bool ss_dpl_is_rpl(const struct vmcs_view *v, const struct segment *s)
{
	return is_unrestricted(v) || dpl(s) == rpl(s->selector);
}

static bool ss_dpl_is_0_without_rings(const struct vmcs_view *v, const struct segment *s)
{
	bool rings = guest_is_protected(v) && ACCESS_RIGHTS_TYPE(v->read(GUEST_CS_ACCESS_RIGHTS)) != 3;

	return rings || dpl(s) == 0;
}

static bool dpl_is_from_rpl_up(const struct vmcs_view *v, const struct segment *s)
{
	return is_unrestricted(v) || type(s) > 11 || dpl(s) >= rpl(s->selector);
}

static bool is_present(const struct vmcs_view *v, const struct segment *s)
{
	return s->rights & ACCESS_RIGHTS_P;
}

static bool reserved_are_0(const struct vmcs_view *v, const struct segment *s)
{
	return !(s->rights & 0xfffe0f00);
}

static bool l_excludes_db(const struct vmcs_view *v, const struct segment *s)
{
	return !is_ia32e_guest(v) || !(s->rights & ACCESS_RIGHTS_L) || !(s->rights & ACCESS_RIGHTS_DB);
}

static bool small_limit_has_g_0(const struct vmcs_view *v, const struct segment *s)
{
	return (s->limit & 0xfff) == 0xfff || !(s->rights & ACCESS_RIGHTS_G);
}

static bool large_limit_has_g_1(const struct vmcs_view *v, const struct segment *s)
{
	return !(s->limit >> 20) || (s->rights & ACCESS_RIGHTS_G);
}

#define DATA (1 << ES | 1 << DS | 1 << FS | 1 << GS)

static const struct segment_rule code_and_data_rules[] = {
	{ 1 << SS, ALWAYS, SELECTOR, rpl_is_that_of_cs, "RPL must equal the RPL of CS" },
	{ 1 << FS | 1 << GS, ALWAYS, BASE, base_is_canonical, "must be a canonical address" },
	{ 1 << CS | 1 << SS | 1 << DS | 1 << ES, USABLE, BASE, base_is_32_bit, "bits 63:32 must be 0" },
	{ 1 << CS, USABLE, RIGHTS, cs_type_is_code, "type must be 9, 11, 13 or 15, or 3 for an unrestricted guest" },
	{ 1 << SS, USABLE, RIGHTS, ss_type_is_stack, "type must be 3 or 7" },
	{ DATA, USABLE, RIGHTS, type_is_accessed, "type: bit 0 (accessed) must be 1" },
	{ DATA, USABLE, RIGHTS, code_is_readable, "type: a code segment must be readable (bit 1)" },
	{ ALL_SIX, USABLE, RIGHTS, s_is_1, "S (bit 4) must be 1" },
	{ 1 << CS, USABLE, RIGHTS, data_cs_has_dpl_0, "DPL must be 0 while the type is 3" },
	{ 1 << CS, USABLE, RIGHTS, nonconforming_dpl_is_that_of_ss, "DPL of a non-conforming code segment must equal SS.DPL" },
	{ 1 << CS, USABLE, RIGHTS, conforming_dpl_is_up_to_ss, "DPL of a conforming code segment must not exceed SS.DPL" },
	{ 1 << SS, ALWAYS, RIGHTS, ss_dpl_is_rpl, "DPL must equal the RPL of SS" },
	{ 1 << SS, ALWAYS, RIGHTS, ss_dpl_is_0_without_rings, "DPL must be 0 in real mode, and while the type of CS is 3" },
	{ DATA, USABLE, RIGHTS, dpl_is_from_rpl_up, "DPL must not be less than the selector's RPL" },
	{ ALL_SIX, USABLE, RIGHTS, is_present, "P (bit 7) must be 1" },
	{ ALL_SIX, USABLE, RIGHTS, reserved_are_0, "bits 31:17 and 11:8 are reserved" },
	{ 1 << CS, USABLE, RIGHTS, l_excludes_db, "CS.L and CS.D/B must not both be 1 in IA-32e mode" },
	{ ALL_SIX, USABLE, RIGHTS, small_limit_has_g_0, "G must be 0: bits 11:0 of the limit are not all 1" },
	{ ALL_SIX, USABLE, RIGHTS, large_limit_has_g_1, "G must be 1: bits 31:20 of the limit are not all 0" },
};

/* ---- LDTR and TR, in every mode ---- */

static bool is_in_gdt(const struct vmcs_view *v, const struct segment *s)
{
	return !(s->selector & 4);
}

static bool s_is_0(const struct vmcs_view *v, const struct segment *s)
{
	return !s_is_1(v, s);
}

static bool ldtr_type_is_ldt(const struct vmcs_view *v, const struct segment *s)
{
	return type(s) == 2;
}

static bool tr_type_is_busy_tss(const struct vmcs_view *v, const struct segment *s)
{
	return type(s) == 11 || (type(s) == 3 && !is_ia32e_guest(v));
}

static bool is_usable(const struct vmcs_view *v, const struct segment *s)
{
	return !(s->rights & ACCESS_RIGHTS_UNUSABLE);
}

#define BOTH (1 << LDTR | 1 << TR)

static const struct segment_rule system_rules[] = {
	{ BOTH, USABLE, SELECTOR, is_in_gdt, "TI (bit 2) must be 0" },
	{ BOTH, USABLE, BASE, base_is_canonical, "must be a canonical address" },
	{ 1 << LDTR, USABLE, RIGHTS, ldtr_type_is_ldt, "type must be 2 (LDT)" },
	{ 1 << TR, USABLE, RIGHTS, tr_type_is_busy_tss, "type must be 11 (busy TSS), or 3 outside IA-32e mode" },
	{ BOTH, USABLE, RIGHTS, s_is_0, "S (bit 4) must be 0" },
	{ BOTH, USABLE, RIGHTS, is_present, "P (bit 7) must be 1" },
	{ BOTH, USABLE, RIGHTS, reserved_are_0, "bits 31:17 and 11:8 are reserved" },
	{ BOTH, USABLE, RIGHTS, small_limit_has_g_0, "G must be 0: bits 11:0 of the limit are not all 1" },
	{ BOTH, USABLE, RIGHTS, large_limit_has_g_1, "G must be 1: bits 31:20 of the limit are not all 0" },
	{ 1 << TR, USABLE, RIGHTS, is_usable, "TR must be usable (bit 16)" },
};

static struct segment read_segment(const struct vmcs_view *v, unsigned index)
{
	return (struct segment){
		.selector = v->read(SELECTOR + 2 * index), .base = v->read(BASE + 2 * index),
		.limit = v->read(LIMIT + 2 * index), .rights = v->read(RIGHTS + 2 * index),
	};
}

static void segment_rule_fails(struct entry_check *check, const struct segment_rule *rule, unsigned index)
{
	const char *part = rule->part == SELECTOR ? "SELECTOR" : rule->part == BASE ? "BASE" : rule->part == LIMIT ? "LIMIT" : "ACCESS_RIGHTS";
	char name[32];

	snprintf(name, sizeof(name), "GUEST_%s_%s", register_names[index], part);
	entry_rule_fails(check, rule->part + 2 * index, name, "%s", rule->sentence);
}

static void check_register(struct entry_check *check, unsigned index, const struct segment_rule *rules, unsigned count)
{
	struct segment s = read_segment(check->view, index);
	bool counts_as_usable = index == CS || index == TR || is_usable(check->view, &s);

	for (const struct segment_rule *rule = rules; rule < rules + count; rule++)
		if ((rule->registers >> index & 1) && (rule->when == ALWAYS || counts_as_usable) && !rule->holds(check->view, &s))
			segment_rule_fails(check, rule, index);
}

void check_guest_segments(struct entry_check *check)
{
	for (unsigned index = ES; index <= GS; index++) {
		if (is_virtual_8086(check->view))
			check_register(check, index, RULES(virtual_8086_rules));
		else
			check_register(check, index, RULES(code_and_data_rules));
	}
	check_register(check, LDTR, RULES(system_rules));
	check_register(check, TR, RULES(system_rules));
}

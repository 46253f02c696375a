/* SDM: "Checks on Guest Segment Registers" */
#include "lib/printf.h"
#include "vmx/entry_rules.h"

enum { ES, CS, SS, DS, FS, GS, LDTR, TR };

/* The four fields of a segment register: where ES has them. Those of the others follow in steps of 2. */
enum part { SELECTOR = GUEST_ES_SELECTOR, BASE = GUEST_ES_BASE, LIMIT = GUEST_ES_LIMIT, ACCESS_RIGHTS = GUEST_ES_ACCESS_RIGHTS };

struct segment {
	unsigned index;
	uint64_t selector, base, limit, rights;
	unsigned rpl, type, dpl;
	bool usable;                            /* CS and TR always count as usable */
};

static struct segment read_segment(const struct vmcs_view *v, unsigned index)
{
	struct segment s = {
		.index = index, .selector = v->read(SELECTOR + 2 * index), .base = v->read(BASE + 2 * index),
		.limit = v->read(LIMIT + 2 * index), .rights = v->read(ACCESS_RIGHTS + 2 * index),
	};

	s.rpl = s.selector & 3;
	s.type = ACCESS_RIGHTS_TYPE(s.rights);
	s.dpl = ACCESS_RIGHTS_DPL(s.rights);
	s.usable = index == CS || index == TR || !(s.rights & ACCESS_RIGHTS_UNUSABLE);
	return s;
}

static void segment_rule_fails(struct entry_check *check, const struct segment *s, enum part part, const char *part_name, const char *sentence)
{
	static const char *const names[] = { "ES", "CS", "SS", "DS", "FS", "GS", "LDTR", "TR" };
	char name[32];

	snprintf(name, sizeof(name), "GUEST_%s_%s", names[s->index], part_name);
	entry_rule_fails(check, part + 2 * s->index, name, "%s", sentence);
}

/* Like RULE, about one part of the segment register s. */
#define SEGMENT_RULE(part, holds, sentence) ((holds) ? (void)0 : segment_rule_fails(check, s, part, #part, sentence))

/* As the 8086 had them. */
static void check_8086_segment(struct entry_check *check, const struct segment *s)
{
	SEGMENT_RULE(BASE, s->base == s->selector << 4, "must be 16 times the selector in virtual-8086 mode");
	SEGMENT_RULE(LIMIT, s->limit == 0xffff, "must be 0xffff in virtual-8086 mode");
	SEGMENT_RULE(ACCESS_RIGHTS, s->rights == 0xf3, "must be 0xf3 in virtual-8086 mode");
}

/* What every usable segment register must have, whatever its type. */
static void check_common_rights(struct entry_check *check, const struct segment *s)
{
	SEGMENT_RULE(ACCESS_RIGHTS, s->rights & ACCESS_RIGHTS_P, "P (bit 7) must be 1");
	SEGMENT_RULE(ACCESS_RIGHTS, !(s->rights & 0xfffe0f00), "bits 31:17 and 11:8 are reserved");
	SEGMENT_RULE(ACCESS_RIGHTS, (s->limit & 0xfff) == 0xfff || !(s->rights & ACCESS_RIGHTS_G),
		"G must be 0: bits 11:0 of the limit are not all 1");
	SEGMENT_RULE(ACCESS_RIGHTS, !(s->limit >> 20) || (s->rights & ACCESS_RIGHTS_G), "G must be 1: bits 31:20 of the limit are not all 0");
}

static void check_cs(struct entry_check *check, const struct segment *s)
{
	const struct vmcs_view *v = check->view;
	unsigned ss_dpl = ACCESS_RIGHTS_DPL(v->read(GUEST_SS_ACCESS_RIGHTS));
	bool is_code = (s->type & 9) == 9, conforming = s->type & 4;

	SEGMENT_RULE(ACCESS_RIGHTS, is_code || (s->type == 3 && is_unrestricted(v)),
		"type must be 9, 11, 13 or 15, or 3 for an unrestricted guest");
	SEGMENT_RULE(ACCESS_RIGHTS, s->type != 3 || s->dpl == 0, "DPL must be 0 while the type is 3");
	SEGMENT_RULE(ACCESS_RIGHTS, !is_code || conforming || s->dpl == ss_dpl, "DPL of a non-conforming code segment must equal SS.DPL");
	SEGMENT_RULE(ACCESS_RIGHTS, !is_code || s->dpl <= ss_dpl || !conforming, "DPL of a conforming code segment must not exceed SS.DPL");
	SEGMENT_RULE(ACCESS_RIGHTS, !is_ia32e_guest(v) || !(s->rights & ACCESS_RIGHTS_L) || !(s->rights & ACCESS_RIGHTS_DB),
		"CS.L and CS.D/B must not both be 1 in IA-32e mode");
}

/* SS.DPL is the privilege level, so it is looked at even if SS is unusable. */
static void check_ss(struct entry_check *check, const struct segment *s)
{
	const struct vmcs_view *v = check->view;
	bool rings = guest_is_protected(v) && ACCESS_RIGHTS_TYPE(v->read(GUEST_CS_ACCESS_RIGHTS)) != 3;

	if (!is_unrestricted(v)) {
		SEGMENT_RULE(SELECTOR, s->rpl == (v->read(GUEST_CS_SELECTOR) & 3), "RPL must equal the RPL of CS");
		SEGMENT_RULE(ACCESS_RIGHTS, s->dpl == s->rpl, "DPL must equal the RPL of SS");
	}
	SEGMENT_RULE(ACCESS_RIGHTS, rings || s->dpl == 0, "DPL must be 0 in real mode, and while the type of CS is 3");
	SEGMENT_RULE(ACCESS_RIGHTS, !s->usable || s->type == 3 || s->type == 7, "type must be 3 or 7");
}

static void check_data_segment(struct entry_check *check, const struct segment *s)
{
	SEGMENT_RULE(ACCESS_RIGHTS, s->type & 1, "type: bit 0 (accessed) must be 1");
	SEGMENT_RULE(ACCESS_RIGHTS, !(s->type & 8) || (s->type & 2), "type: a code segment must be readable (bit 1)");
	SEGMENT_RULE(ACCESS_RIGHTS, is_unrestricted(check->view) || s->type > 11 || s->dpl >= s->rpl,
		"DPL must not be less than the selector's RPL");
}

static void check_code_or_data(struct entry_check *check, const struct segment *s)
{
	if (s->index == CS)
		check_cs(check, s);
	else if (s->index == SS)
		check_ss(check, s);
	else if (s->usable)
		check_data_segment(check, s);
	if (s->index == FS || s->index == GS)
		SEGMENT_RULE(BASE, is_canonical(check->view, s->base), "must be a canonical address");
	else
		SEGMENT_RULE(BASE, !s->usable || !(s->base >> 32), "bits 63:32 must be 0");
	if (s->usable) {
		SEGMENT_RULE(ACCESS_RIGHTS, s->rights & ACCESS_RIGHTS_S, "S (bit 4) must be 1");
		check_common_rights(check, s);
	}
}

/* LDTR if it is usable, and TR, in every mode. */
static void check_system_segment(struct entry_check *check, const struct segment *s)
{
	bool is_16_bit_tss = s->type == 3 && !is_ia32e_guest(check->view);

	if (s->index == LDTR)
		SEGMENT_RULE(ACCESS_RIGHTS, s->type == 2, "type must be 2 (LDT)");
	else
		SEGMENT_RULE(ACCESS_RIGHTS, s->type == 11 || is_16_bit_tss, "type must be 11 (busy TSS), or 3 outside IA-32e mode");
	SEGMENT_RULE(ACCESS_RIGHTS, !(s->rights & ACCESS_RIGHTS_UNUSABLE), "TR must be usable (bit 16)");
	SEGMENT_RULE(SELECTOR, !(s->selector & 4), "TI (bit 2) must be 0");
	SEGMENT_RULE(BASE, is_canonical(check->view, s->base), "must be a canonical address");
	SEGMENT_RULE(ACCESS_RIGHTS, !(s->rights & ACCESS_RIGHTS_S), "S (bit 4) must be 0");
	check_common_rights(check, s);
}

void check_guest_segments(struct entry_check *check)
{
	for (unsigned index = ES; index <= TR; index++) {
		struct segment s = read_segment(check->view, index);

		if (index > GS && s.usable)
			check_system_segment(check, &s);
		else if (index <= GS && is_virtual_8086(check->view))
			check_8086_segment(check, &s);
		else if (index <= GS)
			check_code_or_data(check, &s);
	}
}

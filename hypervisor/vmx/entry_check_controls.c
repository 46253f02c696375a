/* SDM: "Checks on VMX Controls", but for event injection, which entry_check_event.c checks. */
#include "vmx/entry_rules.h"

/* Which bits of a control word the CPU lets be 0 and 1. */
static void check_word(struct entry_check *check, enum vmcs_field field, const char *name, struct allowed_settings allowed, const char *msr)
{
	uint32_t value = check->view->read(field);
	uint32_t missing = allowed.must_be_1 & ~value, excess = value & ~allowed.may_be_1;

	if (missing)
		entry_rule_fails(check, field, name, "bits 0x%x must be 1 (IA32_VMX_%s)", missing, msr);
	if (excess)
		entry_rule_fails(check, field, name, "bits 0x%x must be 0 (IA32_VMX_%s)", excess, msr);
}

static void check_words(struct entry_check *check)
{
	const struct vmx_capabilities *caps = check->view->caps;

#define WORD(field, allowed, msr) check_word(check, field, #field, caps->allowed, msr)
	WORD(PIN_BASED_CONTROLS, allowed_pin, "PINBASED_CTLS");
	WORD(PRIMARY_PROCESSOR_BASED_CONTROLS, allowed_primary, "PROCBASED_CTLS");
	if (primary_controls(check->view) & CPU_SECONDARY_CONTROLS)
		WORD(SECONDARY_PROCESSOR_BASED_CONTROLS, allowed_secondary, "PROCBASED_CTLS2");
	WORD(VM_EXIT_CONTROLS, allowed_exit, "EXIT_CTLS");
	WORD(VM_ENTRY_CONTROLS, allowed_entry, "ENTRY_CTLS");
#undef WORD
}

/* Controls that need another control to be 1, or to be 0. */
struct control {
	enum vmcs_field field;
	const char *field_name;
	uint64_t (*word)(const struct vmcs_view *v);
	uint32_t bit;
	const char *name;                       /* the SDM's */
};

static const struct control
#define CONTROL(symbol, field, word, bit, name) symbol = { field, #field, word, bit, name }
	CONTROL(external_interrupt_exiting, PIN_BASED_CONTROLS, pin_controls, PIN_EXTERNAL_INTERRUPT_EXITING, "external-interrupt exiting"),
	CONTROL(nmi_exiting, PIN_BASED_CONTROLS, pin_controls, PIN_NMI_EXITING, "NMI exiting"),
	CONTROL(virtual_nmis, PIN_BASED_CONTROLS, pin_controls, PIN_VIRTUAL_NMIS, "virtual NMIs"),
	CONTROL(timer, PIN_BASED_CONTROLS, pin_controls, PIN_PREEMPTION_TIMER, "activate VMX-preemption timer"),
	CONTROL(posted_interrupts, PIN_BASED_CONTROLS, pin_controls, PIN_POSTED_INTERRUPTS, "process posted interrupts"),
#define PRIMARY(symbol, bit, name) CONTROL(symbol, PRIMARY_PROCESSOR_BASED_CONTROLS, primary_controls, bit, name)
	PRIMARY(tpr_shadow, CPU_USE_TPR_SHADOW, "use TPR shadow"),
	PRIMARY(nmi_window_exiting, CPU_NMI_WINDOW_EXITING, "NMI-window exiting"),
#define SECONDARY(symbol, bit, name) CONTROL(symbol, SECONDARY_PROCESSOR_BASED_CONTROLS, secondary_controls, bit, name)
	SECONDARY(apic_accesses, CPU2_VIRTUALIZE_APIC_ACCESSES, "virtualize APIC accesses"),
	SECONDARY(ept, CPU2_ENABLE_EPT, "enable EPT"),
	SECONDARY(x2apic_mode, CPU2_VIRTUALIZE_X2APIC_MODE, "virtualize x2APIC mode"),
	SECONDARY(unrestricted_guest, CPU2_UNRESTRICTED_GUEST, "unrestricted guest"),
	SECONDARY(apic_registers, CPU2_APIC_REGISTER_VIRTUALIZATION, "APIC-register virtualization"),
	SECONDARY(interrupt_delivery, CPU2_VIRTUAL_INTERRUPT_DELIVERY, "virtual-interrupt delivery"),
	SECONDARY(pml, CPU2_ENABLE_PML, "enable PML"),
	CONTROL(acknowledge, VM_EXIT_CONTROLS, exit_controls, EXIT_ACKNOWLEDGE_INTERRUPT, "acknowledge interrupt on exit"),
	CONTROL(save_timer, VM_EXIT_CONTROLS, exit_controls, EXIT_SAVE_PREEMPTION_TIMER, "save VMX-preemption timer value");

static const struct {
	const struct control *control, *other;
	bool wants;                             /* the other must be 1 (0) while the first is 1 */
} dependencies[] = {
	{ &virtual_nmis, &nmi_exiting, 1 },
	{ &nmi_window_exiting, &virtual_nmis, 1 },
	{ &x2apic_mode, &tpr_shadow, 1 },
	{ &apic_registers, &tpr_shadow, 1 },
	{ &interrupt_delivery, &tpr_shadow, 1 },
	{ &x2apic_mode, &apic_accesses, 0 },
	{ &interrupt_delivery, &external_interrupt_exiting, 1 },
	{ &posted_interrupts, &interrupt_delivery, 1 },
	{ &posted_interrupts, &acknowledge, 1 },
	{ &unrestricted_guest, &ept, 1 },
	{ &pml, &ept, 1 },
	{ &save_timer, &timer, 1 },
};

static bool is_on(const struct vmcs_view *v, const struct control *control)
{
	return control->word(v) & control->bit;
}

static void check_dependencies(struct entry_check *check)
{
	for (unsigned i = 0; i < sizeof(dependencies) / sizeof(dependencies[0]); i++) {
		const struct control *control = dependencies[i].control, *other = dependencies[i].other;

		if (is_on(check->view, control) && is_on(check->view, other) != dependencies[i].wants)
			entry_rule_fails(check, control->field, control->field_name, "\"%s\" wants \"%s\" to be %d",
				control->name, other->name, dependencies[i].wants);
	}
}

/* An address that a control structure holds. Very old CPUs took only 32 bits. */
static bool is_vmx_address(const struct vmcs_view *v, uint64_t address, uint64_t alignment)
{
	if ((v->caps->basic & BASIC_32_BIT_ADDRESSES) && address >> 32)
		return false;
	return address % alignment == 0 && is_physical(v, address);
}

static void check_pages(struct entry_check *check)
{
	static const struct control
		PRIMARY(io_bitmaps, CPU_USE_IO_BITMAPS, "use I/O bitmaps"),
		PRIMARY(msr_bitmaps, CPU_USE_MSR_BITMAPS, "use MSR bitmaps");
	static const struct {
		const struct control *control;
		enum vmcs_field field;
		const char *name;
	} pages[] = {
#define PAGE_OF(control, field) { &control, field, #field }
		PAGE_OF(io_bitmaps, IO_BITMAP_A_ADDRESS), PAGE_OF(io_bitmaps, IO_BITMAP_B_ADDRESS),
		PAGE_OF(msr_bitmaps, MSR_BITMAP_ADDRESS), PAGE_OF(tpr_shadow, VIRTUAL_APIC_ADDRESS),
		PAGE_OF(apic_accesses, APIC_ACCESS_ADDRESS), PAGE_OF(pml, PML_ADDRESS),
	};
	const struct vmcs_view *v = check->view;

	for (unsigned i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		if (is_on(v, pages[i].control) && !is_vmx_address(v, v->read(pages[i].field), 4096))
			entry_rule_fails(check, pages[i].field, pages[i].name,
				"must be a page's address, within %u bits", v->caps->physical_address_bits);
}

/* The areas of MSRs to store and load: entries of 16 bytes. */
static void check_msr_areas(struct entry_check *check)
{
	static const struct {
		enum vmcs_field count, address;
		const char *name;
	} areas[] = {
#define AREA(of) { of##_COUNT, of##_ADDRESS, #of "_ADDRESS" }
		AREA(VM_EXIT_MSR_STORE), AREA(VM_EXIT_MSR_LOAD), AREA(VM_ENTRY_MSR_LOAD),
	};
	const struct vmcs_view *v = check->view;

	for (unsigned i = 0; i < sizeof(areas) / sizeof(areas[0]); i++) {
		uint64_t count = v->read(areas[i].count);

		if (!count)
			continue;
		uint64_t first = v->read(areas[i].address), last = first + count * 16 - 1;

		if (!is_vmx_address(v, first, 16) || !is_vmx_address(v, last, 1))
			entry_rule_fails(check, areas[i].address, areas[i].name, "the area of %lu MSRs must start at a multiple of 16 "
				"and end within %u bits", count, v->caps->physical_address_bits);
	}
}

/* Memory type in bits 2:0, levels less 1 in 5:3, accessed and dirty flags in 6. SDM: "Extended-Page-Table Pointer (EPTP)" */
static void check_ept_pointer(struct entry_check *check)
{
	const struct vmcs_view *v = check->view;
	uint64_t pointer = v->read(EPT_POINTER), offers = v->caps->ept_vpid;
	unsigned type = pointer & 7, levels = (pointer >> 3 & 7) + 1;

	RULE(EPT_POINTER, (type == 6 && (offers & EPT_CAP_WRITE_BACK)) || (type == 0 && (offers & EPT_CAP_UNCACHEABLE)),
		"memory type (bits 2:0): one that IA32_VMX_EPT_VPID_CAP offers, 6 or 0");
	RULE(EPT_POINTER, (levels == 4 && (offers & EPT_CAP_4_LEVELS)) || (levels == 5 && (offers & EPT_CAP_5_LEVELS)),
		"levels less 1 (bits 5:3): as IA32_VMX_EPT_VPID_CAP offers, 3 for 4 levels");
	RULE(EPT_POINTER, !(pointer & 1 << 6) || (offers & EPT_CAP_ACCESSED_DIRTY),
		"bit 6 must be 0: this CPU has no EPT accessed and dirty flags");
	RULE(EPT_POINTER, !(pointer & 0xf80) && is_physical(v, pointer),
		"bits 11:7 and those beyond the physical-address width must be 0");
}

static void check_posted_interrupts(struct entry_check *check)
{
	const struct vmcs_view *v = check->view;

	RULE(POSTED_INTERRUPT_NOTIFICATION_VECTOR, v->read(POSTED_INTERRUPT_NOTIFICATION_VECTOR) <= 255, "must be a vector, 0 to 255");
	RULE(POSTED_INTERRUPT_DESCRIPTOR_ADDRESS, is_vmx_address(v, v->read(POSTED_INTERRUPT_DESCRIPTOR_ADDRESS), 64),
		"must be a multiple of 64, a physical address");
}

void check_controls(struct entry_check *check)
{
	const struct vmcs_view *v = check->view;

	check_words(check);
	check_dependencies(check);
	check_pages(check);
	check_msr_areas(check);
	RULE(CR3_TARGET_COUNT, v->read(CR3_TARGET_COUNT) <= MISC_CR3_TARGETS(v->caps->misc),
		"must not exceed the CPU's count of CR3 targets (IA32_VMX_MISC)");
	if (is_on(v, &tpr_shadow) && !is_on(v, &interrupt_delivery))
		RULE(TPR_THRESHOLD, !(v->read(TPR_THRESHOLD) >> 4), "bits 31:4 must be 0");
	if (is_on(v, &posted_interrupts))
		check_posted_interrupts(check);
	if (secondary_controls(v) & CPU2_ENABLE_VPID)
		RULE(VIRTUAL_PROCESSOR_ID, v->read(VIRTUAL_PROCESSOR_ID) != 0, "must not be 0 while \"enable VPID\" is 1");
	if (is_on(v, &ept))
		check_ept_pointer(check);
	RULE(VM_ENTRY_CONTROLS, !(entry_controls(v) & (ENTRY_TO_SMM | ENTRY_DEACTIVATE_DUAL_MONITOR)),
		"\"entry to SMM\" and \"deactivate dual-monitor treatment\" must be 0");
}

/* The entry check: a good VMCS passes, and each rule is broken once, by as few fields as can be: exactly its sentence must come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "cpu/cpu.h"
#include "vmx/entry_check.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define FIELDS 0x6c18           /* behind the highest encoding */
#define FOUND_MAX 16

/* What a CPU of today says: the must-be-1 masks of Intel's, and every control that the check knows. */
static const struct vmx_capabilities today = {
	.allowed_pin = { 0x16, 0xff },
	.allowed_primary = { 0x04006172, 0xfff9fffe },
	.allowed_secondary = { 0, 0x3ffff },
	.allowed_exit = { 0x36dfb, 0xffffff },
	.allowed_entry = { 0x11fb, 0x3ffff },
	.basic = 0,
	.misc = 7 << 6 | 4 << 16,                       /* HLT, shutdown, wait-for-SIPI; 4 CR3 targets */
	.ept_vpid = EPT_CAP_4_LEVELS | EPT_CAP_WRITE_BACK,
	.physical_address_bits = 39,
	.linear_address_bits = 48,
	.cr0_fixed0 = 0x80000021, .cr0_fixed1 = 0xffffffff,
	.cr4_fixed0 = 0x2000, .cr4_fixed1 = 0xa767ff,   /* with PCIDE and CET */
};

#define PIN_GOOD       (0x16 | PIN_EXTERNAL_INTERRUPT_EXITING | PIN_NMI_EXITING | PIN_PREEMPTION_TIMER)
#define PRIMARY_GOOD   (0x04006172u | CPU_USE_TSC_OFFSETTING | CPU_HLT_EXITING | CPU_MWAIT_EXITING | CPU_RDPMC_EXITING | \
	CPU_CR8_LOAD_EXITING | CPU_CR8_STORE_EXITING | CPU_USE_IO_BITMAPS | CPU_USE_MSR_BITMAPS | CPU_MONITOR_EXITING | CPU_SECONDARY_CONTROLS)
#define SECONDARY_GOOD (CPU2_ENABLE_EPT | CPU2_UNRESTRICTED_GUEST | CPU2_ENABLE_VPID)
#define EXIT_GOOD      (0x36dfb | EXIT_SAVE_DEBUG_CONTROLS | EXIT_HOST_ADDRESS_SPACE_SIZE | EXIT_ACKNOWLEDGE_INTERRUPT | \
	EXIT_LOAD_IA32_PAT | EXIT_LOAD_IA32_EFER)
#define ENTRY_GOOD     (0x11fb | ENTRY_LOAD_DEBUG_CONTROLS | ENTRY_LOAD_IA32_PAT | ENTRY_LOAD_IA32_EFER)
#define RESTRICTED     (CPU2_ENABLE_EPT | CPU2_ENABLE_VPID)

#define CODE32 0xc09b
#define CODE64 0xa09b
#define DATA   0xc093
#define TSS    0x8b
#define PAT    0x0007040600070406ull

struct change {
	enum vmcs_field field;          /* 0: no more. VIRTUAL_PROCESSOR_ID, whose encoding is 0, has a name of its own here. */
	uint64_t value;
};
#define VPID 1

/* As vmx/setup.c leaves it: 32-bit protected mode without paging. */
static const struct change good[] = {
	{ PIN_BASED_CONTROLS, PIN_GOOD }, { PRIMARY_PROCESSOR_BASED_CONTROLS, PRIMARY_GOOD },
	{ SECONDARY_PROCESSOR_BASED_CONTROLS, SECONDARY_GOOD }, { VM_EXIT_CONTROLS, EXIT_GOOD }, { VM_ENTRY_CONTROLS, ENTRY_GOOD },
	{ IO_BITMAP_A_ADDRESS, 0x200000 }, { IO_BITMAP_B_ADDRESS, 0x201000 }, { MSR_BITMAP_ADDRESS, 0x202000 },
	{ EPT_POINTER, 0x20301e }, { VPID, 1 }, { CR3_TARGET_COUNT, 0 },
	{ VM_EXIT_MSR_STORE_COUNT, 0 }, { VM_EXIT_MSR_LOAD_COUNT, 0 }, { VM_ENTRY_MSR_LOAD_COUNT, 0 }, { VM_ENTRY_INTERRUPTION_INFORMATION, 0 },
	{ HOST_CR0, 0x80010033 }, { HOST_CR3, 0x105000 }, { HOST_CR4, 0x426a0 }, { HOST_CS_SELECTOR, 8 }, { HOST_SS_SELECTOR, 16 },
	{ HOST_DS_SELECTOR, 16 }, { HOST_ES_SELECTOR, 16 }, { HOST_FS_SELECTOR, 0 }, { HOST_GS_SELECTOR, 0 }, { HOST_TR_SELECTOR, 24 },
	{ HOST_FS_BASE, 0 }, { HOST_GS_BASE, 0 }, { HOST_TR_BASE, 0x110000 }, { HOST_GDTR_BASE, 0x111000 }, { HOST_IDTR_BASE, 0x112000 },
	{ HOST_IA32_SYSENTER_ESP, 0 }, { HOST_IA32_SYSENTER_EIP, 0 }, { HOST_IA32_EFER, 0xd00 }, { HOST_IA32_PAT, PAT },
	{ HOST_RIP, 0x100000 },
	{ GUEST_CR0, 0x31 }, { GUEST_CR3, 0 }, { GUEST_CR4, 0x2000 }, { GUEST_DR7, 0x400 }, { GUEST_RIP, 0x100020 },
	{ GUEST_RFLAGS, 2 }, { GUEST_IA32_EFER, 0 }, { GUEST_IA32_PAT, PAT }, { GUEST_IA32_DEBUGCTL, 0 },
	{ GUEST_IA32_SYSENTER_ESP, 0 }, { GUEST_IA32_SYSENTER_EIP, 0 },
	{ GUEST_INTERRUPTIBILITY_STATE, 0 }, { GUEST_ACTIVITY_STATE, 0 }, { GUEST_PENDING_DEBUG_EXCEPTIONS, 0 }, { VMCS_LINK_POINTER, ~0ull },
	{ GUEST_GDTR_BASE, 0 }, { GUEST_GDTR_LIMIT, 0 }, { GUEST_IDTR_BASE, 0 }, { GUEST_IDTR_LIMIT, 0 },
#define SEGMENT(name, selector, limit, rights) { GUEST_##name##_SELECTOR, selector }, { GUEST_##name##_BASE, 0 }, \
	{ GUEST_##name##_LIMIT, limit }, { GUEST_##name##_ACCESS_RIGHTS, rights }
	SEGMENT(CS, 0x10, 0xffffffff, CODE32), SEGMENT(ES, 0x18, 0xffffffff, DATA), SEGMENT(SS, 0x18, 0xffffffff, DATA),
	SEGMENT(DS, 0x18, 0xffffffff, DATA), SEGMENT(FS, 0x18, 0xffffffff, DATA), SEGMENT(GS, 0x18, 0xffffffff, DATA),
	SEGMENT(LDTR, 0, 0, 0x10000), SEGMENT(TR, 0, 0x67, TSS),
};

/* Lists of changes that make other good ones of it. Each ends with a field 0. */
#define PAGING         { GUEST_CR0, 0x80000031 }, { GUEST_CR3, 0x1000 }
#define IA32E          { VM_ENTRY_CONTROLS, ENTRY_GOOD | ENTRY_IA32E_MODE_GUEST }, { GUEST_CR4, 0x2020 }, { GUEST_IA32_EFER, 0x500 }
#define IA32E_PAGING   IA32E, PAGING
static const struct change mode_32[] = { { 0 } };
static const struct change mode_64[] = { IA32E_PAGING, { GUEST_CS_ACCESS_RIGHTS, CODE64 }, { 0 } };
static const struct change mode_pae[] = { PAGING, { GUEST_CR4, 0x2020 },
	{ GUEST_PDPTE0, 0x2001 }, { GUEST_PDPTE1, 0 }, { GUEST_PDPTE2, 0x1fe }, { GUEST_PDPTE3, 0xffff000000000000ull }, { 0 } };
static const struct change mode_real[] = { { GUEST_CR0, 0x30 }, { 0 } };
#define V86(name) { GUEST_##name##_SELECTOR, 0x1000 }, { GUEST_##name##_BASE, 0x10000 }, { GUEST_##name##_LIMIT, 0xffff }, \
	{ GUEST_##name##_ACCESS_RIGHTS, 0xf3 }
static const struct change mode_8086[] = { { GUEST_RFLAGS, RFLAGS_VM | 2 }, V86(ES), V86(CS), V86(SS), V86(DS), V86(FS), V86(GS), { 0 } };
static const struct change mode_restricted[] = { { SECONDARY_PROCESSOR_BASED_CONTROLS, RESTRICTED }, PAGING, { 0 } };

static struct vmx_capabilities caps;
static uint64_t fields[FIELDS];
static bool present[FIELDS];
static char found[FOUND_MAX][ENTRY_CHECK_SENTENCE];
static unsigned found_count;

/* A field that no row has written is one that the CPU may not have: VMREAD of it would fail. */
static uint64_t read_field(enum vmcs_field field)
{
	enum vmcs_field place = field == VIRTUAL_PROCESSOR_ID ? VPID : field;

	assert_true(place < FIELDS);
	if (!present[place])
		fail_msg("reads field 0x%x, which this VMCS does not have", field);
	return fields[place];
}

static void keep(void *context, const char *sentence)
{
	assert_ptr_equal(context, found);
	assert_true(strlen(sentence) < ENTRY_CHECK_SENTENCE - 1);       /* none is cut off */
	if (found_count < FOUND_MAX)
		strcpy(found[found_count], sentence);
	found_count++;
}

static void apply(const struct change *changes, size_t count)
{
	for (size_t i = 0; i < count && changes[i].field; i++) {
		fields[changes[i].field] = changes[i].value;
		present[changes[i].field] = true;
	}
}

static void check(const struct change *mode, const struct change *changes, size_t count)
{
	struct vmcs_view view = { .read = read_field, .caps = &caps };

	memset(present, 0, sizeof(present));
	apply(good, LENGTH(good));
	apply(mode, 64);
	apply(changes, count);
	found_count = 0;

	unsigned failures = entry_check(&view, keep, found);

	assert_int_equal(failures, found_count);
}

static void good_ones_pass(void **state)
{
	static const struct change *const modes[] = { mode_32, mode_64, mode_pae, mode_real, mode_8086, mode_restricted };

	for (size_t i = 0; i < LENGTH(modes); i++) {
		check(modes[i], NULL, 0);
		if (found_count)
			fail_msg("mode %zu: %s", i, found[0]);
	}
}

struct broken {
	const char *sentence;
	const struct change *mode;
	struct change changes[6];
};

static void expect_sentence(const struct broken *row)
{
	check(row->mode ? row->mode : mode_32, row->changes, LENGTH(row->changes));
	if (found_count == 1 && !strcmp(found[0], row->sentence))
		return;
	for (unsigned i = 0; i < found_count && i < FOUND_MAX; i++)
		print_error("found: %s\n", found[i]);
	fail_msg("wanted only: %s", row->sentence);
}

#define EXPECT(rows) for (size_t i = 0; i < LENGTH(rows); i++) expect_sentence(&rows[i])

#define PIN(bits)       { PIN_BASED_CONTROLS, PIN_GOOD | (bits) }
#define PRIMARY(bits)   { PRIMARY_PROCESSOR_BASED_CONTROLS, PRIMARY_GOOD | (bits) }
#define SECONDARY(bits) { SECONDARY_PROCESSOR_BASED_CONTROLS, SECONDARY_GOOD | (bits) }
#define EXIT(bits)      { VM_EXIT_CONTROLS, EXIT_GOOD | (bits) }
#define ENTRY(bits)     { VM_ENTRY_CONTROLS, ENTRY_GOOD | (bits) }
#define TPR_SHADOW      PRIMARY(CPU_USE_TPR_SHADOW), { VIRTUAL_APIC_ADDRESS, 0x204000 }, { TPR_THRESHOLD, 0 }
#define POSTED          PIN(PIN_POSTED_INTERRUPTS), PRIMARY(CPU_USE_TPR_SHADOW), { VIRTUAL_APIC_ADDRESS, 0x204000 }, \
	SECONDARY(CPU2_VIRTUAL_INTERRUPT_DELIVERY)

static void control_words(void **state)
{
	static const struct broken rows[] = {
		{ "PIN_BASED_CONTROLS 0x0000005d: bits 0x2 must be 1 (IA32_VMX_PINBASED_CTLS)",
			.changes = { { PIN_BASED_CONTROLS, PIN_GOOD & ~2 } } },
		{ "PIN_BASED_CONTROLS 0x0000015f: bits 0x100 must be 0 (IA32_VMX_PINBASED_CTLS)", .changes = { PIN(0x100) } },
		{ "PRIMARY_PROCESSOR_BASED_CONTROLS 0xb6186df8: bits 0x2 must be 1 (IA32_VMX_PROCBASED_CTLS)",
			.changes = { { PRIMARY_PROCESSOR_BASED_CONTROLS, 0xb6186df8 } } },
		{ "PRIMARY_PROCESSOR_BASED_CONTROLS 0xb6186dfb: bits 0x1 must be 0 (IA32_VMX_PROCBASED_CTLS)",
			.changes = { { PRIMARY_PROCESSOR_BASED_CONTROLS, 0xb6186dfb } } },
		{ "SECONDARY_PROCESSOR_BASED_CONTROLS 0x000800a2: bits 0x80000 must be 0 (IA32_VMX_PROCBASED_CTLS2)",
			.changes = { SECONDARY(0x80000) } },
		{ "VM_EXIT_CONTROLS 0x002bcfff: bits 0x2000 must be 1 (IA32_VMX_EXIT_CTLS)",
			.changes = { { VM_EXIT_CONTROLS, 0x2bcfff } } },
		{ "VM_EXIT_CONTROLS 0x012befff: bits 0x1000000 must be 0 (IA32_VMX_EXIT_CTLS)", .changes = { EXIT(1 << 24) } },
		{ "VM_ENTRY_CONTROLS 0x0000c1ff: bits 0x1000 must be 1 (IA32_VMX_ENTRY_CTLS)",
			.changes = { { VM_ENTRY_CONTROLS, 0xc1ff } } },
		{ "VM_ENTRY_CONTROLS 0x0004d1ff: bits 0x40000 must be 0 (IA32_VMX_ENTRY_CTLS)", .changes = { ENTRY(1 << 18) } },
	};

	EXPECT(rows);
}

static void dependencies(void **state)
{
	static const struct broken rows[] = {
		{ "PIN_BASED_CONTROLS 0x00000077: \"virtual NMIs\" wants \"NMI exiting\" to be 1",
			.changes = { { PIN_BASED_CONTROLS, (PIN_GOOD | PIN_VIRTUAL_NMIS) & ~PIN_NMI_EXITING } } },
		{ "PRIMARY_PROCESSOR_BASED_CONTROLS 0xb6586dfa: \"NMI-window exiting\" wants \"virtual NMIs\" to be 1",
			.changes = { PRIMARY(CPU_NMI_WINDOW_EXITING) } },
		{ "SECONDARY_PROCESSOR_BASED_CONTROLS 0x000000b2: \"virtualize x2APIC mode\" wants \"use TPR shadow\" to be 1",
			.changes = { SECONDARY(CPU2_VIRTUALIZE_X2APIC_MODE) } },
		{ "SECONDARY_PROCESSOR_BASED_CONTROLS 0x000001a2: \"APIC-register virtualization\" wants \"use TPR shadow\" to be 1",
			.changes = { SECONDARY(CPU2_APIC_REGISTER_VIRTUALIZATION) } },
		{ "SECONDARY_PROCESSOR_BASED_CONTROLS 0x000002a2: \"virtual-interrupt delivery\" wants \"use TPR shadow\" to be 1",
			.changes = { SECONDARY(CPU2_VIRTUAL_INTERRUPT_DELIVERY) } },
		{ "SECONDARY_PROCESSOR_BASED_CONTROLS 0x000000b3: \"virtualize x2APIC mode\" wants \"virtualize APIC accesses\" to be 0",
			.changes = { TPR_SHADOW, SECONDARY(CPU2_VIRTUALIZE_X2APIC_MODE | CPU2_VIRTUALIZE_APIC_ACCESSES), { APIC_ACCESS_ADDRESS, 0x205000 } } },
		{ "SECONDARY_PROCESSOR_BASED_CONTROLS 0x000002a2: \"virtual-interrupt delivery\" wants \"external-interrupt exiting\" to be 1",
			.changes = { TPR_SHADOW, SECONDARY(CPU2_VIRTUAL_INTERRUPT_DELIVERY), { PIN_BASED_CONTROLS, PIN_GOOD & ~1 } } },
		{ "PIN_BASED_CONTROLS 0x000000df: \"process posted interrupts\" wants \"virtual-interrupt delivery\" to be 1",
			.changes = { PIN(PIN_POSTED_INTERRUPTS), { POSTED_INTERRUPT_NOTIFICATION_VECTOR, 32 }, { POSTED_INTERRUPT_DESCRIPTOR_ADDRESS, 64 } } },
		{ "SECONDARY_PROCESSOR_BASED_CONTROLS 0x00000080: \"unrestricted guest\" wants \"enable EPT\" to be 1",
			.changes = { { SECONDARY_PROCESSOR_BASED_CONTROLS, CPU2_UNRESTRICTED_GUEST } } },
		{ "SECONDARY_PROCESSOR_BASED_CONTROLS 0x00020000: \"enable PML\" wants \"enable EPT\" to be 1",
			mode_restricted, { { SECONDARY_PROCESSOR_BASED_CONTROLS, CPU2_ENABLE_PML }, { PML_ADDRESS, 0x206000 } } },
		{ "VM_EXIT_CONTROLS 0x006befff: \"save VMX-preemption timer value\" wants \"activate VMX-preemption timer\" to be 1",
			.changes = { EXIT(EXIT_SAVE_PREEMPTION_TIMER), { PIN_BASED_CONTROLS, PIN_GOOD & ~PIN_PREEMPTION_TIMER } } },
	};

	EXPECT(rows);
}

static void addresses_and_counts(void **state)
{
	static const struct broken rows[] = {
		{ "IO_BITMAP_A_ADDRESS 0x0000000000200800: must be a page's address, within 39 bits",
			.changes = { { IO_BITMAP_A_ADDRESS, 0x200800 } } },
		{ "IO_BITMAP_B_ADDRESS 0x0000008000000000: must be a page's address, within 39 bits",
			.changes = { { IO_BITMAP_B_ADDRESS, 1ull << 39 } } },
		{ "MSR_BITMAP_ADDRESS 0x0000000000000001: must be a page's address, within 39 bits",
			.changes = { { MSR_BITMAP_ADDRESS, 1 } } },
		{ "VIRTUAL_APIC_ADDRESS 0x0000000000204010: must be a page's address, within 39 bits",
			.changes = { TPR_SHADOW, { VIRTUAL_APIC_ADDRESS, 0x204010 } } },
		{ "APIC_ACCESS_ADDRESS 0x8000000000000000: must be a page's address, within 39 bits",
			.changes = { SECONDARY(CPU2_VIRTUALIZE_APIC_ACCESSES), { APIC_ACCESS_ADDRESS, 1ull << 63 } } },
		{ "PML_ADDRESS 0x0000000000206008: must be a page's address, within 39 bits",
			.changes = { SECONDARY(CPU2_ENABLE_PML), { PML_ADDRESS, 0x206008 } } },
		{ "VM_EXIT_MSR_STORE_ADDRESS 0x0000000000300008: the area of 1 MSRs must start at a multiple of 16 and end within 39 bits",
			.changes = { { VM_EXIT_MSR_STORE_COUNT, 1 }, { VM_EXIT_MSR_STORE_ADDRESS, 0x300008 } } },
		{ "VM_EXIT_MSR_LOAD_ADDRESS 0x0000007ffffffff0: the area of 2 MSRs must start at a multiple of 16 and end within 39 bits",
			.changes = { { VM_EXIT_MSR_LOAD_COUNT, 2 }, { VM_EXIT_MSR_LOAD_ADDRESS, 0x7ffffffff0 } } },
		{ "VM_ENTRY_MSR_LOAD_ADDRESS 0x0000008000000000: the area of 3 MSRs must start at a multiple of 16 and end within 39 bits",
			.changes = { { VM_ENTRY_MSR_LOAD_COUNT, 3 }, { VM_ENTRY_MSR_LOAD_ADDRESS, 1ull << 39 } } },
		{ "CR3_TARGET_COUNT 0x00000005: must not exceed the CPU's count of CR3 targets (IA32_VMX_MISC)",
			.changes = { { CR3_TARGET_COUNT, 5 } } },
		{ "TPR_THRESHOLD 0x00000010: bits 31:4 must be 0", .changes = { TPR_SHADOW, { TPR_THRESHOLD, 0x10 } } },
		{ "VIRTUAL_PROCESSOR_ID 0x0000: must not be 0 while \"enable VPID\" is 1", .changes = { { VPID, 0 } } },
		{ "EPT_POINTER 0x000000000020301d: memory type (bits 2:0): one that IA32_VMX_EPT_VPID_CAP offers, 6 or 0",
			.changes = { { EPT_POINTER, 0x20301d } } },
		{ "EPT_POINTER 0x0000000000203018: memory type (bits 2:0): one that IA32_VMX_EPT_VPID_CAP offers, 6 or 0",
			.changes = { { EPT_POINTER, 0x203018 } } },
		{ "EPT_POINTER 0x0000000000203026: levels less 1 (bits 5:3): as IA32_VMX_EPT_VPID_CAP offers, 3 for 4 levels",
			.changes = { { EPT_POINTER, 0x203026 } } },
		{ "EPT_POINTER 0x0000000000203016: levels less 1 (bits 5:3): as IA32_VMX_EPT_VPID_CAP offers, 3 for 4 levels",
			.changes = { { EPT_POINTER, 0x203016 } } },
		{ "EPT_POINTER 0x000000000020305e: bit 6 must be 0: this CPU has no EPT accessed and dirty flags",
			.changes = { { EPT_POINTER, 0x20305e } } },
		{ "EPT_POINTER 0x000000000020309e: bits 11:7 and those beyond the physical-address width must be 0",
			.changes = { { EPT_POINTER, 0x20309e } } },
		{ "EPT_POINTER 0x000000800020301e: bits 11:7 and those beyond the physical-address width must be 0",
			.changes = { { EPT_POINTER, 0x800020301e } } },
		{ "VM_ENTRY_CONTROLS 0x0000d5ff: \"entry to SMM\" and \"deactivate dual-monitor treatment\" must be 0",
			.changes = { ENTRY(ENTRY_TO_SMM) } },
		{ "VM_ENTRY_CONTROLS 0x0000d9ff: \"entry to SMM\" and \"deactivate dual-monitor treatment\" must be 0",
			.changes = { ENTRY(ENTRY_DEACTIVATE_DUAL_MONITOR) } },
	};

	EXPECT(rows);
}

/* Posted interrupts want more fields than a row has. */
static const struct change mode_posted[] = { POSTED,
	{ POSTED_INTERRUPT_NOTIFICATION_VECTOR, 32 }, { POSTED_INTERRUPT_DESCRIPTOR_ADDRESS, 0x207040 }, { 0 } };

static void posted_interrupts(void **state)
{
	static const struct broken rows[] = {
		{ "PIN_BASED_CONTROLS 0x000000df: \"process posted interrupts\" wants \"acknowledge interrupt on exit\" to be 1",
			mode_posted, { { VM_EXIT_CONTROLS, EXIT_GOOD & ~EXIT_ACKNOWLEDGE_INTERRUPT } } },
		{ "POSTED_INTERRUPT_NOTIFICATION_VECTOR 0x0100: must be a vector, 0 to 255",
			mode_posted, { { POSTED_INTERRUPT_NOTIFICATION_VECTOR, 256 } } },
		{ "POSTED_INTERRUPT_DESCRIPTOR_ADDRESS 0x0000000000207020: must be a multiple of 64, a physical address",
			mode_posted, { { POSTED_INTERRUPT_DESCRIPTOR_ADDRESS, 0x207020 } } },
		{ "POSTED_INTERRUPT_DESCRIPTOR_ADDRESS 0x0000010000207040: must be a multiple of 64, a physical address",
			mode_posted, { { POSTED_INTERRUPT_DESCRIPTOR_ADDRESS, 0x10000207040 } } },
	};

	EXPECT(rows);
	check(mode_posted, (struct change[]){ { TPR_THRESHOLD, 0xff } }, 1);    /* not looked at with virtual-interrupt delivery */
	assert_int_equal(found_count, 0);
}

#define INFORMATION(value) { VM_ENTRY_INTERRUPTION_INFORMATION, INTR_VALID | (value) }
#define NO_ERROR_CODE      INTR_TYPE_HARDWARE_EXCEPTION
#define ERROR_CODE         (INTR_TYPE_HARDWARE_EXCEPTION | INTR_DELIVER_ERROR)

static void event_injection(void **state)
{
	static const struct broken rows[] = {
		{ "VM_ENTRY_INTERRUPTION_INFORMATION 0x80000120: type 1 is reserved, type 7 too without the monitor trap flag",
			.changes = { INFORMATION(1 << 8 | 32) } },
		{ "VM_ENTRY_INTERRUPTION_INFORMATION 0x80000203: an NMI has vector 2", .changes = { INFORMATION(INTR_TYPE_NMI | 3) } },
		{ "VM_ENTRY_INTERRUPTION_INFORMATION 0x80000320: a hardware exception has a vector below 32",
			.changes = { INFORMATION(NO_ERROR_CODE | 32) } },
		{ "VM_ENTRY_INTERRUPTION_INFORMATION 0x80000328: a hardware exception has a vector below 32",
			.changes = { INFORMATION(NO_ERROR_CODE | 40) } },
		{ "VM_ENTRY_INTERRUPTION_INFORMATION 0x80000701: type 7 (other event) has vector 0",
			.changes = { INFORMATION(INTR_TYPE_OTHER_EVENT | 1) } },
		{ "VM_ENTRY_INTERRUPTION_INFORMATION 0x80001306: bits 30:12 are reserved",
			.changes = { INFORMATION(NO_ERROR_CODE | 6 | 1 << 12) } },
		{ "VM_ENTRY_INTERRUPTION_INFORMATION 0x80000a02: only an exception in protected mode has an error code (bit 11)",
			.changes = { INFORMATION(INTR_TYPE_NMI | 2 | INTR_DELIVER_ERROR), { VM_ENTRY_EXCEPTION_ERROR_CODE, 0 } } },
		{ "VM_ENTRY_INTERRUPTION_INFORMATION 0x80000b0d: only an exception in protected mode has an error code (bit 11)",
			mode_real, { INFORMATION(ERROR_CODE | 13), { VM_ENTRY_EXCEPTION_ERROR_CODE, 0 } } },
		{ "VM_ENTRY_INTERRUPTION_INFORMATION 0x80000b06: error code (bit 11): for vectors 8, 10 to 14, 17 only, and always",
			.changes = { INFORMATION(ERROR_CODE | 6), { VM_ENTRY_EXCEPTION_ERROR_CODE, 0 } } },
		{ "VM_ENTRY_INTERRUPTION_INFORMATION 0x8000030d: error code (bit 11): for vectors 8, 10 to 14, 17 only, and always",
			.changes = { INFORMATION(NO_ERROR_CODE | 13) } },
		{ "VM_ENTRY_EXCEPTION_ERROR_CODE 0x00010000: bits 31:16 must be 0",
			.changes = { INFORMATION(ERROR_CODE | 14), { VM_ENTRY_EXCEPTION_ERROR_CODE, 0x10000 } } },
		{ "VM_ENTRY_INSTRUCTION_LENGTH 0x00000000: must be 1 to 15 for an event of types 4, 5 and 6",
			.changes = { INFORMATION(INTR_TYPE_SOFTWARE_EXCEPTION | 3), { VM_ENTRY_INSTRUCTION_LENGTH, 0 } } },
		{ "VM_ENTRY_INSTRUCTION_LENGTH 0x00000010: must be 1 to 15 for an event of types 4, 5 and 6",
			.changes = { INFORMATION(INTR_TYPE_SOFTWARE_INTERRUPT | 0x80), { VM_ENTRY_INSTRUCTION_LENGTH, 16 } } },
		{ "GUEST_RFLAGS 0x0000000000000002: IF must be 1 to inject an external interrupt", .changes = { INFORMATION(32) } },
	};

	EXPECT(rows);
}

static void host_state(void **state)
{
	static const struct broken rows[] = {
		{ "HOST_CR0 0x0000000080010013: must have the bits of IA32_VMX_CR0_FIXED0, and none beside IA32_VMX_CR0_FIXED1",
			.changes = { { HOST_CR0, 0x80010013 } } },
		{ "HOST_CR0 0x0000000180010033: must have the bits of IA32_VMX_CR0_FIXED0, and none beside IA32_VMX_CR0_FIXED1",
			.changes = { { HOST_CR0, 0x180010033 } } },
		{ "HOST_CR4 0x00000000000406a0: must have the bits of IA32_VMX_CR4_FIXED0, and none beside IA32_VMX_CR4_FIXED1",
			.changes = { { HOST_CR4, 0x406a0 } } },
		{ "HOST_CR4 0x00000000010426a0: must have the bits of IA32_VMX_CR4_FIXED0, and none beside IA32_VMX_CR4_FIXED1",
			.changes = { { HOST_CR4, 0x10426a0 } } },
		{ "HOST_CR4 0x00000000008426a0: CR4.CET must be 0 while CR0.WP is 0",
			.changes = { { HOST_CR4, 0x8426a0 }, { HOST_CR0, 0x80000033 } } },
		{ "HOST_CR4 0x0000000000042680: CR4.PAE must be 1 while \"host address-space size\" is 1",
			.changes = { { HOST_CR4, 0x42680 } } },
		{ "HOST_CR3 0x0000008000105000: bits beyond the physical-address width must be 0",
			.changes = { { HOST_CR3, 0x8000105000 } } },
		{ "HOST_IA32_PAT 0x0007040600070402: each byte must be a memory type: 0, 1, 4, 5, 6 or 7",
			.changes = { { HOST_IA32_PAT, PAT - 4 } } },
		{ "HOST_IA32_PAT 0x0807040600070406: each byte must be a memory type: 0, 1, 4, 5, 6 or 7",
			.changes = { { HOST_IA32_PAT, PAT | 8ull << 56 } } },
		{ "HOST_IA32_EFER 0x0000000000000d02: only SCE, LME, LMA and NXE may be 1", .changes = { { HOST_IA32_EFER, 0xd02 } } },
		{ "HOST_IA32_EFER 0x0000000000000900: LMA and LME must equal \"host address-space size\"",
			.changes = { { HOST_IA32_EFER, 0x900 } } },
		{ "HOST_IA32_EFER 0x0000000000000c00: LMA and LME must equal \"host address-space size\"",
			.changes = { { HOST_IA32_EFER, 0xc00 } } },
		{ "VM_EXIT_CONTROLS 0x002bedff: \"host address-space size\" must be 1: the hypervisor runs in 64-bit mode",
			.changes = { { VM_EXIT_CONTROLS, EXIT_GOOD & ~EXIT_HOST_ADDRESS_SPACE_SIZE } } },
		{ "HOST_CS_SELECTOR 0x0000: must not be 0", .changes = { { HOST_CS_SELECTOR, 0 } } },
		{ "HOST_TR_SELECTOR 0x0000: must not be 0", .changes = { { HOST_TR_SELECTOR, 0 } } },
#define HOST_SELECTOR(name) { "HOST_" #name "_SELECTOR 0x000b: RPL and TI (bits 2:0) must be 0", .changes = { { HOST_##name##_SELECTOR, 0xb } } }
		HOST_SELECTOR(ES), HOST_SELECTOR(CS), HOST_SELECTOR(SS), HOST_SELECTOR(DS), HOST_SELECTOR(FS), HOST_SELECTOR(GS), HOST_SELECTOR(TR),
		{ "HOST_SS_SELECTOR 0x0014: RPL and TI (bits 2:0) must be 0", .changes = { { HOST_SS_SELECTOR, 0x14 } } },
#define HOST_ADDRESS(name) { "HOST_" #name " 0x0000800000000000: must be a canonical address", .changes = { { HOST_##name, 1ull << 47 } } }
		HOST_ADDRESS(FS_BASE), HOST_ADDRESS(GS_BASE), HOST_ADDRESS(TR_BASE), HOST_ADDRESS(GDTR_BASE), HOST_ADDRESS(IDTR_BASE),
		HOST_ADDRESS(IA32_SYSENTER_ESP), HOST_ADDRESS(IA32_SYSENTER_EIP), HOST_ADDRESS(RIP),
	};

	EXPECT(rows);
}

static void guest_registers(void **state)
{
	static const struct broken rows[] = {
		{ "GUEST_CR0 0x0000000000000011: must have the bits of IA32_VMX_CR0_FIXED0, and none beside IA32_VMX_CR0_FIXED1",
			.changes = { { GUEST_CR0, 0x11 } } },
		{ "GUEST_CR0 0x0000000000000031: must have the bits of IA32_VMX_CR0_FIXED0, and none beside IA32_VMX_CR0_FIXED1",
			mode_restricted, { { GUEST_CR0, 0x31 } } },
		{ "GUEST_CR0 0x0000000080000030: CR0.PE must be 1 while CR0.PG is 1", .changes = { { GUEST_CR0, 0x80000030 } } },
		{ "GUEST_CR0 0x0000000000000031: CR0.PG must be 1 in IA-32e mode", .changes = { IA32E } },
		{ "GUEST_CR4 0x0000000000000000: must have the bits of IA32_VMX_CR4_FIXED0, and none beside IA32_VMX_CR4_FIXED1",
			.changes = { { GUEST_CR4, 0 } } },
		{ "GUEST_CR4 0x0000000001002000: must have the bits of IA32_VMX_CR4_FIXED0, and none beside IA32_VMX_CR4_FIXED1",
			.changes = { { GUEST_CR4, 0x1002000 } } },
		{ "GUEST_CR4 0x0000000000802000: CR4.CET must be 0 while CR0.WP is 0", .changes = { { GUEST_CR4, 0x802000 } } },
		{ "GUEST_CR4 0x0000000000002000: CR4.PAE must be 1 in IA-32e mode", mode_64, { { GUEST_CR4, 0x2000 } } },
		{ "GUEST_CR4 0x0000000000022000: CR4.PCIDE must be 0 outside IA-32e mode", .changes = { { GUEST_CR4, 0x22000 } } },
		{ "GUEST_CR3 0x0000008000000000: bits beyond the physical-address width must be 0",
			.changes = { { GUEST_CR3, 1ull << 39 } } },
		{ "GUEST_IA32_DEBUGCTL 0x0000000000000008: bits 63:16 and 5:2 are reserved", .changes = { { GUEST_IA32_DEBUGCTL, 8 } } },
		{ "GUEST_IA32_DEBUGCTL 0x0000000000010000: bits 63:16 and 5:2 are reserved",
			.changes = { { GUEST_IA32_DEBUGCTL, 1 << 16 } } },
		{ "GUEST_DR7 0x0000000100000400: bits 63:32 must be 0", .changes = { { GUEST_DR7, 0x100000400 } } },
		{ "GUEST_IA32_SYSENTER_ESP 0x0001000000000000: must be a canonical address",
			.changes = { { GUEST_IA32_SYSENTER_ESP, 1ull << 48 } } },
		{ "GUEST_IA32_SYSENTER_EIP 0xfffe800000000000: must be a canonical address",
			.changes = { { GUEST_IA32_SYSENTER_EIP, 0xfffe800000000000 } } },
		{ "GUEST_IA32_PAT 0x0007040603070406: each byte must be a memory type: 0, 1, 4, 5, 6 or 7",
			.changes = { { GUEST_IA32_PAT, PAT | 3 << 24 } } },
		{ "GUEST_IA32_EFER 0x0000000000001000: only SCE, LME, LMA and NXE may be 1", .changes = { { GUEST_IA32_EFER, 0x1000 } } },
		{ "GUEST_IA32_EFER 0x0000000000000500: LMA must equal the VM-entry control \"IA-32e mode guest\"",
			.changes = { { GUEST_IA32_EFER, 0x500 } } },
		{ "GUEST_IA32_EFER 0x0000000000000000: LMA must equal the VM-entry control \"IA-32e mode guest\"",
			mode_64, { { GUEST_IA32_EFER, 0 } } },
		{ "GUEST_IA32_EFER 0x0000000000000400: LMA must equal LME while CR0.PG is 1", mode_64, { { GUEST_IA32_EFER, 0x400 } } },
		{ "GUEST_IA32_EFER 0x0000000000000100: LMA must equal LME while CR0.PG is 1",
			.changes = { PAGING, { GUEST_IA32_EFER, 0x100 } } },
		{ "GUEST_GDTR_BASE 0x0000800000000000: must be a canonical address", .changes = { { GUEST_GDTR_BASE, 1ull << 47 } } },
		{ "GUEST_IDTR_BASE 0x0000800000000000: must be a canonical address", .changes = { { GUEST_IDTR_BASE, 1ull << 47 } } },
		{ "GUEST_GDTR_LIMIT 0x00010000: bits 31:16 must be 0", .changes = { { GUEST_GDTR_LIMIT, 0x10000 } } },
		{ "GUEST_IDTR_LIMIT 0x00010000: bits 31:16 must be 0", .changes = { { GUEST_IDTR_LIMIT, 0x10000 } } },
		{ "GUEST_RIP 0x0000000100100020: bits 63:32 must be 0 outside 64-bit mode", .changes = { { GUEST_RIP, 0x100100020 } } },
		{ "GUEST_RIP 0x0000000100100020: bits 63:32 must be 0 outside 64-bit mode",
			.changes = { IA32E_PAGING, { GUEST_RIP, 0x100100020 } } },      /* compatibility mode */
		{ "GUEST_RIP 0x0000800000000000: must be a canonical address", mode_64, { { GUEST_RIP, 1ull << 47 } } },
		{ "GUEST_RFLAGS 0x0000000000000000: bit 1 must be 1; bits 3, 5, 15 and 63:22 must be 0",
			.changes = { { GUEST_RFLAGS, 0 } } },
		{ "GUEST_RFLAGS 0x000000000000000a: bit 1 must be 1; bits 3, 5, 15 and 63:22 must be 0",
			.changes = { { GUEST_RFLAGS, 0xa } } },
		{ "GUEST_RFLAGS 0x0000000000400002: bit 1 must be 1; bits 3, 5, 15 and 63:22 must be 0",
			.changes = { { GUEST_RFLAGS, 0x400002 } } },
		{ "GUEST_RFLAGS 0x0000000000020002: VM must be 0 in IA-32e mode and in real mode", mode_8086, { IA32E_PAGING } },
		{ "GUEST_RFLAGS 0x0000000000020002: VM must be 0 in IA-32e mode and in real mode", mode_8086, { { GUEST_CR0, 0x30 } } },
#define PDPTE_RULE ": bits 2:1, 8:5 and those beyond the physical-address width must be 0"
		{ "GUEST_PDPTE0 0x0000000000002003" PDPTE_RULE, mode_pae, { { GUEST_PDPTE0, 0x2003 } } },
		{ "GUEST_PDPTE1 0x0000000000000101" PDPTE_RULE, mode_pae, { { GUEST_PDPTE1, 0x101 } } },
		{ "GUEST_PDPTE2 0x0000008000000001" PDPTE_RULE, mode_pae, { { GUEST_PDPTE2, 0x8000000001 } } },
		{ "GUEST_PDPTE3 0x8000000000000001" PDPTE_RULE, mode_pae, { { GUEST_PDPTE3, 0x8000000000000001 } } },
	};

	EXPECT(rows);
}

#define RIGHTS(name, value) .changes = { { GUEST_##name##_ACCESS_RIGHTS, value } }
#define UNUSABLE 0x10000

static void code_and_data_segments(void **state)
{
	static const struct broken rows[] = {
		{ "GUEST_CS_BASE 0x0000000100000000: bits 63:32 must be 0", .changes = { { GUEST_CS_BASE, 1ull << 32 } } },
		{ "GUEST_SS_BASE 0x0000000100000000: bits 63:32 must be 0", .changes = { { GUEST_SS_BASE, 1ull << 32 } } },
		{ "GUEST_DS_BASE 0x0000000100000000: bits 63:32 must be 0", .changes = { { GUEST_DS_BASE, 1ull << 32 } } },
		{ "GUEST_ES_BASE 0x0000000100000000: bits 63:32 must be 0", .changes = { { GUEST_ES_BASE, 1ull << 32 } } },
		{ "GUEST_FS_BASE 0x0000800000000000: must be a canonical address", .changes = { { GUEST_FS_BASE, 1ull << 47 } } },
		{ "GUEST_GS_BASE 0x0000800000000000: must be a canonical address",
			.changes = { { GUEST_GS_BASE, 1ull << 47 }, { GUEST_GS_ACCESS_RIGHTS, UNUSABLE } } },
		{ "GUEST_CS_ACCESS_RIGHTS 0x0000c09a: type must be 9, 11, 13 or 15, or 3 for an unrestricted guest", RIGHTS(CS, 0xc09a) },
		{ "GUEST_CS_ACCESS_RIGHTS 0x0000c093: type must be 9, 11, 13 or 15, or 3 for an unrestricted guest",
			mode_restricted, { { GUEST_CS_ACCESS_RIGHTS, 0xc093 } } },
		{ "GUEST_CS_ACCESS_RIGHTS 0x0000c0f3: DPL must be 0 while the type is 3", RIGHTS(CS, 0xc0f3) },
		{ "GUEST_SS_ACCESS_RIGHTS 0x0000c091: type must be 3 or 7", RIGHTS(SS, 0xc091) },
		{ "GUEST_ES_ACCESS_RIGHTS 0x0000c092: type: bit 0 (accessed) must be 1", RIGHTS(ES, 0xc092) },
		{ "GUEST_GS_ACCESS_RIGHTS 0x0000c09a: type: bit 0 (accessed) must be 1", RIGHTS(GS, 0xc09a) },
		{ "GUEST_FS_ACCESS_RIGHTS 0x0000c099: type: a code segment must be readable (bit 1)", RIGHTS(FS, 0xc099) },
		{ "GUEST_CS_ACCESS_RIGHTS 0x0000c08b: S (bit 4) must be 1", RIGHTS(CS, 0xc08b) },
		{ "GUEST_DS_ACCESS_RIGHTS 0x0000c083: S (bit 4) must be 1", RIGHTS(DS, 0xc083) },
		{ "GUEST_CS_ACCESS_RIGHTS 0x0000c0fb: DPL of a non-conforming code segment must equal SS.DPL", RIGHTS(CS, 0xc0fb) },
		{ "GUEST_CS_ACCESS_RIGHTS 0x0000c09b: DPL of a non-conforming code segment must equal SS.DPL", RIGHTS(SS, 0xc0f3) },
		{ "GUEST_CS_ACCESS_RIGHTS 0x0000c0bf: DPL of a conforming code segment must not exceed SS.DPL", RIGHTS(CS, 0xc0bf) },
		{ "GUEST_SS_SELECTOR 0x001b: RPL must equal the RPL of CS",
			mode_restricted, { { GUEST_SS_SELECTOR, 0x1b }, { GUEST_SS_ACCESS_RIGHTS, 0xc0f3 }, { GUEST_CS_ACCESS_RIGHTS, 0xc0fb } } },
		{ "GUEST_SS_ACCESS_RIGHTS 0x0000c0f3: DPL must equal the RPL of SS",
			mode_restricted, { { GUEST_SS_ACCESS_RIGHTS, 0xc0f3 }, { GUEST_CS_ACCESS_RIGHTS, 0xc0fb } } },
		{ "GUEST_SS_ACCESS_RIGHTS 0x0000c0f3: DPL must be 0 in real mode, and while the type of CS is 3",
			mode_real, { { GUEST_SS_ACCESS_RIGHTS, 0xc0f3 }, { GUEST_CS_ACCESS_RIGHTS, 0xc0fb } } },
		{ "GUEST_SS_ACCESS_RIGHTS 0x0000c0f3: DPL must be 0 in real mode, and while the type of CS is 3",
			.changes = { { GUEST_SS_ACCESS_RIGHTS, 0xc0f3 }, { GUEST_CS_ACCESS_RIGHTS, 0xc093 } } },
		{ "GUEST_DS_ACCESS_RIGHTS 0x0000c093: DPL must not be less than the selector's RPL",
			mode_restricted, { { GUEST_DS_SELECTOR, 0x1b } } },
		{ "GUEST_FS_ACCESS_RIGHTS 0x0000c09b: DPL must not be less than the selector's RPL",
			mode_restricted, { { GUEST_FS_SELECTOR, 0x11 }, { GUEST_FS_ACCESS_RIGHTS, CODE32 } } },
		{ "GUEST_CS_ACCESS_RIGHTS 0x0000c01b: P (bit 7) must be 1", RIGHTS(CS, 0xc01b) },
		{ "GUEST_SS_ACCESS_RIGHTS 0x0000c013: P (bit 7) must be 1", RIGHTS(SS, 0xc013) },
		{ "GUEST_CS_ACCESS_RIGHTS 0x0000c19b: bits 31:17 and 11:8 are reserved", RIGHTS(CS, 0xc19b) },
		{ "GUEST_GS_ACCESS_RIGHTS 0x0002c093: bits 31:17 and 11:8 are reserved", RIGHTS(GS, 0x2c093) },
		{ "GUEST_CS_ACCESS_RIGHTS 0x0000e09b: CS.L and CS.D/B must not both be 1 in IA-32e mode",
			mode_64, { { GUEST_CS_ACCESS_RIGHTS, 0xe09b } } },
		{ "GUEST_CS_ACCESS_RIGHTS 0x0000c09b: G must be 0: bits 11:0 of the limit are not all 1",
			.changes = { { GUEST_CS_LIMIT, 0xfffffffe } } },
		{ "GUEST_ES_ACCESS_RIGHTS 0x00004093: G must be 1: bits 31:20 of the limit are not all 0", RIGHTS(ES, 0x4093) },
	};

	EXPECT(rows);
}

static void virtual_8086_segments(void **state)
{
	static const struct broken rows[] = {
		{ "GUEST_CS_BASE 0x0000000000010010: must be 16 times the selector in virtual-8086 mode",
			mode_8086, { { GUEST_CS_BASE, 0x10010 } } },
		{ "GUEST_SS_BASE 0x0000000000010000: must be 16 times the selector in virtual-8086 mode",
			mode_8086, { { GUEST_SS_SELECTOR, 0x1001 } } },
		{ "GUEST_DS_LIMIT 0xffffffff: must be 0xffff in virtual-8086 mode", mode_8086, { { GUEST_DS_LIMIT, 0xffffffff } } },
		{ "GUEST_GS_ACCESS_RIGHTS 0x00000093: must be 0xf3 in virtual-8086 mode",
			mode_8086, { { GUEST_GS_ACCESS_RIGHTS, 0x93 } } },
		{ "GUEST_ES_ACCESS_RIGHTS 0x000100f3: must be 0xf3 in virtual-8086 mode",
			mode_8086, { { GUEST_ES_ACCESS_RIGHTS, 0x100f3 } } },
		{ "GUEST_TR_SELECTOR 0x0004: TI (bit 2) must be 0", mode_8086, { { GUEST_TR_SELECTOR, 4 } } },
	};

	EXPECT(rows);
}

#define LDT { GUEST_LDTR_ACCESS_RIGHTS, 0x82 }, { GUEST_LDTR_LIMIT, 0xf }

static void system_segments(void **state)
{
	static const struct broken rows[] = {
		{ "GUEST_LDTR_SELECTOR 0x0024: TI (bit 2) must be 0", .changes = { LDT, { GUEST_LDTR_SELECTOR, 0x24 } } },
		{ "GUEST_LDTR_BASE 0x0000800000000000: must be a canonical address",
			.changes = { LDT, { GUEST_LDTR_BASE, 1ull << 47 } } },
		{ "GUEST_LDTR_ACCESS_RIGHTS 0x0000008b: type must be 2 (LDT)", .changes = { LDT, { GUEST_LDTR_ACCESS_RIGHTS, 0x8b } } },
		{ "GUEST_LDTR_ACCESS_RIGHTS 0x00000092: S (bit 4) must be 0", .changes = { LDT, { GUEST_LDTR_ACCESS_RIGHTS, 0x92 } } },
		{ "GUEST_LDTR_ACCESS_RIGHTS 0x00000002: P (bit 7) must be 1", .changes = { LDT, { GUEST_LDTR_ACCESS_RIGHTS, 2 } } },
		{ "GUEST_LDTR_ACCESS_RIGHTS 0x00000182: bits 31:17 and 11:8 are reserved",
			.changes = { LDT, { GUEST_LDTR_ACCESS_RIGHTS, 0x182 } } },
		{ "GUEST_LDTR_ACCESS_RIGHTS 0x00008082: G must be 0: bits 11:0 of the limit are not all 1",
			.changes = { LDT, { GUEST_LDTR_ACCESS_RIGHTS, 0x8082 } } },
		{ "GUEST_LDTR_ACCESS_RIGHTS 0x00000082: G must be 1: bits 31:20 of the limit are not all 0",
			.changes = { LDT, { GUEST_LDTR_LIMIT, 0x100fff } } },
		{ "GUEST_TR_SELECTOR 0x000c: TI (bit 2) must be 0", .changes = { { GUEST_TR_SELECTOR, 0xc } } },
		{ "GUEST_TR_BASE 0x0000800000000000: must be a canonical address", .changes = { { GUEST_TR_BASE, 1ull << 47 } } },
		{ "GUEST_TR_ACCESS_RIGHTS 0x00000089: type must be 11 (busy TSS), or 3 outside IA-32e mode", RIGHTS(TR, 0x89) },
		{ "GUEST_TR_ACCESS_RIGHTS 0x00000083: type must be 11 (busy TSS), or 3 outside IA-32e mode",
			mode_64, { { GUEST_TR_ACCESS_RIGHTS, 0x83 } } },
		{ "GUEST_TR_ACCESS_RIGHTS 0x0000009b: S (bit 4) must be 0", RIGHTS(TR, 0x9b) },
		{ "GUEST_TR_ACCESS_RIGHTS 0x0000000b: P (bit 7) must be 1", RIGHTS(TR, 0xb) },
		{ "GUEST_TR_ACCESS_RIGHTS 0x0000088b: bits 31:17 and 11:8 are reserved", RIGHTS(TR, 0x88b) },
		{ "GUEST_TR_ACCESS_RIGHTS 0x0000808b: G must be 0: bits 11:0 of the limit are not all 1", RIGHTS(TR, 0x808b) },
		{ "GUEST_TR_ACCESS_RIGHTS 0x0000008b: G must be 1: bits 31:20 of the limit are not all 0",
			.changes = { { GUEST_TR_LIMIT, 0x100fff } } },
		{ "GUEST_TR_ACCESS_RIGHTS 0x0001008b: TR must be usable (bit 16)", RIGHTS(TR, 0x1008b) },
	};

	EXPECT(rows);
}

#define IF_ON { GUEST_RFLAGS, RFLAGS_IF | 2 }
#define STI   { GUEST_INTERRUPTIBILITY_STATE, BLOCKING_BY_STI }, IF_ON
#define BS    { GUEST_PENDING_DEBUG_EXCEPTIONS, 1 << 14 }

static void non_register_state(void **state)
{
	static const struct broken rows[] = {
		{ "GUEST_ACTIVITY_STATE 0x00000004: must be 0, or 1 to 3 as IA32_VMX_MISC offers",
			.changes = { { GUEST_ACTIVITY_STATE, 4 } } },
		{ "GUEST_ACTIVITY_STATE 0x00000001: must not be 1 (HLT) while SS.DPL is not 0",
			.changes = { { GUEST_ACTIVITY_STATE, ACTIVITY_HLT }, { GUEST_SS_ACCESS_RIGHTS, 0xc0f3 }, { GUEST_CS_ACCESS_RIGHTS, 0xc0fb } } },
		{ "GUEST_ACTIVITY_STATE 0x00000001: must be 0 (active) while STI or MOV SS blocks interrupts",
			.changes = { { GUEST_ACTIVITY_STATE, ACTIVITY_HLT }, STI } },
		{ "GUEST_ACTIVITY_STATE 0x00000001: blocks the event that the entry would inject",
			.changes = { { GUEST_ACTIVITY_STATE, ACTIVITY_HLT }, INFORMATION(NO_ERROR_CODE | 6) } },
		{ "GUEST_ACTIVITY_STATE 0x00000002: blocks the event that the entry would inject",
			.changes = { { GUEST_ACTIVITY_STATE, ACTIVITY_SHUTDOWN }, INFORMATION(32), IF_ON } },
		{ "GUEST_ACTIVITY_STATE 0x00000003: blocks the event that the entry would inject",
			.changes = { { GUEST_ACTIVITY_STATE, ACTIVITY_WAIT_FOR_SIPI }, INFORMATION(INTR_TYPE_NMI | 2) } },
		{ "GUEST_INTERRUPTIBILITY_STATE 0x00000010: bits 31:4 must be 0", .changes = { { GUEST_INTERRUPTIBILITY_STATE, 0x10 } } },
		{ "GUEST_INTERRUPTIBILITY_STATE 0x00000003: blocking by STI and by MOV SS must not both be 1",
			.changes = { { GUEST_INTERRUPTIBILITY_STATE, 3 }, IF_ON } },
		{ "GUEST_INTERRUPTIBILITY_STATE 0x00000001: blocking by STI must be 0 while RFLAGS.IF is 0",
			.changes = { { GUEST_INTERRUPTIBILITY_STATE, BLOCKING_BY_STI } } },
		{ "GUEST_INTERRUPTIBILITY_STATE 0x00000001: no blocking by STI or MOV SS while an interrupt is injected",
			.changes = { STI, INFORMATION(32) } },
		{ "GUEST_INTERRUPTIBILITY_STATE 0x00000002: no blocking by STI or MOV SS while an interrupt is injected",
			.changes = { { GUEST_INTERRUPTIBILITY_STATE, BLOCKING_BY_MOV_SS }, IF_ON, INFORMATION(32) } },
		{ "GUEST_INTERRUPTIBILITY_STATE 0x00000002: no blocking by STI or MOV SS while an NMI is injected",
			.changes = { { GUEST_INTERRUPTIBILITY_STATE, BLOCKING_BY_MOV_SS }, INFORMATION(INTR_TYPE_NMI | 2) } },
		{ "GUEST_INTERRUPTIBILITY_STATE 0x00000008: no blocking by NMI while a virtual NMI is injected",
			.changes = { PIN(PIN_VIRTUAL_NMIS), { GUEST_INTERRUPTIBILITY_STATE, BLOCKING_BY_NMI }, INFORMATION(INTR_TYPE_NMI | 2) } },
		{ "GUEST_INTERRUPTIBILITY_STATE 0x00000004: blocking by SMI must be 0 outside SMM",
			.changes = { { GUEST_INTERRUPTIBILITY_STATE, BLOCKING_BY_SMI } } },
		{ "GUEST_PENDING_DEBUG_EXCEPTIONS 0x0000000000000010: bits 63:17, 15, 13 and 11:4 must be 0",
			.changes = { { GUEST_PENDING_DEBUG_EXCEPTIONS, 0x10 } } },
		{ "GUEST_PENDING_DEBUG_EXCEPTIONS 0x0000000000020000: bits 63:17, 15, 13 and 11:4 must be 0",
			.changes = { { GUEST_PENDING_DEBUG_EXCEPTIONS, 1 << 17 } } },
		{ "GUEST_PENDING_DEBUG_EXCEPTIONS 0x0000000000000000: BS (bit 14) must be 1: RFLAGS.TF, but a shadow or HLT",
			.changes = { STI, { GUEST_RFLAGS, RFLAGS_IF | RFLAGS_TF | 2 } } },
		{ "GUEST_PENDING_DEBUG_EXCEPTIONS 0x0000000000000000: BS (bit 14) must be 1: RFLAGS.TF, but a shadow or HLT",
			.changes = { { GUEST_ACTIVITY_STATE, ACTIVITY_HLT }, { GUEST_RFLAGS, RFLAGS_TF | 2 } } },
		{ "GUEST_PENDING_DEBUG_EXCEPTIONS 0x0000000000004000: BS (bit 14) must be 0: a shadow or HLT, but no RFLAGS.TF",
			.changes = { STI, BS } },
		{ "GUEST_PENDING_DEBUG_EXCEPTIONS 0x0000000000004000: BS (bit 14) must be 0: a shadow or HLT, but no RFLAGS.TF",
			.changes = { STI, BS, { GUEST_RFLAGS, RFLAGS_IF | RFLAGS_TF | 2 }, { GUEST_IA32_DEBUGCTL, 2 } } },      /* BTF: branches only */
		{ "GUEST_PENDING_DEBUG_EXCEPTIONS 0x0000000000010000: with RTM (bit 16) only bit 12 may and must be 1",
			.changes = { { GUEST_PENDING_DEBUG_EXCEPTIONS, 1 << 16 } } },
		{ "VMCS_LINK_POINTER 0x0000000000208000: must be all ones: there are no shadow VMCSs here",
			.changes = { { VMCS_LINK_POINTER, 0x208000 } } },
	};

	EXPECT(rows);
}

/* The other side of each interplay: near to a broken rule, but right. */
struct near_miss {
	const struct change *mode;
	struct change changes[6];
};

static void expect_nothing(const struct near_miss *row)
{
	check(row->mode, row->changes, LENGTH(row->changes));
	if (found_count)
		fail_msg("wanted nothing, found: %s", found[0]);
}

#define EXPECT_NOTHING(rows) for (size_t i = 0; i < LENGTH(rows); i++) expect_nothing(&rows[i])

static void near_misses_of_controls_pass(void **state)
{
	static const struct near_miss rows[] = {
		{ mode_32, { PIN(PIN_VIRTUAL_NMIS), PRIMARY(CPU_NMI_WINDOW_EXITING) } },
		{ mode_32, { TPR_SHADOW, SECONDARY(CPU2_VIRTUALIZE_X2APIC_MODE | CPU2_APIC_REGISTER_VIRTUALIZATION) } },
		{ mode_32, { TPR_SHADOW, { TPR_THRESHOLD, 15 } } },
		{ mode_32, { EXIT(EXIT_SAVE_PREEMPTION_TIMER) } },
		{ mode_32, { { CR3_TARGET_COUNT, 4 } } },
		{ mode_32, { { VM_EXIT_MSR_LOAD_COUNT, 1 }, { VM_EXIT_MSR_LOAD_ADDRESS, 0x7ffffffff0 } } },
		{ mode_32, { SECONDARY(CPU2_ENABLE_PML), { PML_ADDRESS, 0x7ffffff000 } } },
		{ mode_restricted, { { SECONDARY_PROCESSOR_BASED_CONTROLS, 0 }, { EPT_POINTER, 0 }, { VPID, 0 } } },
		{ mode_restricted, { { PRIMARY_PROCESSOR_BASED_CONTROLS, PRIMARY_GOOD & ~CPU_SECONDARY_CONTROLS }, { EPT_POINTER, 0 } } },
		{ mode_32, { { PRIMARY_PROCESSOR_BASED_CONTROLS, PRIMARY_GOOD & ~CPU_USE_IO_BITMAPS }, { IO_BITMAP_A_ADDRESS, 1 } } },
		{ mode_32, { INFORMATION(32), IF_ON } },
		{ mode_32, { INFORMATION(ERROR_CODE | 14), { VM_ENTRY_EXCEPTION_ERROR_CODE, 0xffff } } },
		{ mode_real, { INFORMATION(NO_ERROR_CODE | 13) } },
		{ mode_32, { INFORMATION(INTR_TYPE_OTHER_EVENT) } },
		{ mode_32, { INFORMATION(INTR_TYPE_SOFTWARE_EXCEPTION | 3), { VM_ENTRY_INSTRUCTION_LENGTH, 15 } } },
		{ mode_32, { { VM_ENTRY_INTERRUPTION_INFORMATION, 0x7ffff1ff } } },                    /* not valid: nobody reads the rest */
	};

	EXPECT_NOTHING(rows);
}

static void near_misses_of_state_pass(void **state)
{
	static const struct near_miss rows[] = {
		{ mode_32, { { HOST_IA32_PAT, 2 }, { HOST_IA32_EFER, ~0ull },
			{ VM_EXIT_CONTROLS, EXIT_GOOD & ~(EXIT_LOAD_IA32_PAT | EXIT_LOAD_IA32_EFER) } } },
		{ mode_32, { { GUEST_IA32_PAT, 2 }, { GUEST_IA32_EFER, ~0ull }, { GUEST_DR7, ~0ull }, { GUEST_IA32_DEBUGCTL, ~2ull },
			{ VM_ENTRY_CONTROLS, 0x11fb } } },
		{ mode_32, { { HOST_RIP, 0xffff800000000000 }, { HOST_CR4, 0x8426a0 } } },
		{ mode_posted, { { POSTED_INTERRUPT_NOTIFICATION_VECTOR, 255 } } },
		{ mode_32, { { GUEST_GDTR_LIMIT, 0xffff }, { GUEST_IDTR_LIMIT, 0xffff } } },
		{ mode_64, { { GUEST_CR4, 0x22020 } } },
		{ mode_64, { { GUEST_RIP, 0xffff800000000000 } } },
		{ mode_64, { { GUEST_CS_ACCESS_RIGHTS, CODE32 } } },
		{ mode_32, { { GUEST_CS_ACCESS_RIGHTS, 0xe09b } } },                    /* L means nothing outside IA-32e mode */
		{ mode_32, { { GUEST_CS_ACCESS_RIGHTS, 0xc093 } } },
		{ mode_32, { { GUEST_CS_ACCESS_RIGHTS, 0xc09f } } },
		{ mode_32, { { GUEST_CS_ACCESS_RIGHTS, 0xc09f }, { GUEST_SS_ACCESS_RIGHTS, 0xc0f3 } } },
		{ mode_32, { { GUEST_IA32_EFER, 0x100 } } },                            /* LME before paging */
		{ mode_32, { { GUEST_DS_SELECTOR, 0x1b } } },
		{ mode_restricted, { { GUEST_DS_SELECTOR, 0x13 }, { GUEST_DS_ACCESS_RIGHTS, 0xc09f } } },
		{ mode_32, { { GUEST_DS_ACCESS_RIGHTS, UNUSABLE }, { GUEST_DS_BASE, ~0ull }, { GUEST_DS_LIMIT, 0x100000 }, { GUEST_DS_SELECTOR, 7 } } },
		{ mode_32, { LDT, { GUEST_LDTR_SELECTOR, 8 } } },
		{ mode_32, { { GUEST_LDTR_BASE, 1ull << 47 }, { GUEST_LDTR_SELECTOR, 4 } } },
		{ mode_32, { { GUEST_TR_ACCESS_RIGHTS, 0x83 } } },
		{ mode_pae, { { VM_ENTRY_CONTROLS, ENTRY_GOOD }, { GUEST_PDPTE0, 0x7fffffffff & ~0x1e6ull } } },
		{ mode_pae, { { GUEST_CR4, 0x2000 }, { GUEST_PDPTE0, ~0ull } } },
		{ mode_32, { { GUEST_ACTIVITY_STATE, ACTIVITY_HLT }, INFORMATION(32), IF_ON } },
		{ mode_32, { { GUEST_ACTIVITY_STATE, ACTIVITY_HLT }, INFORMATION(NO_ERROR_CODE | 1) } },
		{ mode_32, { { GUEST_ACTIVITY_STATE, ACTIVITY_HLT }, INFORMATION(INTR_TYPE_NMI | 2) } },
		{ mode_32, { { GUEST_ACTIVITY_STATE, ACTIVITY_HLT }, INFORMATION(INTR_TYPE_OTHER_EVENT) } },
		{ mode_32, { { GUEST_ACTIVITY_STATE, ACTIVITY_SHUTDOWN }, INFORMATION(NO_ERROR_CODE | 18) } },
		{ mode_32, { { GUEST_ACTIVITY_STATE, ACTIVITY_WAIT_FOR_SIPI } } },
		{ mode_32, { STI } },
		{ mode_32, { STI, BS, { GUEST_RFLAGS, RFLAGS_IF | RFLAGS_TF | 2 } } },
		{ mode_32, { BS } },
		{ mode_32, { { GUEST_INTERRUPTIBILITY_STATE, BLOCKING_BY_NMI }, INFORMATION(INTR_TYPE_NMI | 2) } },
		{ mode_32, { { GUEST_PENDING_DEBUG_EXCEPTIONS, 1 << 16 | 1 << 12 } } },
	};

	EXPECT_NOTHING(rows);
}

/* What one CPU refuses, another offers. */
static void capabilities_decide(void **state)
{
	static const struct change other_event = INFORMATION(INTR_TYPE_OTHER_EVENT);
	static const struct change halted = { GUEST_ACTIVITY_STATE, ACTIVITY_HLT };
	static const struct change fifth_state = { GUEST_ACTIVITY_STATE, 4 };
	static const struct change gp_without_code = INFORMATION(NO_ERROR_CODE | 13);
	static const struct change no_length[] = { INFORMATION(INTR_TYPE_SOFTWARE_EXCEPTION | 3), { VM_ENTRY_INSTRUCTION_LENGTH, 0 } };
	static const struct change other_ept = { EPT_POINTER, 0x203060 };       /* uncacheable, 5 levels, accessed and dirty flags */
	static const struct change high_bitmap = { MSR_BITMAP_ADDRESS, 1ull << 32 };
	static const struct change wide = { HOST_FS_BASE, 1ull << 50 };

	caps.allowed_primary.may_be_1 &= ~CPU_MONITOR_TRAP_FLAG;
	check(mode_32, &other_event, 1);
	assert_int_equal(found_count, 1);
	caps.misc = ~0ull;
	check(mode_32, &fifth_state, 1);
	assert_int_equal(found_count, 1);
	caps.misc = 4 << 16;
	check(mode_32, &halted, 1);
	assert_int_equal(found_count, 1);
	caps.basic = BASIC_32_BIT_ADDRESSES;
	check(mode_32, &high_bitmap, 1);
	assert_int_equal(found_count, 1);

	caps = today;
	caps.basic = BASIC_ANY_ERROR_CODE;
	check(mode_32, &gp_without_code, 1);
	assert_int_equal(found_count, 0);
	caps.misc |= MISC_ZERO_LENGTH_INJECTION;
	check(mode_32, no_length, 2);
	assert_int_equal(found_count, 0);
	caps.ept_vpid = EPT_CAP_UNCACHEABLE | EPT_CAP_5_LEVELS | EPT_CAP_ACCESSED_DIRTY;
	check(mode_32, &other_ept, 1);
	assert_int_equal(found_count, 0);
	caps = today;
	check(mode_32, &high_bitmap, 1);
	assert_int_equal(found_count, 0);
	caps.linear_address_bits = 57;
	check(mode_32, &wide, 1);
	assert_int_equal(found_count, 0);
}

/* Two rules broken: both are told, the controls first. */
static void all_are_told(void **state)
{
	static const struct change changes[] = { { GUEST_RFLAGS, 0 }, { HOST_CS_SELECTOR, 0 }, { CR3_TARGET_COUNT, 9 } };

	check(mode_32, changes, LENGTH(changes));
	assert_int_equal(found_count, 3);
	assert_non_null(strstr(found[0], "CR3_TARGET_COUNT"));
	assert_non_null(strstr(found[1], "HOST_CS_SELECTOR"));
	assert_non_null(strstr(found[2], "GUEST_RFLAGS"));
}

static int fresh(void **state)
{
	caps = today;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(good_ones_pass, fresh),
		cmocka_unit_test_setup(control_words, fresh),
		cmocka_unit_test_setup(dependencies, fresh),
		cmocka_unit_test_setup(addresses_and_counts, fresh),
		cmocka_unit_test_setup(posted_interrupts, fresh),
		cmocka_unit_test_setup(event_injection, fresh),
		cmocka_unit_test_setup(host_state, fresh),
		cmocka_unit_test_setup(guest_registers, fresh),
		cmocka_unit_test_setup(code_and_data_segments, fresh),
		cmocka_unit_test_setup(virtual_8086_segments, fresh),
		cmocka_unit_test_setup(system_segments, fresh),
		cmocka_unit_test_setup(non_register_state, fresh),
		cmocka_unit_test_setup(near_misses_of_controls_pass, fresh),
		cmocka_unit_test_setup(near_misses_of_state_pass, fresh),
		cmocka_unit_test_setup(capabilities_decide, fresh),
		cmocka_unit_test_setup(all_are_told, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

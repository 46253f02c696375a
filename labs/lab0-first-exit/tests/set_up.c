/* 0D: the VMCS that the real vmx/setup.c makes, held against the entry check. */
#include "vmcs_test.h"
#include "cpu/descriptors.h"
#include "exit/exit.h"
#include "lib/panic.h"
#include "memory/pages.h"
#include "vmx/entry_check.h"
#include "vmx/ept.h"

#define HOST_TSS 0x110000

#define read_cr0() 0x80010033ull
#define read_cr3() 0x105000ull
#define read_cr4() 0x426e0ull
#define rdmsr(msr) ((msr) == MSR_IA32_EFER ? 0xd00ull : 0x0007040600070406ull)
#include "vmx/setup.c"

/* A CPU of today. */
struct vmx_capabilities vmx_capabilities = {
	.allowed_pin = { 0x16, 0xff }, .allowed_primary = { 0x04006172, 0xfff9fffe }, .allowed_secondary = { 0, 0x3ffff },
	.allowed_exit = { 0x36dfb, 0xffffff }, .allowed_entry = { 0x11fb, 0x3ffff },
	.pin = 0x16 | PIN_EXTERNAL_INTERRUPT_EXITING | PIN_NMI_EXITING | PIN_PREEMPTION_TIMER,
	.primary = 0x04006172u | CPU_USE_TSC_OFFSETTING | CPU_HLT_EXITING | CPU_MWAIT_EXITING | CPU_RDPMC_EXITING | CPU_CR8_LOAD_EXITING |
		CPU_CR8_STORE_EXITING | CPU_USE_IO_BITMAPS | CPU_USE_MSR_BITMAPS | CPU_MONITOR_EXITING | CPU_SECONDARY_CONTROLS,
	.secondary = CPU2_ENABLE_EPT | CPU2_UNRESTRICTED_GUEST | CPU2_ENABLE_VPID,
	.exit = 0x36dfb | EXIT_SAVE_DEBUG_CONTROLS | EXIT_HOST_ADDRESS_SPACE_SIZE | EXIT_ACKNOWLEDGE_INTERRUPT,
	.entry = 0x11fb | ENTRY_LOAD_DEBUG_CONTROLS,
	.vpid = true, .misc = 7 << 6 | 4 << 16, .ept_vpid = EPT_CAP_4_LEVELS | EPT_CAP_WRITE_BACK,
	.physical_address_bits = 52, .linear_address_bits = 48,
	.cr0_fixed0 = 0x80000021, .cr0_fixed1 = 0xffffffff, .cr4_fixed0 = 0x2000, .cr4_fixed1 = 0x3767ff,
};

char vmx_exit[1];
const uint64_t hidden_value = 0x1234;
static char page[4 * 4096] __attribute__((aligned(4096)));

_Noreturn void panic(const char *format, ...) { fail_msg("panic: %s", format); __builtin_unreachable(); }
uint64_t pages_alloc(size_t count, size_t align) { return (uint64_t)page; }
void vmx_vmptrld(struct vmcs *vmcs) { }
void vmx_vmclear(struct vmcs *vmcs) { }
void vmx_invept(uint64_t ept_pointer) { }
void vmx_invvpid(uint16_t vpid) { }
uint64_t host_tss_base(void) { return HOST_TSS; }
uint64_t host_gdt_base(void) { return 0x111000; }
uint64_t host_idt_base(void) { return 0x112000; }
uint64_t ept_pointer(const struct ept *ept) { return 0x20301e; }
void guest_mode_changed(struct vm *vm) { }

static char sentences[16][ENTRY_CHECK_SENTENCE];
static unsigned sentence_count;

static void keep(void *context, const char *sentence)
{
	if (sentence_count < 16)
		strcpy(sentences[sentence_count++], sentence);
}

static uint64_t read_field(enum vmcs_field field)
{
	return vmcs_get(field);
}

static int set_up(void **state)
{
	static const struct vmcs_view view = { .read = read_field, .caps = &vmx_capabilities };
	static struct vm vm = { .name = "test" };

	vmcs_clear();
	sentence_count = 0;
	write_controls(&vm);
	write_host_state(&vm.vcpu);
	vmcs_set(HOST_RIP, 0x100000);
	vmcs_set(HOST_RSP, 0x200000);
	write_guest_state(0x100020);
	entry_check(&view, keep, NULL);
	return 0;
}

/* No rule of a field whose name begins so may be broken. */
static void expect_sound(const char *prefix)
{
	for (unsigned i = 0; i < sentence_count; i++)
		if (!strncmp(sentences[i], prefix, strlen(prefix)))
			fail_msg("%s", sentences[i]);
}

/* What the field is for is said, the value is not: that is the exercise. */
static void expect(const char *name, enum vmcs_field field, uint64_t value, const char *what)
{
	if (!vmcs_is_written[field])
		fail_msg("%s is not written", name);
	if (vmcs_get(field) != value)
		fail_msg("%s is 0x%lx: the CPU takes it, but it is not %s", name, vmcs_get(field), what);
}
#define EXPECT(field, value, what) expect(#field, field, value, what)

static void the_hosts_tr(void **state)
{
	expect_sound("HOST_");
	EXPECT(HOST_TR_SELECTOR, HOST_TSS_SELECTOR, "the selector of the TSS in the hypervisor's GDT");
	EXPECT(HOST_TR_BASE, HOST_TSS, "the address of the hypervisor's TSS");
	EXPECT(HOST_FS_SELECTOR, 0, "the null selector");
	EXPECT(HOST_GS_SELECTOR, 0, "the null selector");
	EXPECT(HOST_FS_BASE, 0, "0: the hypervisor uses no FS");
	EXPECT(HOST_GS_BASE, 0, "0: the hypervisor uses no GS");
}

static void the_guests_tr(void **state)
{
	expect_sound("GUEST_TR");
	expect_sound("GUEST_LDTR");
	EXPECT(GUEST_TR_ACCESS_RIGHTS, 0x8b, "that of a busy TSS of 32 bits, present, of privilege level 0, usable");
	EXPECT(GUEST_TR_SELECTOR, 0, "the null selector");
	EXPECT(GUEST_TR_LIMIT, 0x67, "that of the smallest TSS");
	EXPECT(GUEST_LDTR_SELECTOR, 0, "the null selector");
	EXPECT(GUEST_LDTR_ACCESS_RIGHTS, ACCESS_RIGHTS_UNUSABLE, "that of a segment that nobody can use");
}

static void the_guests_cr4(void **state)
{
	expect_sound("GUEST_CR");
	EXPECT(GUEST_CR0, 0x31, "PE and ET, as the loader leaves it, with NE for VMX");
	EXPECT(CR0_READ_SHADOW, CR0_PE | CR0_ET, "what the guest may see: PE and ET");
	EXPECT(GUEST_CR3, 0, "0: the guest begins without paging");
	EXPECT(GUEST_CR4, CR4_VMXE | CR4_MCE, "what VMX asks for, and machine checks as the hypervisor has them");
	EXPECT(CR4_READ_SHADOW, 0, "what a CPU's CR4 is after reset, which the guest may see");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup(the_hosts_tr, set_up),
	cmocka_unit_test_setup(the_guests_tr, set_up),
	cmocka_unit_test_setup(the_guests_cr4, set_up),
};

LAB_MAIN(tests)

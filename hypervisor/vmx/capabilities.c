#include "cpu/cpu.h"
#include "lib/panic.h"
#include "vmx/capabilities.h"

#define MSR_IA32_VMX_BASIC            0x480
#define MSR_IA32_VMX_PINBASED_CTLS    0x481
#define MSR_IA32_VMX_PROCBASED_CTLS   0x482
#define MSR_IA32_VMX_EXIT_CTLS        0x483
#define MSR_IA32_VMX_ENTRY_CTLS       0x484
#define MSR_IA32_VMX_MISC             0x485
#define MSR_IA32_VMX_CR0_FIXED0       0x486
#define MSR_IA32_VMX_CR0_FIXED1       0x487
#define MSR_IA32_VMX_CR4_FIXED0       0x488
#define MSR_IA32_VMX_CR4_FIXED1       0x489
#define MSR_IA32_VMX_PROCBASED_CTLS2  0x48b
#define MSR_IA32_VMX_EPT_VPID_CAP     0x48c
#define TRUE_CTLS                     0x0c      /* IA32_VMX_TRUE_x_CTLS lie this much higher */

struct control {
	uint32_t bit;
	enum { REQUIRED, OPTIONAL, FORBIDDEN } need;    /* FORBIDDEN: the CPU must let us leave it 0 */
	const char *name;                               /* as in the SDM's tables of "VM-Execution Control Fields" */
};

static const struct control pin_controls[] = {
	{ PIN_EXTERNAL_INTERRUPT_EXITING, REQUIRED, "external-interrupt exiting" },
	{ PIN_NMI_EXITING, REQUIRED, "NMI exiting" },
	{ PIN_PREEMPTION_TIMER, REQUIRED, "activate VMX-preemption timer" },
	{ 0 }
};

static const struct control primary_controls[] = {
	{ CPU_USE_TSC_OFFSETTING, REQUIRED, "use TSC offsetting" },
	{ CPU_HLT_EXITING, REQUIRED, "HLT exiting" },
	{ CPU_MWAIT_EXITING, REQUIRED, "MWAIT exiting" },
	{ CPU_RDPMC_EXITING, REQUIRED, "RDPMC exiting" },
	{ CPU_CR3_LOAD_EXITING, FORBIDDEN, "CR3-load exiting" },
	{ CPU_CR3_STORE_EXITING, FORBIDDEN, "CR3-store exiting" },
	{ CPU_CR8_LOAD_EXITING, REQUIRED, "CR8-load exiting" },
	{ CPU_CR8_STORE_EXITING, REQUIRED, "CR8-store exiting" },
	{ CPU_USE_IO_BITMAPS, REQUIRED, "use I/O bitmaps" },
	{ CPU_USE_MSR_BITMAPS, REQUIRED, "use MSR bitmaps" },
	{ CPU_MONITOR_EXITING, REQUIRED, "MONITOR exiting" },
	{ CPU_SECONDARY_CONTROLS, REQUIRED, "activate secondary controls" },
	{ 0 }
};

static const struct control secondary_controls[] = {
	{ CPU2_ENABLE_EPT, REQUIRED, "enable EPT" },
	{ CPU2_UNRESTRICTED_GUEST, REQUIRED, "unrestricted guest" },
	{ CPU2_ENABLE_VPID, OPTIONAL, "enable VPID" },
	{ 0 }
};

static const struct control exit_controls[] = {
	{ EXIT_SAVE_DEBUG_CONTROLS, REQUIRED, "save debug controls" },
	{ EXIT_HOST_ADDRESS_SPACE_SIZE, REQUIRED, "host address-space size" },
	{ EXIT_ACKNOWLEDGE_INTERRUPT, REQUIRED, "acknowledge interrupt on exit" },
	{ EXIT_SAVE_PREEMPTION_TIMER, OPTIONAL, "save VMX-preemption timer value" },
	{ 0 }
};

static const struct control entry_controls[] = {
	{ ENTRY_LOAD_DEBUG_CONTROLS, REQUIRED, "load debug controls" },
	{ 0 }
};

/* Asked for only while a guest's value differs from the host's; here it is only checked that they may be asked for. */
static const struct control later_exit_controls[] = {
	{ EXIT_LOAD_IA32_PAT, REQUIRED, "load IA32_PAT (VM exit)" },
	{ EXIT_LOAD_IA32_EFER, REQUIRED, "load IA32_EFER (VM exit)" },
	{ 0 }
};

static const struct control later_entry_controls[] = {
	{ ENTRY_IA32E_MODE_GUEST, REQUIRED, "IA-32e mode guest" },
	{ ENTRY_LOAD_IA32_PAT, REQUIRED, "load IA32_PAT (VM entry)" },
	{ ENTRY_LOAD_IA32_EFER, REQUIRED, "load IA32_EFER (VM entry)" },
	{ 0 }
};

struct vmx_capabilities vmx_capabilities;

static struct allowed_settings read_allowed(uint32_t msr)
{
	uint64_t allowed = rdmsr(msr);

	return (struct allowed_settings){ .must_be_1 = allowed, .may_be_1 = allowed >> 32 };
}

static uint32_t settle(struct allowed_settings allowed, const struct control *controls)
{
	uint32_t wanted = 0;

	for (; controls->name; controls++) {
		if (controls->need == REQUIRED && !(allowed.may_be_1 & controls->bit))
			panic("this CPU lacks the VMX control \"%s\"", controls->name);
		if (controls->need == FORBIDDEN && (allowed.must_be_1 & controls->bit))
			panic("this CPU cannot turn the VMX control \"%s\" off", controls->name);
		if (controls->need != FORBIDDEN)
			wanted |= controls->bit;
	}
	return (wanted | allowed.must_be_1) & allowed.may_be_1;
}

static void read_ept_capabilities(struct vmx_capabilities *caps)
{
	uint64_t ept = caps->ept_vpid = rdmsr(MSR_IA32_VMX_EPT_VPID_CAP);

	if (!(ept & EPT_CAP_4_LEVELS) || !(ept & EPT_CAP_WRITE_BACK))
		panic("this CPU's EPT lacks 4-level tables or write-back memory");
	if (!(ept & EPT_CAP_2M_PAGES))
		panic("this CPU's EPT lacks 2 MiB pages");
	if (!(ept & EPT_CAP_INVEPT))
		panic("this CPU lacks the instruction INVEPT");
	caps->invept_single = ept & EPT_CAP_INVEPT_SINGLE;
	caps->invvpid_single = ept & VPID_CAP_INVVPID_SINGLE;
	caps->vpid = (caps->secondary & CPU2_ENABLE_VPID) && (ept & VPID_CAP_INVVPID) &&
		(ept & (VPID_CAP_INVVPID_SINGLE | VPID_CAP_INVVPID_ALL));
	if (!caps->vpid)
		caps->secondary &= ~CPU2_ENABLE_VPID;
}

static void read_control_words(struct vmx_capabilities *caps)
{
	uint32_t shift = caps->basic & BASIC_TRUE_CONTROLS ? TRUE_CTLS : 0;

	caps->allowed_pin = read_allowed(MSR_IA32_VMX_PINBASED_CTLS + shift);
	caps->allowed_primary = read_allowed(MSR_IA32_VMX_PROCBASED_CTLS + shift);
	caps->allowed_exit = read_allowed(MSR_IA32_VMX_EXIT_CTLS + shift);
	caps->allowed_entry = read_allowed(MSR_IA32_VMX_ENTRY_CTLS + shift);
	caps->pin = settle(caps->allowed_pin, pin_controls);
	caps->primary = settle(caps->allowed_primary, primary_controls);
	caps->allowed_secondary = read_allowed(MSR_IA32_VMX_PROCBASED_CTLS2);
	caps->secondary = settle(caps->allowed_secondary, secondary_controls);
	caps->exit = settle(caps->allowed_exit, exit_controls);
	caps->entry = settle(caps->allowed_entry, entry_controls);
	settle(caps->allowed_exit, later_exit_controls);
	settle(caps->allowed_entry, later_entry_controls);
}

static void read_address_widths(struct vmx_capabilities *caps)
{
	uint32_t widths = cpuid(0x80000008, 0).eax;

	caps->physical_address_bits = widths & 0xff;
	caps->linear_address_bits = widths >> 8 & 0xff;
}

void vmx_capabilities_read(void)
{
	struct vmx_capabilities *caps = &vmx_capabilities;

	caps->basic = rdmsr(MSR_IA32_VMX_BASIC);
	if (!(caps->basic & BASIC_INS_OUTS_INFORMATION))
		panic("this CPU reports no instruction information for INS and OUTS");
	caps->revision_id = caps->basic & 0x7fffffff;
	read_control_words(caps);
	read_ept_capabilities(caps);
	read_address_widths(caps);
	caps->misc = rdmsr(MSR_IA32_VMX_MISC);
	caps->preemption_timer_shift = MISC_TIMER_SHIFT(caps->misc);
	caps->cr0_fixed0 = rdmsr(MSR_IA32_VMX_CR0_FIXED0);
	caps->cr0_fixed1 = rdmsr(MSR_IA32_VMX_CR0_FIXED1);
	caps->cr4_fixed0 = rdmsr(MSR_IA32_VMX_CR4_FIXED0);
	caps->cr4_fixed1 = rdmsr(MSR_IA32_VMX_CR4_FIXED1);
}

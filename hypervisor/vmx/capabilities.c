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

#define BASIC_INS_OUTS_INFORMATION (1ull << 54)
#define BASIC_TRUE_CONTROLS        (1ull << 55)

#define EPT_CAP_4_LEVELS     (1ull << 6)
#define EPT_CAP_WRITE_BACK   (1ull << 14)
#define EPT_CAP_2M_PAGES     (1ull << 16)
#define EPT_CAP_INVEPT       (1ull << 20)
#define EPT_CAP_INVEPT_SINGLE  (1ull << 25)
#define VPID_CAP_INVVPID     (1ull << 32)
#define VPID_CAP_INVVPID_SINGLE (1ull << 41)
#define VPID_CAP_INVVPID_ALL (1ull << 42)

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

/* One control word: the low half of the MSR holds the bits that must be 1, the high half those that may be. */
static uint32_t settle(uint32_t msr, const struct control *controls)
{
	uint64_t allowed = rdmsr(msr);
	uint32_t allowed0 = allowed, allowed1 = allowed >> 32, wanted = 0;

	for (; controls->name; controls++) {
		if (controls->need == REQUIRED && !(allowed1 & controls->bit))
			panic("this CPU lacks the VMX control \"%s\"", controls->name);
		if (controls->need == FORBIDDEN && (allowed0 & controls->bit))
			panic("this CPU cannot turn the VMX control \"%s\" off", controls->name);
		if (controls->need != FORBIDDEN)
			wanted |= controls->bit;
	}
	return (wanted | allowed0) & allowed1;
}

static void read_ept_capabilities(struct vmx_capabilities *caps)
{
	uint64_t ept = rdmsr(MSR_IA32_VMX_EPT_VPID_CAP);

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

void vmx_capabilities_read(void)
{
	struct vmx_capabilities *caps = &vmx_capabilities;
	uint64_t basic = rdmsr(MSR_IA32_VMX_BASIC);
	uint32_t shift = basic & BASIC_TRUE_CONTROLS ? TRUE_CTLS : 0;

	if (!(basic & BASIC_INS_OUTS_INFORMATION))
		panic("this CPU reports no instruction information for INS and OUTS");
	caps->revision_id = basic & 0x7fffffff;
	caps->pin = settle(MSR_IA32_VMX_PINBASED_CTLS + shift, pin_controls);
	caps->primary = settle(MSR_IA32_VMX_PROCBASED_CTLS + shift, primary_controls);
	caps->secondary = settle(MSR_IA32_VMX_PROCBASED_CTLS2, secondary_controls);
	caps->exit = settle(MSR_IA32_VMX_EXIT_CTLS + shift, exit_controls);
	caps->entry = settle(MSR_IA32_VMX_ENTRY_CTLS + shift, entry_controls);
	settle(MSR_IA32_VMX_EXIT_CTLS + shift, later_exit_controls);
	settle(MSR_IA32_VMX_ENTRY_CTLS + shift, later_entry_controls);
	read_ept_capabilities(caps);
	caps->preemption_timer_shift = rdmsr(MSR_IA32_VMX_MISC) & 31;
	caps->cr0_fixed0 = rdmsr(MSR_IA32_VMX_CR0_FIXED0);
	caps->cr0_fixed1 = rdmsr(MSR_IA32_VMX_CR0_FIXED1);
	caps->cr4_fixed0 = rdmsr(MSR_IA32_VMX_CR4_FIXED0);
	caps->cr4_fixed1 = rdmsr(MSR_IA32_VMX_CR4_FIXED1);
}

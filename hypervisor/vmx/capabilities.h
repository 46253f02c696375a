#pragma once
/*
 * Which controls this CPU allows. Nothing is assumed: a control that the hypervisor cannot do without stops it with the control's SDM name;
 * one that it can do without is asked for and used if it is there. SDM: "VMX Capability Reporting Facility".
 */
#include <stdbool.h>
#include <stdint.h>

/* Pin-based VM-execution controls */
#define PIN_EXTERNAL_INTERRUPT_EXITING (1u << 0)
#define PIN_NMI_EXITING                (1u << 3)
#define PIN_VIRTUAL_NMIS               (1u << 5)
#define PIN_PREEMPTION_TIMER           (1u << 6)
#define PIN_POSTED_INTERRUPTS          (1u << 7)
/* Primary processor-based VM-execution controls */
#define CPU_INTERRUPT_WINDOW_EXITING   (1u << 2)
#define CPU_USE_TSC_OFFSETTING         (1u << 3)
#define CPU_HLT_EXITING                (1u << 7)
#define CPU_MWAIT_EXITING              (1u << 10)
#define CPU_RDPMC_EXITING              (1u << 11)
#define CPU_CR3_LOAD_EXITING           (1u << 15)
#define CPU_CR3_STORE_EXITING          (1u << 16)
#define CPU_CR8_LOAD_EXITING           (1u << 19)
#define CPU_CR8_STORE_EXITING          (1u << 20)
#define CPU_USE_TPR_SHADOW             (1u << 21)
#define CPU_NMI_WINDOW_EXITING         (1u << 22)
#define CPU_USE_IO_BITMAPS             (1u << 25)
#define CPU_MONITOR_TRAP_FLAG          (1u << 27)
#define CPU_USE_MSR_BITMAPS            (1u << 28)
#define CPU_MONITOR_EXITING            (1u << 29)
#define CPU_SECONDARY_CONTROLS         (1u << 31)
/* Secondary processor-based VM-execution controls */
#define CPU2_VIRTUALIZE_APIC_ACCESSES  (1u << 0)
#define CPU2_ENABLE_EPT                (1u << 1)
#define CPU2_VIRTUALIZE_X2APIC_MODE    (1u << 4)
#define CPU2_ENABLE_VPID               (1u << 5)
#define CPU2_UNRESTRICTED_GUEST        (1u << 7)
#define CPU2_APIC_REGISTER_VIRTUALIZATION (1u << 8)
#define CPU2_VIRTUAL_INTERRUPT_DELIVERY (1u << 9)
#define CPU2_ENABLE_PML                (1u << 17)
/* VM-exit controls */
#define EXIT_SAVE_DEBUG_CONTROLS       (1u << 2)
#define EXIT_HOST_ADDRESS_SPACE_SIZE   (1u << 9)
#define EXIT_ACKNOWLEDGE_INTERRUPT     (1u << 15)
#define EXIT_LOAD_IA32_PAT             (1u << 19)
#define EXIT_LOAD_IA32_EFER            (1u << 21)
#define EXIT_SAVE_PREEMPTION_TIMER     (1u << 22)
/* VM-entry controls */
#define ENTRY_LOAD_DEBUG_CONTROLS      (1u << 2)
#define ENTRY_IA32E_MODE_GUEST         (1u << 9)
#define ENTRY_TO_SMM                   (1u << 10)
#define ENTRY_DEACTIVATE_DUAL_MONITOR  (1u << 11)
#define ENTRY_LOAD_IA32_PAT            (1u << 14)
#define ENTRY_LOAD_IA32_EFER           (1u << 15)

/* IA32_VMX_BASIC */
#define BASIC_32_BIT_ADDRESSES     (1ull << 48)
#define BASIC_INS_OUTS_INFORMATION (1ull << 54)
#define BASIC_TRUE_CONTROLS        (1ull << 55)
#define BASIC_ANY_ERROR_CODE       (1ull << 56)     /* hardware exceptions may be injected with or without error code, whatever their vector */
/* IA32_VMX_MISC */
#define MISC_TIMER_SHIFT(misc)     ((misc) & 31)
#define MISC_ACTIVITY_HLT          (1ull << 6)      /* the states after it follow in the next bits */
#define MISC_CR3_TARGETS(misc)     ((misc) >> 16 & 0x1ff)
#define MISC_ZERO_LENGTH_INJECTION (1ull << 30)
/* IA32_VMX_EPT_VPID_CAP */
#define EPT_CAP_4_LEVELS           (1ull << 6)
#define EPT_CAP_5_LEVELS           (1ull << 7)
#define EPT_CAP_UNCACHEABLE        (1ull << 8)
#define EPT_CAP_WRITE_BACK         (1ull << 14)
#define EPT_CAP_2M_PAGES           (1ull << 16)
#define EPT_CAP_INVEPT             (1ull << 20)
#define EPT_CAP_ACCESSED_DIRTY     (1ull << 21)
#define EPT_CAP_INVEPT_SINGLE      (1ull << 25)
#define VPID_CAP_INVVPID           (1ull << 32)
#define VPID_CAP_INVVPID_SINGLE    (1ull << 41)
#define VPID_CAP_INVVPID_ALL       (1ull << 42)

/* What a capability MSR allows of one control word. */
struct allowed_settings {
	uint32_t must_be_1;             /* its low half, the SDM's "allowed 0-settings" */
	uint32_t may_be_1;              /* its high half, "allowed 1-settings" */
};

struct vmx_capabilities {
	uint32_t revision_id;
	uint32_t pin, primary, secondary, exit, entry;  /* the words that go into the VMCS */
	struct allowed_settings allowed_pin, allowed_primary, allowed_secondary, allowed_exit, allowed_entry;
	uint64_t basic, misc, ept_vpid;                 /* the MSRs of these names */
	unsigned physical_address_bits, linear_address_bits;
	uint64_t cr0_fixed0, cr0_fixed1, cr4_fixed0, cr4_fixed1;
	unsigned preemption_timer_shift;                /* the timer counts TSC >> shift */
	bool vpid;
	bool invvpid_single, invept_single;             /* which scopes the instructions offer; the other one is "all contexts" */
};

extern struct vmx_capabilities vmx_capabilities;

/* Read the capability MSRs and settle every control word. panic() names what is missing. */
void vmx_capabilities_read(void);

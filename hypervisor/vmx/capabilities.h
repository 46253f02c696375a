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
#define PIN_PREEMPTION_TIMER           (1u << 6)
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
#define CPU_USE_IO_BITMAPS             (1u << 25)
#define CPU_USE_MSR_BITMAPS            (1u << 28)
#define CPU_MONITOR_EXITING            (1u << 29)
#define CPU_SECONDARY_CONTROLS         (1u << 31)
/* Secondary processor-based VM-execution controls */
#define CPU2_ENABLE_EPT                (1u << 1)
#define CPU2_ENABLE_VPID               (1u << 5)
#define CPU2_UNRESTRICTED_GUEST        (1u << 7)
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
#define ENTRY_LOAD_IA32_PAT            (1u << 14)
#define ENTRY_LOAD_IA32_EFER           (1u << 15)

struct vmx_capabilities {
	uint32_t revision_id;
	uint32_t pin, primary, secondary, exit, entry;  /* the words that go into the VMCS */
	uint64_t cr0_fixed0, cr0_fixed1, cr4_fixed0, cr4_fixed1;
	unsigned preemption_timer_shift;                /* the timer counts TSC >> shift */
	bool vpid;
	bool invvpid_single, invept_single;             /* which scopes the instructions offer; the other one is "all contexts" */
};

extern struct vmx_capabilities vmx_capabilities;

/* Read the capability MSRs and settle every control word. panic() names what is missing. */
void vmx_capabilities_read(void);

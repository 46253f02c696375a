#pragma once
/*
 * The checks a CPU makes at a VM entry, made by hand: for each one that fails there is a sentence where the CPU has one error number for all.
 * SDM: "Checks on VMX Controls and Host-State Area" and "Checks on the Guest State Area". The CPU's own are stricter than an emulator's.
 * Nothing here touches a VMCS, so it builds on a host; fields are read only where the controls say that the CPU has and uses them.
 *
 * Left out is what no VMCS of this hypervisor can turn on: SMM, CET and FRED state, processor trace, performance counters, VM functions,
 * shadow VMCSs, the checks on what lies in memory behind an address.
 */
#include <stdint.h>
#include "vmx/capabilities.h"
#include "vmx/vmcs.h"

struct vmcs_view {
	uint64_t (*read)(enum vmcs_field field);
	const struct vmx_capabilities *caps;
};

#define ENTRY_CHECK_SENTENCE 128        /* no sentence is longer, its final zero included */

/* Check all rules and call found() for each that fails, with "FIELD 0xVALUE: the rule". Returns how many failed. */
unsigned entry_check(const struct vmcs_view *view, void (*found)(void *context, const char *sentence), void *context);

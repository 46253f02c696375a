#pragma once
/*
 * The paravirtual guest's drivers on the host. VMCALL and CLI cannot run here, so the test brings its own hypercall() and interrupt
 * flag; the headers' are put aside under another name, before the driver includes them again in vain.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "guest_panic.h"

#define hypercall hypercall_by_vmcall
#include "../../../guest-paravirt/machine/hypercall.h"
#undef hypercall
#define interrupts_save_disable save_and_cli
#define interrupts_restore sti_or_not
#include "machine.h"
#undef interrupts_save_disable
#undef interrupts_restore
#define write_msr write_msr_by_wrmsr
#define read_tsc read_tsc_by_rdtsc
#include "../../../guest-paravirt/machine/pv.h"
#undef write_msr
#undef read_tsc

static bool interrupts_on = true;

static inline bool interrupts_save_disable(void)
{
	bool on = interrupts_on;

	interrupts_on = false;
	return on;
}

static inline void interrupts_restore(bool on)
{
	interrupts_on = interrupts_on || on;
}

static int64_t hypercall(enum pv_hypercall number, uint64_t rbx, uint64_t rcx, uint64_t rdx);

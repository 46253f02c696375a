#pragma once
/*
 * Evidence: every exit of a VM is counted by phase and reason, with the time-stamp ticks it took, and the last ones are kept.
 * The counting is on the exit path: keep it to a few stores.
 */
#include <stdint.h>
#include "vmx/vmcs.h"

struct vm;

#define TRACE_LAST   64                 /* exits kept per VM; a power of two */
#define TRACE_PHASES 20                 /* different POST codes a VM can name; further ones count as phase 0 */

struct exit_counter {
	uint64_t exits;
	uint64_t ticks;                 /* in the hypervisor, from the exit to the next entry */
};

struct phase_counters {
	struct exit_counter reasons[EXIT_REASONS];
	uint64_t cpu_ticks;             /* on the CPU, in the guest and in the hypervisor */
};

struct exit_record {
	uint64_t tsc;
	uint64_t rip;
	uint64_t qualification;         /* only where the reason has one */
	uint64_t reason;
};

struct trace {
	struct exit_record last[TRACE_LAST];    /* at the start of a page, so that the ring wraps by masking a bit */
	uint64_t phase_since;           /* TSC: cpu_ticks is booked up to here */
	uint64_t turn_since;            /* TSC: the VM came onto the CPU */
	struct phase_counters phases[TRACE_PHASES];
	uint8_t codes[TRACE_PHASES];    /* the POST code of each of phases[]; phases[0] is code 0 */
	unsigned phase_count;
};

void trace_create(struct vm *vm);

/* The VM comes onto the CPU, or leaves it; what it spends there counts for its phase. */
void trace_turn_begins(struct vm *vm);
void trace_turn_ends(struct vm *vm);

uint64_t trace_exits(const struct vm *vm);              /* all so far */
uint8_t trace_phase_code(const struct vm *vm);          /* the POST code of the phase it is in */

/* The exit that was n exits before the last one (0: the last), n < TRACE_LAST. */
const struct exit_record *trace_last(const struct vm *vm, unsigned n);

/* The last exit has this qualification. */
void trace_qualify(struct vm *vm, uint64_t qualification);

/* The last exits of a VM, oldest first, as lines of the log. */
void trace_print_last(const struct vm *vm, unsigned count);

/* The machine-readable report of all VMs, between "@twinlab report=1 nonce=…" and "@end nonce=…". */
void report_print(void);

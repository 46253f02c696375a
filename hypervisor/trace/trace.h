#pragma once
/*
 * Evidence: every exit of a VM is counted by phase and reason, with the time-stamp ticks it took, and the last ones are kept.
 * The counting is on the exit path: keep it to a few stores.
 */
#include <stdbool.h>
#include <stdint.h>
#include "vmx/vmcs.h"

struct vm;

#define TRACE_LAST   64                 /* exits kept per VM; a power of two */
#define TRACE_PHASES 20                 /* different POST codes a VM can name; further ones count as phase 0 */

struct phase_counters {
	uint64_t exits[EXIT_REASONS];
	uint64_t ticks[EXIT_REASONS];   /* in the hypervisor, from exit to the next entry */
	uint64_t guest_ticks;           /* in the guest */
};

struct exit_record {
	uint64_t sequence;              /* over all VMs, from 1 */
	uint64_t tsc;
	uint64_t rip;
	uint64_t qualification;         /* 0 where the reason has none */
	uint32_t reason;
};

struct trace {
	struct phase_counters *phase;   /* where exits are counted now: one of phases[] */
	uint64_t count;                 /* exits so far; the last one is last[(count - 1) % TRACE_LAST] */
	struct exit_record last[TRACE_LAST];
	uint8_t codes[TRACE_PHASES];    /* the POST code of each of phases[]; phases[0] is code 0 */
	unsigned phase_count;
	struct phase_counters phases[TRACE_PHASES];
};

extern uint64_t trace_sequence;

struct trace *trace_create(void);

static inline void trace_record(struct trace *trace, uint32_t reason, uint64_t rip, uint64_t qualification, uint64_t tsc)
{
	struct exit_record *record = &trace->last[trace->count++ % TRACE_LAST];

	record->sequence = ++trace_sequence;
	record->tsc = tsc;
	record->rip = rip;
	record->qualification = qualification;
	record->reason = reason;
}

/* phase: the phase before the exit was handled. An exit that changed it counts as phase 0, so that a mark does not count itself. */
static inline void trace_count(struct trace *trace, struct phase_counters *phase, uint32_t reason, uint64_t guest_ticks, uint64_t ticks)
{
	phase->guest_ticks += guest_ticks;
	if (__builtin_expect(trace->phase != phase, 0))
		phase = &trace->phases[0];
	phase->exits[reason]++;
	phase->ticks[reason] += ticks;
}

/* The last exits of a VM, oldest first, as lines of the log. */
void trace_print_last(const struct vm *vm, unsigned count);

/* The machine-readable report of all VMs, between "@twinlab report=1 nonce=…" and "@end nonce=…". */
void report_print(void);

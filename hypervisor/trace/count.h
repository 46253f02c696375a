#pragma once
/* What every exit pays for the evidence: one record in the ring, one counter. */
#include <stdint.h>
#include "trace/trace.h"
#include "vm/vm.h"

/* An exit begins: keep it in the ring. */
static inline void trace_record(struct vm *vm, uint64_t tsc, uint64_t reason, uint64_t rip)
{
	struct exit_record *record = vm->next_record;

	record->tsc = tsc;
	record->reason = reason;
	record->rip = rip;
	vm->next_record = (struct exit_record *)((uint64_t)(record + 1) & ~(uint64_t)sizeof(vm->trace->last));
}

/* The counter of the VM's phase for this reason, one exit and minus "now" ticks richer; adding the time of the end makes it the difference. */
static inline struct exit_counter *trace_begin_count(struct vm *vm, uint64_t tsc, uint64_t reason)
{
	struct exit_counter *counter = &vm->phase->reasons[reason];

	counter->exits++;
	counter->ticks -= tsc;
	return counter;
}

#include "exit/exit.h"
#include "lib/heap.h"
#include "lib/printf.h"
#include "trace/trace.h"
#include "vm/vm.h"

uint64_t trace_sequence;

struct trace *trace_create(void)
{
	struct trace *trace = zalloc(sizeof(*trace));

	trace->phase_count = 1;
	trace->phase = &trace->phases[0];
	return trace;
}

static unsigned slot_of(struct trace *trace, uint8_t code)
{
	for (unsigned slot = 0; slot < trace->phase_count; slot++)
		if (trace->codes[slot] == code)
			return slot;
	if (trace->phase_count == TRACE_PHASES)
		return 0;
	trace->codes[trace->phase_count] = code;
	return trace->phase_count++;
}

void vm_set_phase(struct vm *vm, uint8_t post_code)
{
	vm->trace->phase = &vm->trace->phases[slot_of(vm->trace, post_code)];
}

void trace_print_last(const struct vm *vm, unsigned count)
{
	const struct trace *trace = vm->trace;

	if (count > TRACE_LAST)
		count = TRACE_LAST;
	if (count > trace->count)
		count = trace->count;
	printf("%s: last %u of %lu exits\n", vm->name, count, trace->count);
	for (uint64_t i = trace->count - count; i < trace->count; i++) {
		const struct exit_record *record = &trace->last[i % TRACE_LAST];

		printf("  %8lu  %-24s rip 0x%lx  qualification 0x%lx\n",
			record->sequence, exit_name(record->reason), record->rip, record->qualification);
	}
}

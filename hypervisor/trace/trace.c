#include "exit/exit.h"
#include "hw/tsc.h"
#include "lib/panic.h"
#include "lib/printf.h"
#include "memory/pages.h"
#include "trace/log.h"
#include "trace/trace.h"
#include "vm/vm.h"

_Static_assert((sizeof(((struct trace *)0)->last) & (sizeof(((struct trace *)0)->last) - 1)) == 0 &&
	sizeof(((struct trace *)0)->last) <= PAGE_SIZE / 2, "the ring wraps by masking one bit, which is 0 in a page's address");

void trace_create(struct vm *vm)
{
	struct trace *trace = (struct trace *)pages_alloc((sizeof(*trace) + PAGE_SIZE - 1) / PAGE_SIZE, 1);

	if (!trace)
		panic("too little memory for the counters of %s", vm->name);
	trace->phase_count = 1;
	vm->trace = trace;
	vm->next_record = trace->last;
	vm->phase = &trace->phases[0];
}

void trace_turn_begins(struct vm *vm)
{
	vm->trace->turn_since = vm->trace->phase_since = rdtsc();
}

static void book_phase(struct vm *vm, uint64_t now)
{
	vm->phase->cpu_ticks += now - vm->trace->phase_since;
	vm->trace->phase_since = now;
}

void trace_turn_ends(struct vm *vm)
{
	uint64_t now = rdtsc();

	book_phase(vm, now);
	trace_log_event(TRACE_LOG_TURN, vm, vm->trace->turn_since, now, 0);
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

/* The exit that marks the end of a phase has been counted in it. Its place is phase 0, and so is that of the time since it. */
static void move_to_phase_0(struct vm *vm, const struct exit_record *exit, uint64_t now)
{
	struct exit_counter *from = &vm->phase->reasons[exit->reason], *to = &vm->trace->phases[0].reasons[exit->reason];

	from->exits--;
	to->exits++;
	from->ticks -= now - exit->tsc;
	to->ticks += now - exit->tsc;
}

void vm_set_phase(struct vm *vm, uint8_t post_code)
{
	const struct exit_record *exit = trace_last(vm, 0);
	uint64_t now = rdtsc();

	move_to_phase_0(vm, exit, now);
	book_phase(vm, exit->tsc);
	vm->phase = &vm->trace->phases[0];
	book_phase(vm, now);
	vm->phase = &vm->trace->phases[slot_of(vm->trace, post_code)];
}

uint8_t trace_phase_code(const struct vm *vm)
{
	return vm->trace->codes[vm->phase - vm->trace->phases];
}

uint64_t trace_exits(const struct vm *vm)
{
	uint64_t exits = 0;

	for (unsigned slot = 0; slot < vm->trace->phase_count; slot++)
		for (unsigned reason = 0; reason < EXIT_REASONS; reason++)
			exits += vm->trace->phases[slot].reasons[reason].exits;
	return exits;
}

static struct exit_record *last(const struct vm *vm, unsigned n)
{
	return &vm->trace->last[(vm->next_record - vm->trace->last + TRACE_LAST - 1 - n) % TRACE_LAST];
}

const struct exit_record *trace_last(const struct vm *vm, unsigned n)
{
	return last(vm, n);
}

void trace_qualify(struct vm *vm, uint64_t qualification)
{
	last(vm, 0)->qualification = qualification;
}

void trace_print_last(const struct vm *vm, unsigned count)
{
	if (count > trace_exits(vm))
		count = trace_exits(vm);
	printf("%s: its last exits\n", vm->name);
	while (count--) {
		const struct exit_record *record = trace_last(vm, count);

		printf("  %-20s rip 0x%lx", exit_name(record->reason), record->rip);
		if (exit_is_qualified(record->reason))
			printf("  qualification 0x%lx", record->qualification);
		printf("\n");
	}
}

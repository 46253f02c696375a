/* The evidence: the ring, the counters of each phase, and the exit that changes the phase. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "exit/exit.h"
#include "hw/tsc.h"
#include "lib/panic.h"
#include "memory/pages.h"
#include "trace/count.h"
#include "trace/log.h"
#include "trace/trace.h"
#include "vm/vm.h"

static uint8_t arena[64 * PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static bool memory_is_full;
static jmp_buf panicked;
static struct vm vm;
static uint64_t turn_start, turn_end;
static unsigned turns;

uint64_t pages_alloc(size_t count, size_t align)
{
	assert_in_range(count * PAGE_SIZE, sizeof(struct trace), sizeof(arena));
	memset(arena, 0, sizeof(arena));
	return memory_is_full ? 0 : (uint64_t)arena;
}

_Noreturn void panic(const char *format, ...)
{
	longjmp(panicked, 1);
}

void trace_log_event(enum trace_log_kind kind, const struct vm *of, uint64_t start, uint64_t end, uint32_t interruption)
{
	assert_int_equal(kind, TRACE_LOG_TURN);
	assert_ptr_equal(of, &vm);
	turn_start = start;
	turn_end = end;
	turns++;
}

const char *exit_name(uint64_t reason)
{
	static char name[20];

	snprintf(name, sizeof(name), "R%u", (unsigned)reason);
	return name;
}

bool exit_is_qualified(uint64_t reason)
{
	return reason % 2;
}

static int setup(void **state)
{
	memset(&vm, 0, sizeof(vm));
	strcpy(vm.name, "test");
	memory_is_full = false;
	turns = 0;
	trace_create(&vm);
	return 0;
}

/* One exit, as the exit path counts it: it took `ticks`. */
static void exits(uint64_t reason, uint64_t tsc, uint64_t ticks)
{
	struct exit_counter *counter = trace_begin_count(&vm, tsc, reason);

	trace_record(&vm, tsc, reason, 0x1000 + tsc);
	counter->ticks += tsc + ticks;
}

static void wait(void)
{
	for (volatile unsigned i = 0; i < 20000; i++)
		;
}

/* One exit by which the guest names its phase, at the real time. */
static void names_phase(uint8_t code, uint64_t reason)
{
	uint64_t exited = rdtsc();
	struct exit_counter *counter = trace_begin_count(&vm, exited, reason);

	trace_record(&vm, exited, reason, 0);
	wait();
	vm_set_phase(&vm, code);
	counter->ticks += rdtsc();
}

static struct phase_counters *phase_of(uint8_t code)
{
	for (unsigned slot = 0; slot < vm.trace->phase_count; slot++)
		if (vm.trace->codes[slot] == code)
			return &vm.trace->phases[slot];
	fail_msg("no phase 0x%x", code);
	return NULL;
}

static void counts_by_reason(void **state)
{
	exits(10, 100, 7);
	exits(30, 200, 5);
	exits(10, 300, 4);
	assert_int_equal(vm.phase->reasons[10].exits, 2);
	assert_int_equal(vm.phase->reasons[10].ticks, 11);
	assert_int_equal(vm.phase->reasons[30].exits, 1);
	assert_int_equal(vm.phase->reasons[30].ticks, 5);
	assert_int_equal(vm.phase->reasons[EXIT_REASONS - 1].exits, 0);
	assert_int_equal(trace_exits(&vm), 3);
	assert_int_equal(trace_phase_code(&vm), 0);
}

static void the_ring_keeps_the_last_ones(void **state)
{
	for (uint64_t i = 1; i <= 5 * TRACE_LAST + 3; i++) {
		exits(i % EXIT_REASONS, i, 1);
		trace_qualify(&vm, i * 3);
		assert_int_equal(trace_exits(&vm), i);
		for (unsigned n = 0; n < TRACE_LAST && n < i; n++) {
			const struct exit_record *record = trace_last(&vm, n);

			assert_in_range((uintptr_t)record, (uintptr_t)vm.trace->last, (uintptr_t)(vm.trace->last + TRACE_LAST - 1));
			assert_int_equal(record->tsc, i - n);
			assert_int_equal(record->reason, (i - n) % EXIT_REASONS);
			assert_int_equal(record->rip, 0x1000 + i - n);
			assert_int_equal(record->qualification, (i - n) * 3);
		}
	}
}

static void a_phase_has_counters_of_its_own(void **state)
{
	exits(10, 100, 1);
	names_phase(0x11, 30);
	exits(10, 200, 1);
	exits(12, 300, 1);
	names_phase(0x22, 30);
	exits(10, 400, 1);
	assert_int_equal(trace_phase_code(&vm), 0x22);
	names_phase(0x11, 18);
	exits(10, 600, 1);
	assert_int_equal(trace_phase_code(&vm), 0x11);
	assert_int_equal(vm.trace->phase_count, 3);
	assert_int_equal(phase_of(0x11)->reasons[10].exits, 2);
	assert_int_equal(phase_of(0x11)->reasons[12].exits, 1);
	assert_int_equal(phase_of(0x22)->reasons[10].exits, 1);
	assert_int_equal(phase_of(0)->reasons[10].exits, 1);
	assert_int_equal(trace_exits(&vm), 8);
}

/* What a guest pays for saying where it is belongs to no phase of its work. */
static void the_exit_that_changes_the_phase_counts_in_phase_0(void **state)
{
	names_phase(0x11, 30);
	names_phase(0x11, 30);
	names_phase(0x22, 18);
	names_phase(0, 30);
	assert_int_equal(phase_of(0)->reasons[30].exits, 3);
	assert_int_equal(phase_of(0)->reasons[18].exits, 1);
	for (uint8_t code = 0x11; code <= 0x22; code += 0x11)
		for (unsigned reason = 0; reason < EXIT_REASONS; reason++)
			assert_int_equal(phase_of(code)->reasons[reason].exits, 0);
}

/* Its ticks go with it, but for the few behind vm_set_phase. */
static void and_so_do_its_ticks(void **state)
{
	struct exit_counter *old, *zero = &vm.trace->phases[0].reasons[30];
	struct phase_counters before;
	uint64_t exited, asked, done;

	trace_turn_begins(&vm);
	names_phase(0x11, 30);
	exits(30, 100, 7);
	before = vm.trace->phases[0];
	exited = rdtsc();
	old = trace_begin_count(&vm, exited, 30);
	trace_record(&vm, exited, 30, 0);
	wait();
	asked = rdtsc();
	vm_set_phase(&vm, 0x22);
	done = rdtsc();
	assert_in_range(zero->ticks - before.reasons[30].ticks, asked - exited, done - exited);
	assert_int_equal(vm.trace->phases[0].cpu_ticks - before.cpu_ticks, zero->ticks - before.reasons[30].ticks);
	old->ticks += done;
	assert_in_range(old->ticks, 7, 7 + done - asked);
	assert_int_equal(old->exits, 1);
}

static void too_many_phases_count_as_phase_0(void **state)
{
	for (unsigned code = 1; code < TRACE_PHASES + 5; code++) {
		names_phase(code, 30);
		exits(10, code, 1);
	}
	assert_int_equal(vm.trace->phase_count, TRACE_PHASES);
	assert_int_equal(trace_phase_code(&vm), 0);
	assert_int_equal(phase_of(TRACE_PHASES - 1)->reasons[10].exits, 1);
	assert_int_equal(phase_of(0)->reasons[10].exits, 5);
	names_phase(3, 30);                  /* one that has a place still finds it */
	assert_int_equal(trace_phase_code(&vm), 3);
}

static uint64_t cpu_ticks(void)
{
	uint64_t ticks = 0;

	for (unsigned slot = 0; slot < vm.trace->phase_count; slot++)
		ticks += vm.trace->phases[slot].cpu_ticks;
	return ticks;
}

/* Time off the CPU counts nowhere, time on it in the phase in which it passed; nothing is lost between two phases. */
static void time_on_the_cpu_belongs_to_the_phase(void **state)
{
	trace_turn_begins(&vm);
	wait();
	trace_turn_ends(&vm);
	assert_int_equal(turns, 1);
	assert_int_equal(vm.trace->phases[0].cpu_ticks, turn_end - turn_start);
	assert_true(turn_end > turn_start);

	uint64_t before = cpu_ticks();

	wait();
	trace_turn_begins(&vm);
	wait();
	names_phase(0x11, 30);
	wait();
	names_phase(0x22, 30);
	wait();
	trace_turn_ends(&vm);
	assert_int_equal(turns, 2);             /* a phase is no turn */
	assert_int_equal(cpu_ticks() - before, turn_end - turn_start);
	assert_true(phase_of(0x11)->cpu_ticks > 0);
	assert_true(phase_of(0x22)->cpu_ticks > 0);
}

static void without_memory_there_is_no_vm(void **state)
{
	memory_is_full = true;
	if (setjmp(panicked) == 0) {
		trace_create(&vm);
		fail_msg("it went on");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(counts_by_reason, setup),
		cmocka_unit_test_setup(the_ring_keeps_the_last_ones, setup),
		cmocka_unit_test_setup(a_phase_has_counters_of_its_own, setup),
		cmocka_unit_test_setup(the_exit_that_changes_the_phase_counts_in_phase_0, setup),
		cmocka_unit_test_setup(and_so_do_its_ticks, setup),
		cmocka_unit_test_setup(too_many_phases_count_as_phase_0, setup),
		cmocka_unit_test_setup(time_on_the_cpu_belongs_to_the_phase, setup),
		cmocka_unit_test_setup(without_memory_there_is_no_vm, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

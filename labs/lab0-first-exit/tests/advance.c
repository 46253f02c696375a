/* 0C: handle_exit() of the real vmx/run.c, with handlers that only give a verdict. */
#include "vmcs_test.h"
#include "debug/debug.h"
#include "vm/scheduler.h"
#include "vmx/entry_failure.h"
#include "vmx/ept.h"
#include "vmx/switch.h"

static uint64_t tsc;
#define rdtsc() (++tsc)
#include "vmx/run.c"

#define RIP  0x0000007fdeadbe00ull
#define SLICE_ENDS 1000000

static enum verdict next(struct vm *vm) { return VERDICT_NEXT; }
static enum verdict same(struct vm *vm) { return VERDICT_SAME; }
static enum verdict look(struct vm *vm) { return VERDICT_YIELD; }

/* One reason for each verdict. */
const struct exit_row exit_table[EXIT_REASONS] = {
	[EXIT_CPUID] = { next, "CPUID" }, [EXIT_RDMSR] = { same, "RDMSR" }, [EXIT_EXTERNAL_INTERRUPT] = { look, "EXTERNAL_INTERRUPT" },
};

/* What else run.c calls; not from here. */
uint64_t run_until;
bool debug_engaged;
struct vmx_capabilities vmx_capabilities;
bool debug_is_stepping(const struct vm *vm) { return false; }
void debug_before_entry(struct vm *vm) { }
void debug_after_exit(struct vm *vm) { }
void interrupt_deliver(struct vm *vm) { }
bool entry_is_sound(struct vm *vm) { return true; }
void entry_refused(struct vm *vm, int vmfail) { }
void switch_to(struct vm *vm) { }
bool scheduler_next(struct turn *turn) { return false; }
uint64_t tsc_from_ns(uint64_t ns) { return ns; }
uint64_t timer_queue_next(const struct timer_queue *queue) { return TIMER_NEVER; }
void vms_start_waiting(void) { }
void trace_turn_begins(struct vm *vm) { }
void trace_turn_ends(struct vm *vm) { }
void vmx_invept(uint64_t ept_pointer) { }
int vmx_run(struct vcpu *vcpu) { return 0; }

static struct trace trace __attribute__((aligned(4096)));

/* The guest leaves with an instruction of this length at RIP, in this interruptibility state. */
static void leave(unsigned reason, uint64_t rip, unsigned length, uint64_t blocking)
{
	static struct vm vm;

	vmcs_clear();
	vm = (struct vm){ .name = "test", .trace = &trace, .next_record = trace.last, .phase = &trace.phases[0] };
	run_until = SLICE_ENDS;
	let_scheduler_look = false;
	vmcs_set(EXIT_REASON, reason);
	vmcs_set(GUEST_RIP, rip);
	vmcs_set(VM_EXIT_INSTRUCTION_LENGTH, length);
	vmcs_set(GUEST_INTERRUPTIBILITY_STATE, blocking);
	handle_exit(&vm);
	no_fault();
}

static void expect_rip(const char *after, uint64_t expected)
{
	uint64_t rip = vmcs_get(GUEST_RIP);

	if (rip != expected)
		fail_msg("after %s RIP is 0x%lx, not 0x%lx", after, rip, expected);
}

static void expect_blocking(const char *after, uint64_t before, uint64_t expected)
{
	uint64_t blocking = vmcs_get(GUEST_INTERRUPTIBILITY_STATE);

	if (blocking != expected)
		fail_msg("after %s the interruptibility state 0x%lx has become 0x%lx, not 0x%lx", after, before, blocking, expected);
}

static void steps_over_the_instruction(void **state)
{
	for (unsigned length = 1; length <= 15; length++) {
		leave(EXIT_CPUID, RIP, length, 0);
		expect_rip("VERDICT_NEXT", RIP + length);
		expect_blocking("VERDICT_NEXT", 0, 0);
	}
	leave(EXIT_CPUID, 0xffff, 2, 0);
	expect_rip("VERDICT_NEXT", 0x10001);
	leave(EXIT_CPUID, 0xffffffff80000ffeull, 2, 0);
	expect_rip("VERDICT_NEXT", 0xffffffff80001000ull);
}

static void ends_the_shadow(void **state)
{
	static const uint64_t others[] = { 0, 1 << 2, 1 << 3, 1 << 4 };         /* by SMI, by NMI, enclave */

	for (unsigned i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		leave(EXIT_CPUID, RIP, 2, others[i] | BLOCKING_BY_STI);
		expect_blocking("VERDICT_NEXT", others[i] | BLOCKING_BY_STI, others[i]);
		leave(EXIT_CPUID, RIP, 2, others[i] | BLOCKING_BY_MOV_SS);
		expect_blocking("VERDICT_NEXT", others[i] | BLOCKING_BY_MOV_SS, others[i]);
	}
}

static void stays_for_an_exception(void **state)
{
	leave(EXIT_RDMSR, RIP, 2, BLOCKING_BY_STI);
	expect_rip("VERDICT_SAME", RIP);
	expect_blocking("VERDICT_SAME", BLOCKING_BY_STI, BLOCKING_BY_STI);
	if (run_until != SLICE_ENDS)
		fail_msg("after VERDICT_SAME the scheduler looks");
}

static void lets_the_scheduler_look(void **state)
{
	leave(EXIT_CPUID, RIP, 2, 0);
	if (run_until != SLICE_ENDS || let_scheduler_look)
		fail_msg("after VERDICT_NEXT the scheduler looks");
	leave(EXIT_EXTERNAL_INTERRUPT, RIP, 2, 0);
	expect_rip("VERDICT_YIELD", RIP);
	if (run_until != 0 || !let_scheduler_look)
		fail_msg("after VERDICT_YIELD the scheduler does not look");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(steps_over_the_instruction),
	cmocka_unit_test(ends_the_shadow),
	cmocka_unit_test(stays_for_an_exception),
	cmocka_unit_test(lets_the_scheduler_look),
};

LAB_MAIN(tests)

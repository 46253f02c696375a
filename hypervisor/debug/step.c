/*
 * Single steps by RFLAGS.TF, of the hypervisor in the interrupted trap frame, of a guest in its VMCS. (The monitor trap flag would be
 * simpler for guests, but Bochs does not act on it.) Two kinds of instruction need more than TF: one that enters the guest, and
 * one of a guest that exits.
 */
#include "cpu/cpu.h"
#include "debug/debug.h"
#include "debug/machine.h"
#include "trace/trace.h"
#include "vm/vms.h"
#include "vmx/switch.h"
#include "vmx/vmx.h"

#define INT3            0xcc
#define VM_ENTRY_LENGTH 3               /* VMLAUNCH 0f 01 c2, VMRESUME 0f 01 c3 */

extern char vmx_run[], vmx_exit[], vmx_compared[], vmx_resume[], vmx_failed[];  /* vmx/enter.asm */

static struct debug_step current;       /* .process 0: nobody steps */
static struct {                         /* of a guest's step */
	uint64_t rip;                   /* where it began */
	bool by_timer;                  /* instead of by TF */
	bool tf_set;
} guest;
static bool tf_leaked[VM_MAX];          /* a step was broken off, and the guest may have saved our TF with its flags */

/* INT3 for one step over VMLAUNCH or VMRESUME: at the exit, and where the instruction goes on if it fails. */
static struct { uint8_t *at, original; } landing[2];

static bool in_range(uint64_t rip)
{
	return rip >= current.start && rip < current.end;
}

/* ---- The hypervisor ---- */

static bool enters_guest(const uint8_t *code)
{
	return code[0] == 0x0f && code[1] == 0x01 && (code[2] == 0xc2 || code[2] == 0xc3);
}

static void land_at(unsigned i, uint64_t address)
{
	landing[i].at = (uint8_t *)address;
	landing[i].original = *landing[i].at;
	target_poke_code(landing[i].at, INT3);
}

static void take_landing_away(void)
{
	for (int i = 1; i >= 0; i--)
		if (landing[i].at) {
			target_poke_code(landing[i].at, landing[i].original);
			landing[i].at = 0;
		}
}

/* VM entry does not carry TF along, so no trap comes: the step ends at vmx_exit, when the guest comes back. */
static void step_hypervisor(struct trap_frame *frame)
{
	if (enters_guest((const uint8_t *)frame->rip)) {
		land_at(0, (uint64_t)vmx_exit);
		land_at(1, frame->rip + VM_ENTRY_LENGTH);
	} else {
		write_dr6(read_dr6() & ~DR6_BS);
		frame->rflags |= RFLAGS_TF;
	}
}

static bool landed(struct trap_frame *frame)
{
	for (unsigned i = 0; i < 2; i++)
		if (landing[i].at && (uint64_t)landing[i].at == frame->rip - 1) {
			frame->rip--;
			return true;
		}
	return false;
}

/* A trap flag that an interrupt's frame kept beyond the end of its step comes here too; it is cleared, and that is all. */
bool step_trap(struct trap_frame *frame, bool *done)
{
	if (frame->vector == VECTOR_BP ? !landed(frame) : !(read_dr6() & DR6_BS))
		return false;
	write_dr6(read_dr6() & ~DR6_BS);
	frame->rflags &= ~RFLAGS_TF;
	take_landing_away();
	*done = current.process == PROCESS_HYPERVISOR && !in_range(frame->rip);
	if (current.process == PROCESS_HYPERVISOR && !*done)
		step_hypervisor(frame);
	return true;
}

/* ---- Guests ---- */

static void set_guest_tf(bool on)
{
	uint64_t rflags = vmcs_read(GUEST_RFLAGS);

	vmcs_write(GUEST_RFLAGS, on ? rflags | RFLAGS_TF : rflags & ~RFLAGS_TF);
	guest.tf_set = on;
}

/* An exception waits to be injected: it would push our TF for the guest to see. The preemption timer at 0 exits at the handler's first
   instruction instead. SDM: "VMX-Preemption Timer" */
void step_enter(struct vm *vm)
{
	uint64_t blocking = vmcs_read(GUEST_INTERRUPTIBILITY_STATE);

	(void)vm;
	run_until = 0;
	guest.rip = vmcs_read(GUEST_RIP);
	guest.by_timer = vmcs_read(VM_ENTRY_INTERRUPTION_INFORMATION) & INTR_VALID;
	set_guest_tf(!guest.by_timer);
	if (guest.by_timer)
		vmcs_write(VMX_PREEMPTION_TIMER_VALUE, 0);
	else    /* VM entry wants no TF in the shadow of STI or MOV SS. Nothing is lost: interrupts wait for the end of the step. */
		vmcs_write(GUEST_INTERRUPTIBILITY_STATE, blocking & ~(uint64_t)(BLOCKING_BY_STI | BLOCKING_BY_MOV_SS));
}

/* PUSHF, with prefixes 66 or REX.W: the guest must not find our TF in what it pushed. */
static void hide_tf_from_pushf(struct vm *vm)
{
	uint8_t code[2] = { 0 };
	uint64_t sp = vmcs_read(GUEST_RSP) + 1, gpa;

	debug_target.read_memory(debug_process(vm), guest.rip, code, sizeof(code));
	if (code[code[0] == 0x66 || code[0] == 0x48] == 0x9c && target_translate(vm, sp, &gpa))
		*(uint8_t *)guest_page(&vm->memory, gpa) &= ~(RFLAGS_TF >> 8);
}

bool step_debug_exception(struct vm *vm)
{
	if (debug_is_stepping(vm)) {
		hide_tf_from_pushf(vm);
		set_guest_tf(false);
		return true;
	}
	if (!tf_leaked[vm->id])
		return false;
	tf_leaked[vm->id] = false;
	set_guest_tf(false);
	return true;
}

/* An instruction that exits is done when RIP has moved: TF would only trap behind the one after it. */
bool step_is_done(struct vm *vm)
{
	const struct exit_record *last = trace_last(vm, 0);
	bool moved = vmcs_read(GUEST_RIP) != last->rip;
	bool trapped = !guest.by_timer && !guest.tf_set;
	bool ended = vm->state == VM_OFF || vm->state == VM_FAULTED;

	if (!debug_is_stepping(vm) || !(moved || trapped || ended || (guest.by_timer && last->reason == EXIT_PREEMPTION_TIMER)))
		return false;
	set_guest_tf(false);
	if (moved)                      /* Bochs keeps the trap pending as well */
		vmcs_write(GUEST_PENDING_DEBUG_EXCEPTIONS, 0);
	return ended || !in_range(vmcs_read(GUEST_RIP));
}

/* ---- Both ---- */

bool debug_is_stepping(const struct vm *vm)
{
	return current.process == debug_process(vm);
}

/* debug_before_entry() has been passed, and no comparison with run_until is to come. */
bool debug_is_entering(const struct vm *vm)
{
	uint64_t rip = debug_frame->rip;
	bool first = rip >= (uint64_t)vmx_run && rip < (uint64_t)vmx_exit, again = rip >= (uint64_t)vmx_resume && rip < (uint64_t)vmx_failed;

	return switch_loaded() == vm && (first || again);
}

/* Through the run loop. Where enter.asm has just compared the time with run_until, it did so in vain. */
static void take_the_long_way(void)
{
	run_until = 0;
	if (debug_frame->rip == (uint64_t)vmx_compared)
		debug_frame->rflags &= ~RFLAGS_CF;
}

void step_begin(const struct debug_step *step)
{
	struct vm *vm = debug_vm(step->process);

	take_the_long_way();
	current = *step;
	if (current.process == PROCESS_HYPERVISOR)
		step_hypervisor(debug_frame);
	if (vm && debug_is_entering(vm)) {
		target_select(vm);
		step_enter(vm);
	}
}

void step_cancel(void)
{
	struct vm *vm = debug_vm(current.process);

	take_landing_away();
	if (current.process == PROCESS_HYPERVISOR)
		debug_frame->rflags &= ~RFLAGS_TF;
	if (vm && guest.tf_set) {
		target_select(vm);
		set_guest_tf(false);
		tf_leaked[vm->id] = true;
	}
	current.process = 0;
}

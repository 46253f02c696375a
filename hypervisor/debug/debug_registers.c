/*
 * Hardware breakpoints and watchpoints: DR0 to DR3 say where, DR7 when. VM entry and exit switch DR7 alone, and vmx/switch.c moves the
 * others with the VM that has its turn. So a guest's are put where it keeps its own. The hypervisor's are in the registers, and in what
 * vmx/switch.c moves, all the time that no guest runs: the guests' wait here from each exit to the next entry, and every exit takes the
 * long way through the run loop. SDM: "Debug Registers"; "Loading Host Control Registers, Debug Registers, MSRs" clears DR7.
 */
#include "cpu/cpu.h"
#include "debug/machine.h"
#include "lib/string.h"
#include "vm/vms.h"
#include "vmx/run.h"
#include "vmx/switch.h"
#include "vmx/vmx.h"

static struct { bool planted; struct debug_registers theirs; } guests[VM_MAX];  /* what a guest keeps there, while GDB's are */

static struct {                         /* the hypervisor's */
	bool planted;
	bool in_cpu;                    /* no guest is about to be entered, or has just left */
	struct debug_registers registers;
	uint64_t (*handle)(struct vm *vm);
	struct { uint64_t dr[SLOTS], causes; } waiting[VM_MAX];
} own;

/* ---- The registers ---- */

static void load(const uint64_t dr[SLOTS])
{
	write_dr0(dr[0]);
	write_dr1(dr[1]);
	write_dr2(dr[2]);
	write_dr3(dr[3]);
}

static void store(uint64_t dr[SLOTS])
{
	dr[0] = read_dr0();
	dr[1] = read_dr1();
	dr[2] = read_dr2();
	dr[3] = read_dr3();
}

/* Those of a VM are in the CPU, or in what vmx/switch.c keeps of it. */
static void get(const struct vm *vm, uint64_t dr[SLOTS])
{
	if (switch_loaded() == vm)
		store(dr);
	else
		memcpy(dr, &vm->vcpu.switched.dr0, SLOTS * sizeof(dr[0]));
}

static void set(struct vm *vm, const uint64_t dr[SLOTS])
{
	memcpy(&vm->vcpu.switched.dr0, dr, SLOTS * sizeof(dr[0]));
	if (switch_loaded() == vm)
		load(dr);
}

static uint64_t get_dr6(const struct vm *vm)
{
	return switch_loaded() == vm ? read_dr6() : vm->vcpu.switched.dr6;
}

static void set_dr6(struct vm *vm, uint64_t value)
{
	vm->vcpu.switched.dr6 = value;
	if (switch_loaded() == vm)
		write_dr6(value);
}

/* ---- Of a guest ---- */

void debug_registers_plant(struct vm *vm, const struct debug_registers *registers)
{
	struct debug_registers *theirs = &guests[vm->id].theirs;

	target_select(vm);
	get(vm, theirs->dr);
	theirs->dr7 = vmcs_read(GUEST_DR7);
	guests[vm->id].planted = true;
	set(vm, registers->dr);
	vmcs_write(GUEST_DR7, registers->dr7);
}

void debug_registers_lift(struct vm *vm)
{
	if (!guests[vm->id].planted)
		return;
	target_select(vm);
	set(vm, guests[vm->id].theirs.dr);
	vmcs_write(GUEST_DR7, guests[vm->id].theirs.dr7);
	guests[vm->id].planted = false;
}

/* ---- Of the hypervisor ---- */

void debug_registers_arm(void)
{
	if (own.in_cpu)
		write_dr7(own.registers.dr7);
}

void debug_registers_disarm(void)
{
	write_dr7(DR7_FIXED);
}

/* A guest's DR6 stays where it is, but for the causes: those are to be ours now. */
static void put_causes_aside(struct vm *vm)
{
	own.waiting[vm->id].causes = get_dr6(vm) & DR6_CAUSES;
	set_dr6(vm, get_dr6(vm) & ~DR6_CAUSES);
}

/* There may be new ones: of a #DB that is sent back to the guest. */
static void put_causes_back(struct vm *vm)
{
	if (!(get_dr6(vm) & DR6_CAUSES))
		set_dr6(vm, get_dr6(vm) | own.waiting[vm->id].causes);
}

uint64_t debug_registers_take_causes(void)
{
	uint64_t causes = own.in_cpu ? read_dr6() & DR6_CAUSES : 0;

	if (causes)
		write_dr6(read_dr6() & ~DR6_CAUSES);
	return causes;
}

void debug_registers_after_exit(struct vm *vm)
{
	if (!own.planted || own.in_cpu)
		return;
	store(own.waiting[vm->id].dr);
	put_causes_aside(vm);
	load(own.registers.dr);
	own.in_cpu = true;
}

void debug_registers_before_entry(struct vm *vm)
{
	if (!own.in_cpu)
		return;
	debug_registers_disarm();
	own.in_cpu = false;
	load(own.waiting[vm->id].dr);
	put_causes_back(vm);
}

static uint64_t handle_exit_watched(struct vm *vm)
{
	debug_registers_after_exit(vm);
	debug_registers_arm();

	uint64_t handled = own.handle(vm);

	run_until = 0;
	return handled;
}

void debug_registers_plant_own(const struct debug_registers *registers)
{
	own.registers = *registers;
	own.planted = own.in_cpu = true;
	own.handle = exit_handler;
	exit_handler = handle_exit_watched;
	for (unsigned i = 0; i < vm_count; i++) {
		get(vms[i], own.waiting[i].dr);
		put_causes_aside(vms[i]);
		set(vms[i], registers->dr);
	}
	load(registers->dr);                    /* no VM has had a turn yet */
	if (debug_is_entering(switch_loaded()))
		debug_registers_before_entry(switch_loaded());
}

void debug_registers_lift_own(void)
{
	if (!own.planted)
		return;
	debug_registers_after_exit(switch_loaded());
	for (unsigned i = 0; i < vm_count; i++) {
		set(vms[i], own.waiting[i].dr);
		put_causes_back(vms[i]);
	}
	exit_handler = own.handle;
	own.planted = own.in_cpu = false;
}

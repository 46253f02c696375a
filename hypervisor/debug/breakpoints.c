/*
 * Breakpoints and watchpoints. They are planted when the machine goes on and lifted as soon as it stands still, so GDB always reads
 * the true code, and the stub, which shares the hypervisor's drivers and strings, never runs into one itself.
 */
#include "cpu/cpu.h"
#include "debug/machine.h"
#include "memory/memory.h"
#include "vm/vms.h"
#include "vmx/switch.h"
#include "vmx/vmx.h"

#define BREAKPOINTS 64
#define SLOTS       4                   /* DR0 to DR3 */
#define INT3        0xcc
#define DR7_FIXED   0x400ull
#define DR7_EXACT   (3ull << 8)         /* LE and GE: old CPUs want them for data breakpoints */

struct breakpoint {
	unsigned process;               /* 0: this place is free */
	enum breakpoint_type type;
	uint64_t address, length;
	uint64_t gpa;                   /* of a guest's software breakpoint, when it was set */
	uint8_t *planted;               /* where INT3 stands now, */
	uint8_t original;               /* instead of this */
	int slot;                       /* the debug register it is in, or -1 */
};

static struct breakpoint breakpoints[BREAKPOINTS];

/* What a guest itself keeps in its debug registers, while ours are there. */
static struct own_debug_registers { bool saved; uint64_t dr[SLOTS], dr7; } guests_own[VM_MAX];

static struct breakpoint *find(unsigned process, enum breakpoint_type type, uint64_t address, uint64_t length)
{
	for (struct breakpoint *b = breakpoints; b < breakpoints + BREAKPOINTS; b++)
		if (b->process == process && b->type == type && b->address == address && (type == BREAKPOINT_SOFTWARE || b->length == length))
			return b;
	return NULL;
}

static unsigned count(unsigned process, bool software)
{
	unsigned n = 0;

	for (const struct breakpoint *b = breakpoints; b < breakpoints + BREAKPOINTS; b++)
		n += b->process == process && (b->type == BREAKPOINT_SOFTWARE) == software;
	return n;
}

static bool software_possible(struct breakpoint *b)
{
	const struct vm *vm = debug_vm(b->process);

	if (vm)
		return target_translate(vm, b->address, &b->gpa);
	return paging_is_mapped(b->address) && !target_is_own_code(b->address);
}

/* The debug registers take 1, 2, 4 or 8 aligned bytes, and know no watchpoint for reads alone. The hypervisor itself has none: each
   VM exit clears DR7. SDM: "Debug Registers" */
static bool hardware_possible(const struct breakpoint *b)
{
	bool size_ok = b->length == 1 || b->length == 2 || b->length == 4 || b->length == 8;

	if (!debug_vm(b->process) || b->type == WATCHPOINT_READ || count(b->process, false) >= SLOTS)
		return false;
	return b->type == BREAKPOINT_HARDWARE || (size_ok && b->address % b->length == 0);
}

bool breakpoint_insert(unsigned process, enum breakpoint_type type, uint64_t address, uint64_t length)
{
	struct breakpoint *place = find(process, type, address, length);
	struct breakpoint new = { .process = process, .type = type, .address = address, .length = length, .slot = -1 };

	if (place)
		return true;
	for (place = breakpoints; place->process; place++)
		if (place == breakpoints + BREAKPOINTS - 1)
			return false;
	if (type == BREAKPOINT_SOFTWARE ? !software_possible(&new) : !hardware_possible(&new))
		return false;
	*place = new;
	return true;
}

/* Taking away what is not there is no error: GDB may have been told of a stop in between. */
bool breakpoint_remove(unsigned process, enum breakpoint_type type, uint64_t address, uint64_t length)
{
	struct breakpoint *b = find(process, type, address, length);

	if (b)
		b->process = 0;
	return true;
}

void breakpoint_remove_all(unsigned process)
{
	for (struct breakpoint *b = breakpoints; b < breakpoints + BREAKPOINTS; b++)
		if (b->process == process)
			b->process = 0;
}

bool breakpoint_is_at(unsigned process, uint64_t address)
{
	return find(process, BREAKPOINT_SOFTWARE, address, 0);
}

/* ---- Software: INT3 in the code ---- */

/* The guest may have given the page back since. */
static void plant_software(struct breakpoint *b)
{
	const struct vm *vm = debug_vm(b->process);

	b->planted = vm ? guest_page(&vm->memory, b->gpa) : (uint8_t *)b->address;
	if (!b->planted)
		return;
	b->original = *b->planted;
	target_poke_code(b->planted, INT3);
}

static void lift_software(struct breakpoint *b)
{
	const struct vm *vm = debug_vm(b->process);

	if (b->planted && *b->planted == INT3 && (!vm || guest_page(&vm->memory, b->gpa) == b->planted))
		target_poke_code(b->planted, b->original);
	b->planted = NULL;
}

/* ---- Hardware: a guest's debug registers ---- */

static uint64_t get_dr(const struct vm *vm, unsigned i)
{
	const struct switched_state *state = &vm->vcpu.switched;
	bool live = switch_loaded() == vm;

	switch (i) {
	case 0: return live ? read_dr0() : state->dr0;
	case 1: return live ? read_dr1() : state->dr1;
	case 2: return live ? read_dr2() : state->dr2;
	default: return live ? read_dr3() : state->dr3;
	}
}

static void set_dr(struct vm *vm, unsigned i, uint64_t value)
{
	struct switched_state *state = &vm->vcpu.switched;
	bool live = switch_loaded() == vm;

	switch (i) {
	case 0: state->dr0 = value; if (live) write_dr0(value); break;
	case 1: state->dr1 = value; if (live) write_dr1(value); break;
	case 2: state->dr2 = value; if (live) write_dr2(value); break;
	default: state->dr3 = value; if (live) write_dr3(value); break;
	}
}

/* DR7: local enable, R/W and LEN of one slot. Lengths 1, 2, 4, 8 are coded 0, 1, 3, 2. */
static uint64_t dr7_bits(const struct breakpoint *b, unsigned slot)
{
	uint64_t when = b->type == BREAKPOINT_HARDWARE ? 0 : b->type == WATCHPOINT_WRITE ? 1 : 3;
	uint64_t length = b->type == BREAKPOINT_HARDWARE || b->length == 1 ? 0 : b->length == 2 ? 1 : b->length == 4 ? 3 : 2;

	return 1ull << 2 * slot | (when | length << 2) << (16 + 4 * slot);
}

static void plant_hardware(struct vm *vm)
{
	struct own_debug_registers *own = &guests_own[vm->id];
	uint64_t dr7 = DR7_FIXED | DR7_EXACT;
	unsigned slot = 0;

	target_select(vm);
	*own = (struct own_debug_registers){ .saved = true, .dr7 = vmcs_read(GUEST_DR7) };
	for (unsigned i = 0; i < SLOTS; i++)
		own->dr[i] = get_dr(vm, i);
	for (struct breakpoint *b = breakpoints; b < breakpoints + BREAKPOINTS; b++)
		if (b->process == debug_process(vm) && b->type != BREAKPOINT_SOFTWARE) {
			b->slot = slot;
			set_dr(vm, slot, b->address);
			dr7 |= dr7_bits(b, slot++);
		}
	vmcs_write(GUEST_DR7, dr7);
}

static void lift_hardware(struct vm *vm)
{
	struct own_debug_registers *own = &guests_own[vm->id];

	if (!own->saved)
		return;
	target_select(vm);
	for (unsigned i = 0; i < SLOTS; i++)
		set_dr(vm, i, own->dr[i]);
	vmcs_write(GUEST_DR7, own->dr7);
	own->saved = false;
}

bool breakpoint_fired(const struct vm *vm, uint64_t causes, struct debug_stop *stop)
{
	for (const struct breakpoint *b = breakpoints; b < breakpoints + BREAKPOINTS; b++)
		if (b->process == debug_process(vm) && b->type != BREAKPOINT_SOFTWARE && b->slot >= 0 && (causes >> b->slot & 1)) {
			stop->reason = b->type == BREAKPOINT_HARDWARE ? STOP_HARDWARE_BREAKPOINT : STOP_WATCHPOINT;
			stop->watchpoint = b->type;
			stop->address = b->address;
			return true;
		}
	return false;
}

/* ---- All of them ---- */

/* A guest's #BP makes an exit only while it has breakpoints. */
static void intercept_int3(bool on)
{
	uint64_t bitmap = vmcs_read(EXCEPTION_BITMAP);

	vmcs_write(EXCEPTION_BITMAP, on ? bitmap | 1 << VECTOR_BP : bitmap & ~(1ull << VECTOR_BP));
}

static bool is_to_plant(const struct breakpoint *b, uint32_t processes)
{
	return b->process && b->type == BREAKPOINT_SOFTWARE && (processes >> b->process & 1);
}

static void plant_code(bool hypervisors, uint32_t processes)
{
	for (struct breakpoint *b = breakpoints; b < breakpoints + BREAKPOINTS; b++)
		if (is_to_plant(b, processes) && (b->process == PROCESS_HYPERVISOR) == hypervisors)
			plant_software(b);
}

/* Last planted, first lifted: two addresses may mean the same byte. */
static void lift_code(bool hypervisors)
{
	for (struct breakpoint *b = breakpoints + BREAKPOINTS; b-- > breakpoints; )
		if (b->process && b->type == BREAKPOINT_SOFTWARE && (b->process == PROCESS_HYPERVISOR) == hypervisors)
			lift_software(b);
}

/* The hypervisor's own come last, and go first: in between everything may be called. */
void breakpoints_plant(uint32_t processes)
{
	for (unsigned i = 0; i < vm_count; i++) {
		unsigned process = debug_process(vms[i]);
		bool resumed = processes >> process & 1;

		target_select(vms[i]);
		intercept_int3(resumed && count(process, true));
		if (resumed && count(process, false))
			plant_hardware(vms[i]);
	}
	plant_code(false, processes);
	plant_code(true, processes);
}

void breakpoints_lift(void)
{
	lift_code(true);
	lift_code(false);
	for (unsigned i = 0; i < vm_count; i++)
		lift_hardware(vms[i]);
}

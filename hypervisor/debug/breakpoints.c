/*
 * Breakpoints and watchpoints. They are planted when the machine goes on and lifted as soon as it stands still, so GDB always reads
 * the true code, and the stub, which shares the hypervisor's drivers and strings, never runs into one itself.
 */
#include "cpu/cpu.h"
#include "debug/machine.h"
#include "memory/layout.h"
#include "memory/memory.h"
#include "vm/vms.h"
#include "vmx/vmx.h"

#define BREAKPOINTS 64
#define INT3        0xcc
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

/* What every trap itself executes or writes: a trap there would never end. */
static bool is_of_traps(const struct breakpoint *b)
{
	return target_is_own_code(b->address) ||
		(b->address + b->length > (uint64_t)trap_stack_guard && b->address < (uint64_t)debug_stack_top);
}

/* The debug registers take 1, 2, 4 or 8 aligned bytes, and know no watchpoint for reads alone. SDM: "Debug Registers" */
static bool hardware_possible(const struct breakpoint *b)
{
	bool size_ok = b->length == 1 || b->length == 2 || b->length == 4 || b->length == 8;

	if (b->type == WATCHPOINT_READ || count(b->process, false) >= SLOTS || (!debug_vm(b->process) && is_of_traps(b)))
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

/* ---- Hardware: the debug registers ---- */

/* DR7: local enable, R/W and LEN of one slot. Lengths 1, 2, 4, 8 are coded 0, 1, 3, 2. */
static uint64_t dr7_bits(const struct breakpoint *b, unsigned slot)
{
	uint64_t when = b->type == BREAKPOINT_HARDWARE ? 0 : b->type == WATCHPOINT_WRITE ? 1 : 3;
	uint64_t length = b->type == BREAKPOINT_HARDWARE || b->length == 1 ? 0 : b->length == 2 ? 1 : b->length == 4 ? 3 : 2;

	return 1ull << 2 * slot | (when | length << 2) << (16 + 4 * slot);
}

static struct debug_registers registers_of(unsigned process)
{
	struct debug_registers registers = { .dr7 = DR7_FIXED | DR7_EXACT };
	unsigned slot = 0;

	for (struct breakpoint *b = breakpoints; b < breakpoints + BREAKPOINTS; b++)
		if (b->process == process && b->type != BREAKPOINT_SOFTWARE) {
			b->slot = slot;
			registers.dr[slot] = b->address;
			registers.dr7 |= dr7_bits(b, slot++);
		}
	return registers;
}

bool breakpoint_fired(unsigned process, uint64_t causes, struct debug_stop *stop)
{
	for (const struct breakpoint *b = breakpoints; b < breakpoints + BREAKPOINTS; b++)
		if (b->process == process && b->type != BREAKPOINT_SOFTWARE && b->slot >= 0 && (causes >> b->slot & 1)) {
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
	struct debug_registers registers;

	for (unsigned process = PROCESS_HYPERVISOR + vm_count; process >= PROCESS_HYPERVISOR; process--) {
		struct vm *vm = debug_vm(process);
		bool resumed = processes >> process & 1;

		if (vm) {
			target_select(vm);
			intercept_int3(resumed && count(process, true));
		}
		if (!resumed || !count(process, false))
			continue;
		registers = registers_of(process);
		if (vm)
			debug_registers_plant(vm, &registers);
		else
			debug_registers_plant_own(&registers);
	}
	plant_code(false, processes);
	plant_code(true, processes);
}

void breakpoints_lift(void)
{
	lift_code(true);
	lift_code(false);
	debug_registers_lift_own();
	for (unsigned i = 0; i < vm_count; i++)
		debug_registers_lift(vms[i]);
}

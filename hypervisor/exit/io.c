/*
 * Port I/O of the unmodified guest: IN and OUT, and the string forms INS and OUTS.
 *
 * This is the door that the paravirtual guest does not use. One exit serves one instruction; a REP INSW of a whole sector is one
 * instruction too, which is why a fair comparison gives emulation its string I/O.
 */
#include "cpu/cpu.h"
#include "exit/exit.h"
#include "fullvirt/machine.h"
#include "fullvirt/portbus.h"
#include "lib/string.h"
#include "vm/guest_walk.h"
#include "vm/vm.h"
#include "vmx/vmx.h"

/* Exit qualification. SDM: "Exit Qualification for I/O Instructions" */
#define SIZE(q)      (((q) & 7) + 1)
#define IS_IN(q)     ((q) & 1 << 3)
#define IS_STRING(q) ((q) & 1 << 4)
#define IS_REP(q)    ((q) & 1 << 5)
#define PORT(q)      ((q) >> 16 & 0xffff)
/* VM-exit instruction information, bits 9:7. SDM: "Format of the VM-Exit Instruction-Information Field as Used for INS and OUTS" */
#define ADDRESS_SIZE(info) ((info) >> 7 & 7)

#define BYTES_PER_EXIT 65536            /* a guest cannot keep the hypervisor busy for longer; it comes back for the rest */

/* One string instruction under way. */
struct string_io {
	struct vm *vm;
	uint16_t port;
	unsigned size;
	bool in, rep, down;             /* down: RFLAGS.DF, addresses decrease */
	uint64_t linear;                /* of the next element */
	uint64_t register_mask;         /* address size: which bits of RCX, RSI, RDI count */
	struct guest_paging paging;
	unsigned access;
};

static uint64_t merge(uint64_t old, uint64_t value, uint64_t mask)
{
	return (old & ~mask) | (value & mask);
}

/* A write of 32 bits clears the upper half, one of 8 or 16 bits leaves the rest alone. */
static uint64_t register_mask(unsigned size)
{
	return size == 4 ? ~0ull : (1ull << 8 * size) - 1;
}

static enum verdict single_io(struct vm *vm, uint64_t qualification)
{
	struct vcpu_regs *regs = &vm->vcpu.regs;
	unsigned size = SIZE(qualification);
	uint16_t port = PORT(qualification);

	if (IS_IN(qualification))
		regs->rax = merge(regs->rax, portbus_read(vm->pc->ports, port, size), register_mask(size));
	else
		portbus_write(vm->pc->ports, port, size, regs->rax & (0xffffffffull >> (32 - 8 * size)));
	return VERDICT_NEXT;
}

static void page_fault(struct vm *vm, uint64_t linear, uint32_t error_code)
{
	write_cr2(linear);              /* CR2 is not in the VMCS: while this VM's turn lasts it holds the guest's */
	inject_exception(vm, VECTOR_PF, error_code);
}

/* SDM: "Canonical Addressing". In 32-bit modes every address is. */
static bool is_canonical(uint64_t linear)
{
	return (int64_t)(linear << 16) >> 16 == (int64_t)linear;
}

/* Where the byte at linear lies. false: the guest gets the exception that its access would have raised. */
static bool translate(struct string_io *io, uint64_t linear, uint64_t *gpa)
{
	uint32_t error_code;

	if (!is_canonical(linear))
		inject_exception(io->vm, VECTOR_GP, 0);
	else if (guest_walk(&io->vm->memory, &io->paging, linear, io->access, gpa, &error_code))
		page_fault(io->vm, linear, error_code);
	else
		return true;
	return false;
}

/* Move one element that lies across a page border, or any element when addresses decrease: through a copy. */
static bool move_element(struct string_io *io)
{
	uint32_t value = 0;
	uint64_t gpa[4];

	for (unsigned i = 0; i < io->size; i++)
		if (!translate(io, io->linear + i, &gpa[i]))
			return false;
	if (io->in)
		value = portbus_read(io->vm->pc->ports, io->port, io->size);
	for (unsigned i = 0; i < io->size; i++) {
		uint8_t *byte = guest_page(&io->vm->memory, gpa[i]);

		if (!byte) {
			vm_fault(io->vm, "string I/O with guest-physical 0x%lx, outside its memory", gpa[i]);
			return false;
		}
		if (io->in)
			*byte = value >> 8 * i;
		else
			value |= (uint32_t)*byte << 8 * i;
	}
	if (!io->in)
		portbus_write(io->vm->pc->ports, io->port, io->size, value);
	return true;
}

/* lab 2C: as many elements at once as one page holds */
/* Move as many whole elements as lie in one page: straight between device and guest memory. Returns how many; 0 if the guest faults. */
static uint64_t move_run(struct string_io *io, uint64_t count)
{
	uint64_t room = (PAGE_SIZE - io->linear % PAGE_SIZE) / io->size, gpa;

	if (room == 0 || io->down)
		return move_element(io) ? 1 : 0;
	if (!translate(io, io->linear, &gpa))
		return 0;
	void *bytes = guest_page(&io->vm->memory, gpa);

	if (!bytes) {
		vm_fault(io->vm, "string I/O with guest-physical 0x%lx, outside its memory", gpa);
		return 0;
	}
	if (count > room)
		count = room;
	if (io->in)
		portbus_read_string(io->vm->pc->ports, io->port, io->size, bytes, count);
	else
		portbus_write_string(io->vm->pc->ports, io->port, io->size, bytes, count);
	return count;
}
/* end of 2C */

/* lab 2C: what the registers say afterwards */
/* Address size 16 leaves the rest of a register alone, 32 clears the upper half. */
static uint64_t stepped(const struct string_io *io, uint64_t old, uint64_t distance)
{
	uint64_t value = (old + distance) & io->register_mask;

	return io->register_mask == 0xffff ? merge(old, value, 0xffff) : value;
}

/* The registers step on with every element, so that a fault or the end of our patience leaves an instruction that can go on. */
static void step(struct string_io *io, uint64_t count)
{
	struct vcpu_regs *regs = &io->vm->vcpu.regs;
	uint64_t *pointer = io->in ? &regs->rdi : &regs->rsi;
	uint64_t distance = io->down ? -count * io->size : count * io->size;

	io->linear += distance;
	*pointer = stepped(io, *pointer, distance);
	if (io->rep)
		regs->rcx = stepped(io, regs->rcx, -count);
}
/* end of 2C */

static uint64_t elements_left(const struct string_io *io)
{
	return io->rep ? io->vm->vcpu.regs.rcx & io->register_mask : 1;
}

static struct string_io begin_string_io(struct vm *vm, uint64_t qualification)
{
	static const uint64_t address_masks[] = { 0xffff, 0xffffffff, ~0ull };
	unsigned address_size = ADDRESS_SIZE(vmcs_read(VM_EXIT_INSTRUCTION_INFORMATION));
	bool user = ACCESS_RIGHTS_DPL(vmcs_read(GUEST_SS_ACCESS_RIGHTS)) == 3;
	uint64_t flags = vmcs_read(GUEST_RFLAGS), cr4 = vmcs_read(GUEST_CR4);

	if (flags & RFLAGS_AC)
		cr4 &= ~CR4_SMAP;       /* the kernel wants to touch its user's pages */

	return (struct string_io){
		.vm = vm, .port = PORT(qualification), .size = SIZE(qualification),
		.in = IS_IN(qualification), .rep = IS_REP(qualification), .down = flags & RFLAGS_DF,
		.linear = vmcs_read(GUEST_LINEAR_ADDRESS),
		.register_mask = address_masks[address_size < 2 ? address_size : 2],
		.paging = { vmcs_read(GUEST_CR0), vmcs_read(GUEST_CR3), cr4, vmcs_read(GUEST_IA32_EFER) },
		.access = WALK_MARK | (IS_IN(qualification) ? WALK_WRITE : 0) | (user ? WALK_USER : 0),
	};
}

/* lab 2C: one exit for the whole instruction */
static enum verdict string_io(struct vm *vm, uint64_t qualification)
{
	struct string_io io = begin_string_io(vm, qualification);
	uint64_t left = elements_left(&io), budget = BYTES_PER_EXIT / io.size;

	while (left && budget) {
		uint64_t moved = move_run(&io, left < budget ? left : budget);

		if (!moved)
			return VERDICT_SAME;
		step(&io, moved);
		left -= moved;
		budget -= moved;
	}
	return left ? VERDICT_YIELD : VERDICT_NEXT;
}
/* end of 2C */

enum verdict handle_io(struct vm *vm)
{
	uint64_t qualification = exit_qualification(vm);

	if (!vm->pc) {                  /* a paravirtual guest has no ports: nobody answers */
		vm_fault(vm, "%s port 0x%x: a paravirtual machine has no ports", IS_IN(qualification) ? "read" : "wrote", (unsigned)PORT(qualification));
		return VERDICT_SAME;
	}
	return IS_STRING(qualification) ? string_io(vm, qualification) : single_io(vm, qualification);
}

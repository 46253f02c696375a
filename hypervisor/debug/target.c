/* Registers and memory of the hypervisor and of each VM. Nothing here may fault: each address is looked up in the page tables first. */
#include "cpu/cpu.h"
#include "debug/machine.h"
#include "lib/string.h"
#include "memory/layout.h"
#include "memory/memory.h"
#include "vm/guest_walk.h"
#include "vm/vms.h"
#include "vmx/switch.h"
#include "vmx/vmx.h"

#define RFLAGS_WRITABLE 0x3f7fd5ull     /* without the reserved bits */

struct trap_frame *debug_frame;
static uint64_t interrupted_vmcs;       /* physical address; all ones: none was current */
static const struct vm *selected;

struct vm *debug_vm(unsigned process)
{
	return process > PROCESS_HYPERVISOR ? vms[process - PROCESS_HYPERVISOR - 1] : NULL;
}

unsigned debug_process(const struct vm *vm)
{
	return vm->id + PROCESS_HYPERVISOR + 1;
}

static unsigned processes(void)
{
	return PROCESS_HYPERVISOR + vm_count;
}

static const char *name(unsigned process)
{
	const struct vm *vm = debug_vm(process);

	return vm ? vm->name : "hypervisor";
}

/* The hypervisor may have been interrupted between VMPTRLD and taking note of it, so the CPU itself is asked which VMCS is current. */
void target_freeze(struct trap_frame *frame)
{
	debug_frame = frame;
	selected = NULL;
	asm volatile("vmptrst %0" : "=m"(interrupted_vmcs));
}

void target_thaw(void)
{
	if (selected && interrupted_vmcs != ~0ull)
		vmx_vmptrld((struct vmcs *)interrupted_vmcs);
	selected = NULL;
}

void target_select(const struct vm *vm)
{
	if (selected != vm)
		vmx_vmptrld(vm->vcpu.vmcs);
	selected = vm;
}

/* ---- Registers ---- */

/* General registers lie in the trap frame, or in struct vcpu_regs. */
#define IN_FRAME(reg) offsetof(struct trap_frame, reg)
#define IN_VCPU(reg)  offsetof(struct vcpu_regs, reg)

static const uint8_t frame_offsets[] = {
	IN_FRAME(rax), IN_FRAME(rbx), IN_FRAME(rcx), IN_FRAME(rdx), IN_FRAME(rsi), IN_FRAME(rdi), IN_FRAME(rbp), IN_FRAME(rsp),
	IN_FRAME(r8), IN_FRAME(r9), IN_FRAME(r10), IN_FRAME(r11), IN_FRAME(r12), IN_FRAME(r13), IN_FRAME(r14), IN_FRAME(r15),
	IN_FRAME(rip), IN_FRAME(rflags), IN_FRAME(cs), IN_FRAME(ss),
};

static const uint8_t vcpu_offsets[] = {
	IN_VCPU(rax), IN_VCPU(rbx), IN_VCPU(rcx), IN_VCPU(rdx), IN_VCPU(rsi), IN_VCPU(rdi), IN_VCPU(rbp), 0,
	IN_VCPU(r8), IN_VCPU(r9), IN_VCPU(r10), IN_VCPU(r11), IN_VCPU(r12), IN_VCPU(r13), IN_VCPU(r14), IN_VCPU(r15),
};

/* The others of a guest are fields of its VMCS. */
static enum vmcs_field guest_field(enum debug_register number)
{
	switch (number) {
	case REGISTER_RSP: return GUEST_RSP;
	case REGISTER_RIP: return GUEST_RIP;
	case REGISTER_RFLAGS: return GUEST_RFLAGS;
	case REGISTER_CS: return GUEST_CS_SELECTOR;
	case REGISTER_SS: return GUEST_SS_SELECTOR;
	case REGISTER_DS: return GUEST_DS_SELECTOR;
	case REGISTER_ES: return GUEST_ES_SELECTOR;
	case REGISTER_FS: return GUEST_FS_SELECTOR;
	case REGISTER_GS: return GUEST_GS_SELECTOR;
	case REGISTER_FS_BASE: return GUEST_FS_BASE;
	case REGISTER_GS_BASE: return GUEST_GS_BASE;
	case REGISTER_CR0: return GUEST_CR0;
	case REGISTER_CR3: return GUEST_CR3;
	case REGISTER_CR4: return GUEST_CR4;
	case REGISTER_EFER: return GUEST_IA32_EFER;
	default: return 0;
	}
}

/* CR0 and CR4 as the guest would read them: what is ours of them comes from the shadows. */
static uint64_t guest_view(enum vmcs_field field)
{
	enum vmcs_field mask = field == GUEST_CR0 ? CR0_GUEST_HOST_MASK : CR4_GUEST_HOST_MASK;
	enum vmcs_field shadow = field == GUEST_CR0 ? CR0_READ_SHADOW : CR4_READ_SHADOW;

	return (vmcs_read(field) & ~vmcs_read(mask)) | (vmcs_read(shadow) & vmcs_read(mask));
}

static bool read_guest_register(const struct vm *vm, enum debug_register number, uint64_t *value)
{
	enum vmcs_field field = guest_field(number);

	target_select(vm);
	if (number < REGISTER_RIP && !field)
		*value = *(uint64_t *)((char *)&vm->vcpu.regs + vcpu_offsets[number]);
	else if (number == REGISTER_CR2)
		*value = switch_loaded() == vm ? read_cr2() : vm->vcpu.switched.cr2;
	else if (field == GUEST_CR0 || field == GUEST_CR4)
		*value = guest_view(field);
	else if (field)
		*value = vmcs_read(field);
	else
		return false;
	return true;
}

/* CR0, CR4, EFER and selectors stay: each is but a part of a state that VM entry checks as a whole. */
static bool write_guest_register(struct vm *vm, enum debug_register number, uint64_t value)
{
	enum vmcs_field field = guest_field(number);

	target_select(vm);
	run_until = 0;                          /* the quick way back into the guest does not load all registers */
	if (number < REGISTER_RIP && !field)
		*(uint64_t *)((char *)&vm->vcpu.regs + vcpu_offsets[number]) = value;
	else if (number == REGISTER_RFLAGS)
		vmcs_write(GUEST_RFLAGS, (value & RFLAGS_WRITABLE) | RFLAGS_FIXED);
	else if (field == GUEST_RSP || field == GUEST_RIP || field == GUEST_FS_BASE || field == GUEST_GS_BASE || field == GUEST_CR3)
		vmcs_write(field, value);
	else
		return false;
	return true;
}

static bool read_own_register(enum debug_register number, uint64_t *value)
{
	switch (number) {
	case REGISTER_FS_BASE: *value = rdmsr(MSR_IA32_FS_BASE); break;
	case REGISTER_GS_BASE: *value = rdmsr(MSR_IA32_GS_BASE); break;
	case REGISTER_CR0: *value = read_cr0(); break;
	case REGISTER_CR2: *value = read_cr2(); break;
	case REGISTER_CR3: *value = read_cr3(); break;
	case REGISTER_CR4: *value = read_cr4(); break;
	case REGISTER_EFER: *value = rdmsr(MSR_IA32_EFER); break;
	default:
		if (number >= sizeof(frame_offsets))
			return false;
		*value = *(uint64_t *)((char *)debug_frame + frame_offsets[number]);
	}
	return true;
}

static bool write_own_register(enum debug_register number, uint64_t value)
{
	if (number > REGISTER_RFLAGS)
		return false;
	if (number == REGISTER_RFLAGS)
		value = (value & RFLAGS_WRITABLE) | RFLAGS_FIXED;
	*(uint64_t *)((char *)debug_frame + frame_offsets[number]) = value;
	return true;
}

static bool read_register(unsigned process, enum debug_register number, uint64_t *value)
{
	const struct vm *vm = debug_vm(process);

	return vm ? read_guest_register(vm, number, value) : read_own_register(number, value);
}

static bool write_register(unsigned process, enum debug_register number, uint64_t value)
{
	struct vm *vm = debug_vm(process);

	return vm ? write_guest_register(vm, number, value) : write_own_register(number, value);
}

/* ---- Memory ---- */

bool target_is_own_code(uint64_t address)
{
	return address >= (uint64_t)debug_text_start && address < (uint64_t)debug_text_end;
}

/* CR0.WP off lets the hypervisor write to its own read-only pages. Interrupts are off: nothing else runs meanwhile. */
void target_poke_code(uint8_t *byte, uint8_t value)
{
	uint64_t cr0 = read_cr0();

	write_cr0(cr0 & ~CR0_WP);
	*(volatile uint8_t *)byte = value;
	write_cr0(cr0);
}

/* A debugger reads and writes whatever is mapped: no rights are asked for. */
bool target_translate(const struct vm *vm, uint64_t linear, uint64_t *gpa)
{
	uint32_t error_code;

	target_select(vm);
	struct guest_paging paging = {
		.cr0 = vmcs_read(GUEST_CR0) & ~CR0_WP, .cr3 = vmcs_read(GUEST_CR3),
		.cr4 = vmcs_read(GUEST_CR4) & ~CR4_SMAP, .efer = vmcs_read(GUEST_IA32_EFER),
	};

	return !guest_walk(&vm->memory, &paging, linear, 0, gpa, &error_code) && guest_owns(&vm->memory, *gpa, 1);
}

/* The byte behind an address, good to the end of its page; NULL if there is none. */
static uint8_t *byte_at(const struct vm *vm, uint64_t address)
{
	uint64_t gpa;

	if (vm)
		return target_translate(vm, address, &gpa) ? guest_page(&vm->memory, gpa) : NULL;
	return paging_is_mapped(address) ? (uint8_t *)address : NULL;
}

static size_t room_in_page(uint64_t address, size_t n)
{
	size_t room = PAGE_SIZE - address % PAGE_SIZE;

	return n < room ? n : room;
}

static size_t read_memory(unsigned process, uint64_t address, void *to, size_t n)
{
	const struct vm *vm = debug_vm(process);
	size_t done = 0;

	while (done < n) {
		size_t piece = room_in_page(address + done, n - done);
		const uint8_t *from = byte_at(vm, address + done);

		if (!from)
			break;
		memcpy((char *)to + done, from, piece);
		done += piece;
	}
	return done;
}

static bool write_memory(unsigned process, uint64_t address, const void *from, size_t n)
{
	const struct vm *vm = debug_vm(process);
	const uint8_t *bytes = from;

	for (uint64_t at = address; at - address < n; at += room_in_page(at, n))
		if (!byte_at(vm, at))
			return false;
	for (size_t i = 0; i < n; i++)
		target_poke_code(byte_at(vm, address + i), bytes[i]);
	return true;
}

/* GDB leaves this process. */
static void remove_all(unsigned process)
{
	breakpoint_remove_all(process);
	if (debug_vm(process))
		monitor_release(debug_vm(process));
}

const struct debug_target debug_target = {
	.processes = processes, .name = name,
	.read_register = read_register, .write_register = write_register,
	.read_memory = read_memory, .write_memory = write_memory,
	.insert = breakpoint_insert, .remove = breakpoint_remove, .remove_all = remove_all,
	.monitor = monitor_command,
};

/* SDM, "Interrupt and Exception Handling". */
#include "trap.h"
#include "../boot/gdt.h"
#include "console.h"
#include "lib.h"
#include "machine.h"
#include "process.h"
#include "syscall.h"
#include "thread.h"

#define GATE_PRESENT_INTERRUPT 0x8e00           /* an interrupt gate: the handler starts with interrupts off */
#define GATE_USER              0x6000           /* ring 3 may call it with INT n */
#define STUB_SIZE              16

struct gate {
	uint16_t offset_low, selector, type, offset_middle;
	uint32_t offset_high, reserved;
};

extern char trap_stubs[];

static struct gate idt[256];
static int interrupt_depth;

static const char *const exception_names[32] = {
	[0] = "divide error", [1] = "debug exception", [2] = "non-maskable interrupt", [3] = "breakpoint", [4] = "overflow",
	[5] = "bound range exceeded", [6] = "invalid opcode", [7] = "device not available", [8] = "double fault",
	[10] = "invalid TSS", [11] = "segment not present", [12] = "stack-segment fault", [13] = "general protection",
	[14] = "page fault", [16] = "x87 floating-point error", [17] = "alignment check", [18] = "machine check",
	[19] = "SIMD floating-point exception", [20] = "virtualization exception", [21] = "control protection exception",
};

static void set_gate(unsigned vector, uint16_t type, uint8_t stack)
{
	uint64_t offset = (uint64_t)trap_stubs + vector * STUB_SIZE;

	idt[vector] = (struct gate){
		.offset_low = (uint16_t)offset,
		.selector = SELECTOR_KERNEL_CODE,
		.type = type | stack,
		.offset_middle = (uint16_t)(offset >> 16),
		.offset_high = (uint32_t)(offset >> 32),
	};
}

void trap_init(void)
{
	struct { uint16_t limit; uint64_t base; } __attribute__((packed)) idtr = { sizeof(idt) - 1, (uint64_t)idt };

	for (unsigned vector = 0; vector < ARRAY_LENGTH(idt); vector++)
		set_gate(vector, GATE_PRESENT_INTERRUPT, vector == 8 ? IST_DOUBLE_FAULT : 0);
	set_gate(VECTOR_SYSTEM_CALL, GATE_PRESENT_INTERRUPT | GATE_USER, 0);
	asm volatile("lidt %0" : : "m"(idtr));
}

bool in_interrupt(void)
{
	return interrupt_depth > 0;
}

static bool from_user(const struct trap_frame *frame)
{
	return frame->cs == SELECTOR_USER_CODE;
}

static uint64_t read_cr2(void)
{
	uint64_t address;

	asm volatile("mov %%cr2, %0" : "=r"(address));
	return address;
}

static void print_registers(const struct trap_frame *f)
{
	printk("rip %p  rsp %p  rflags 0x%lx  error 0x%lx  cr2 %p\n", (void *)f->rip, (void *)f->rsp, f->rflags, f->error_code,
		(void *)read_cr2());
	printk("rax %p  rbx %p  rcx %p  rdx %p\n", (void *)f->rax, (void *)f->rbx, (void *)f->rcx, (void *)f->rdx);
	printk("rsi %p  rdi %p  rbp %p  r8  %p\n", (void *)f->rsi, (void *)f->rdi, (void *)f->rbp, (void *)f->r8);
	printk("r9  %p  r10 %p  r11 %p  r12 %p\n", (void *)f->r9, (void *)f->r10, (void *)f->r11, (void *)f->r12);
	printk("r13 %p  r14 %p  r15 %p\n", (void *)f->r13, (void *)f->r14, (void *)f->r15);
}

static void kill_user(const struct trap_frame *f, const char *name)
{
	const struct thread *t = thread_current();

	if (f->vector == VECTOR_PAGE_FAULT)
		printk("%s (%d): %s at 0x%lx, rip 0x%lx\n", t->name, t->id, name, read_cr2(), f->rip);
	else
		printk("%s (%d): %s, rip 0x%lx\n", t->name, t->id, name, f->rip);
	process_exit(PROCESS_KILLED);
}

static void exception(const struct trap_frame *f)
{
	const char *name = exception_names[f->vector] ? exception_names[f->vector] : "reserved exception";

	if (from_user(f))
		kill_user(f, name);
	kernel_panic_begin();
	print_registers(f);
	kernel_panic("%s in the kernel", name);
}

static void interrupt(uint8_t vector)
{
	interrupt_depth++;
	machine_interrupt(vector);
	interrupt_depth--;
	thread_preempt_if_due();
}

void trap(struct trap_frame *frame)
{
	if (frame->vector == VECTOR_SYSTEM_CALL)
		system_call(frame);
	else if (frame->vector < VECTOR_FIRST_INTERRUPT)
		exception(frame);
	else
		interrupt((uint8_t)frame->vector);
	if (from_user(frame) && thread_current()->killed)
		process_exit(PROCESS_KILLED);
}

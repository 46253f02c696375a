/* The task state segment. In long mode it only says which stacks to take: SDM, "Task Management in 64-bit Mode". */
#include "gdt.h"

#define DESCRIPTOR_PRESENT_TSS 0x89ull

struct task_state_segment {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[7];
	uint64_t reserved2;
	uint16_t reserved3;
	uint16_t io_map_base;
} __attribute__((packed));

extern uint64_t gdt[];

static struct task_state_segment tss = { .io_map_base = sizeof(tss) };
static uint8_t double_fault_stack[4096] __attribute__((aligned(16)));

void gdt_init(void)
{
	uint64_t base = (uint64_t)&tss;

	tss.ist[IST_DOUBLE_FAULT - 1] = (uint64_t)(double_fault_stack + sizeof(double_fault_stack));
	gdt[SELECTOR_TSS / 8] = (sizeof(tss) - 1) | (base & 0xffffff) << 16 | DESCRIPTOR_PRESENT_TSS << 40
		| (base >> 24 & 0xff) << 56;
	gdt[SELECTOR_TSS / 8 + 1] = base >> 32;
	asm volatile("ltr %w0" : : "r"(SELECTOR_TSS));
}

void gdt_set_kernel_stack(uint64_t top)
{
	tss.rsp[0] = top;
}

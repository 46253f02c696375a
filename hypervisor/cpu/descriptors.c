#include "cpu/cpu.h"
#include "cpu/descriptors.h"
#include "memory/layout.h"

#define TRAP_IST  1                     /* the stack for exceptions that may find the normal one broken */
#define DEBUG_IST 2                     /* and for the debugger's: between VM exit and C, RSP points into a vCPU's registers */

struct tss {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[7];
	uint64_t reserved2;
	uint16_t reserved3, io_map_base;
} __attribute__((packed));

struct gate {
	uint16_t offset_low, selector;
	uint8_t ist, type;
	uint16_t offset_mid;
	uint32_t offset_high, reserved;
};

extern char trap_stubs[];               /* cpu/trap.asm: 256 stubs, 16 bytes apart */

static struct tss tss;
static struct gate idt[256];
static uint64_t gdt[] = {
	[HOST_CODE_SELECTOR / 8] = 0x00af9b000000ffff,  /* 64-bit code */
	[HOST_DATA_SELECTOR / 8] = 0x00cf93000000ffff,
	[HOST_TSS_SELECTOR / 8 + 1] = 0,                /* a TSS descriptor takes two places */
};

static void set_tss_descriptor(void)
{
	uint64_t base = (uint64_t)&tss, limit = sizeof(tss) - 1;

	gdt[HOST_TSS_SELECTOR / 8] = limit | (base & 0xffffff) << 16 | 0x89ull << 40 | (base >> 24 & 0xff) << 56;
	gdt[HOST_TSS_SELECTOR / 8 + 1] = base >> 32;
}

static void set_gate(unsigned vector)
{
	uint64_t stub = (uint64_t)trap_stubs + 16 * vector;
	bool broken = vector == VECTOR_DF || vector == VECTOR_NMI || vector == VECTOR_MC;
	bool debug = vector == VECTOR_DB || vector == VECTOR_BP;

	idt[vector] = (struct gate){
		.offset_low = stub, .offset_mid = stub >> 16, .offset_high = stub >> 32,
		.selector = HOST_CODE_SELECTOR,
		.ist = broken ? TRAP_IST : debug ? DEBUG_IST : 0,
		.type = 0x8e,                   /* present interrupt gate */
	};
}

void descriptors_init(void)
{
	struct descriptor_table gdtr = { sizeof(gdt) - 1, (uint64_t)gdt };
	struct descriptor_table idtr = { sizeof(idt) - 1, (uint64_t)idt };

	tss.ist[TRAP_IST - 1] = (uint64_t)trap_stack_top;
	tss.ist[DEBUG_IST - 1] = (uint64_t)debug_stack_top;
	tss.io_map_base = sizeof(tss);
	set_tss_descriptor();
	for (unsigned vector = 0; vector < 256; vector++)
		set_gate(vector);
	asm volatile("lgdt %0; lidt %1; ltr %w2" : : "m"(gdtr), "m"(idtr), "r"(HOST_TSS_SELECTOR) : "memory");
}

uint64_t host_gdt_base(void)
{
	return (uint64_t)gdt;
}

uint64_t host_idt_base(void)
{
	return (uint64_t)idt;
}

uint64_t host_tss_base(void)
{
	return (uint64_t)&tss;
}

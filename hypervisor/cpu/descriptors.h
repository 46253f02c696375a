#pragma once
/* The hypervisor's own GDT, TSS and IDT. SDM: "Protected-Mode Memory Management", "Interrupt and Exception Handling". */
#include <stdint.h>

#define HOST_CODE_SELECTOR 0x08
#define HOST_DATA_SELECTOR 0x10
#define HOST_TSS_SELECTOR  0x18

struct descriptor_table { uint16_t limit; uint64_t base; } __attribute__((packed));

void descriptors_init(void);                            /* load GDT, TR and IDT */
uint64_t host_gdt_base(void);
uint64_t host_idt_base(void);
uint64_t host_tss_base(void);

/* What cpu/trap.asm pushes, and the CPU before it. */
struct trap_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rdi, rsi, rbp, rbx, rdx, rcx, rax;
	uint64_t vector, error;
	uint64_t rip, cs, rflags, rsp, ss;
};

void trap_handle(struct trap_frame *frame);

/* NMIs, of which the machine should have none, are counted and told at the end: they may come in the midst of a print. */
void count_nmi(void);
unsigned nmi_count(void);

#include "guest.h"
#include "traps.h"

#define KERNEL_CODE   0x08
#define TSS           0x30
#define GATE          0x8e00ull                 /* present, 64-bit interrupt gate */
#define GATE_RING3    0x6000ull
#define PRESENT_TSS   0x89ull
#define STUB_SIZE     16
#define RETURN_VECTOR 0x81

extern char trap_stubs[], back_from_ring3[], trap_stack_top[];

volatile struct exception raised;
volatile uint64_t attempted_rip, resume_at;
volatile unsigned interrupts[64];
volatile uint64_t interrupted_rip;
void (*on_interrupt)(unsigned vector);

static struct { uint64_t low, high; } idt[256];

static struct {
	uint32_t reserved;
	uint64_t rsp[3], unused[8];
	uint32_t reserved2, io_map_base;
} __attribute__((packed)) tss = { .io_map_base = sizeof(tss) << 16 };

static void set_gate(unsigned vector, uint64_t handler, uint64_t type)
{
	idt[vector].low = (handler & 0xffff) | KERNEL_CODE << 16 | type << 32 | (handler >> 16 & 0xffff) << 48;
	idt[vector].high = handler >> 32;
}

void traps_init(void)
{
	struct { uint16_t limit; uint64_t base; } __attribute__((packed)) idtr = { sizeof(idt) - 1, (uint64_t)idt };
	uint64_t base = (uint64_t)&tss;

	for (unsigned vector = 0; vector < 64; vector++)
		set_gate(vector, (uint64_t)trap_stubs + vector * STUB_SIZE, GATE);
	set_gate(RETURN_VECTOR, (uint64_t)back_from_ring3, GATE | GATE_RING3);
	asm volatile("lidt %0" : : "m"(idtr));
	tss.rsp[0] = (uint64_t)trap_stack_top;
	gdt[TSS / 8] = (sizeof(tss) - 1) | (base & 0xffffff) << 16 | PRESENT_TSS << 40;
	asm volatile("ltr %w0" : : "r"(TSS));
}

void attempt_begin(void)
{
	raised.vector = NOTHING;
}

static void record(const struct trap_frame *frame)
{
	raised.vector = frame->vector;
	raised.error_code = frame->error_code;
	raised.rip = frame->rip;
	raised.rflags = frame->rflags;
	raised.cr2 = READ_REGISTER(cr2);
	raised.dr6 = READ_REGISTER(dr6);
}

void trap(struct trap_frame *frame)
{
	if (frame->vector >= 32) {
		interrupts[frame->vector]++;
		interrupted_rip = frame->rip;
		if (on_interrupt)
			on_interrupt(frame->vector);
		return;
	}
	if (!resume_at)
		unexpected(frame);
	record(frame);
	frame->rip = resume_at;
	frame->rflags &= ~(RFLAGS_TF | RFLAGS_AC);
	resume_at = 0;
}

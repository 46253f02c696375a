#include "cpu/cpu.h"
#include "cpu/descriptors.h"
#include "debug/debug.h"
#include "hw/pic.h"
#include "hw/tsc.h"
#include "lib/panic.h"
#include "lib/printf.h"
#include "trace/log.h"

static const char *const exception_names[32] = {
	[0] = "#DE divide error", [1] = "#DB debug", [3] = "#BP breakpoint", [4] = "#OF overflow", [5] = "#BR bound range",
	[6] = "#UD invalid opcode", [7] = "#NM no FPU", [8] = "#DF double fault", [10] = "#TS invalid TSS", [11] = "#NP segment not present",
	[12] = "#SS stack fault", [13] = "#GP general protection", [14] = "#PF page fault", [16] = "#MF FPU error",
	[17] = "#AC alignment check", [18] = "#MC machine check", [19] = "#XM SIMD error",
};

static void print_registers(const struct trap_frame *f)
{
	printf("rip %016lx rsp %016lx rflags %08lx error %lx cr2 %016lx\n", f->rip, f->rsp, f->rflags, f->error, read_cr2());
	printf("rax %016lx rbx %016lx rcx %016lx rdx %016lx\n", f->rax, f->rbx, f->rcx, f->rdx);
	printf("rsi %016lx rdi %016lx rbp %016lx r8  %016lx\n", f->rsi, f->rdi, f->rbp, f->r8);
	printf("r9  %016lx r10 %016lx r11 %016lx r12 %016lx\n", f->r9, f->r10, f->r11, f->r12);
	printf("r13 %016lx r14 %016lx r15 %016lx\n", f->r13, f->r14, f->r15);
}

/* In cpu_idle() or cpu_take_interrupts(): otherwise interrupts are off here. */
static void host_interrupt(uint8_t vector)
{
	uint64_t start = rdtsc();

	irq_dispatch(vector);
	trace_log_event(TRACE_LOG_INTERRUPT, NULL, start, rdtsc(), vector);
}

static unsigned nmis;

void count_nmi(void)
{
	nmis++;
}

unsigned nmi_count(void)
{
	return nmis;
}

void trap_handle(struct trap_frame *frame)
{
	if (frame->vector >= PIC_VECTOR_BASE) {
		host_interrupt(frame->vector);
		return;
	}
	if (frame->vector == VECTOR_NMI) {
		count_nmi();
		return;
	}
	if (debug_trap(frame))
		return;
	const char *name = exception_names[frame->vector];

	print_registers(frame);
	panic("exception in the hypervisor: %s at 0x%lx", name ? name : "reserved vector", frame->rip);
}

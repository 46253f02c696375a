/*
 * An enlightened guest: a PC, and beside it all that a paravirtual guest can call. An event comes beside the interrupts of
 * the 8259: whatever that one masks or has in service, and without an end of interrupt.
 */
#include "pc.h"

#define VECTOR_EVENT 0x30
#define READ_ISR     0x0b
#define MILLISECOND  1000000ull

static struct pv_event_page events __attribute__((aligned(8)));
static struct pvclock_time_info clock __attribute__((aligned(32)));
static unsigned order[4], arrived;

static void note(unsigned vector)
{
	if (arrived < 4)
		order[arrived] = vector;
	arrived++;
	if (vector == VECTOR_EVENT)
		__atomic_exchange_n(&events.pending, 0, __ATOMIC_SEQ_CST);
	else
		outb(PIC1, EOI);
}

static uint64_t now_ns(void)
{
	uint64_t ticks = rdtsc() - clock.tsc_timestamp;
	uint64_t shifted = clock.tsc_shift >= 0 ? ticks << clock.tsc_shift : ticks >> -clock.tsc_shift;

	return clock.system_time + (uint64_t)((unsigned __int128)shifted * clock.tsc_to_system_mul >> 32);
}

static void event_at(uint64_t deadline)
{
	hypercall(PV_HC_SET_TIMER, deadline, 0, 0);
}

static void both_doors(void)
{
	exits_begin("CPUID=3 VMCALL=1 IO_INSTRUCTION=1 WRMSR=1");
	struct cpuid features = cpuid(1, 0), base = cpuid(PV_CPUID_BASE, 0), offered = cpuid(PV_CPUID_FEATURES, 0);
	int64_t null = hypercall(PV_HC_NULL, 0, 0, 0);
	uint8_t mask = inb(PIC1 + 1);
	wrmsr(MSR_KVM_SYSTEM_TIME_NEW, (uint64_t)&clock | 1);
	exits_end();
	check("leaf 1 shows a hypervisor", features.ecx >> 31, 1);
	check("0x40000000 says Twin", base.ebx, 'T' | 'w' << 8 | 'i' << 16 | 'n' << 24);
	check("0x40000001: every feature of abi.h", offered.ebx, 0x1ff);
	check("it can call", (uint64_t)null, 0);
	check("it has an 8259, and its mask", mask, 0xfe);
	check("it has a pvclock page", clock.tsc_to_system_mul != 0, true);
}

/* IRQ 0 waits at the 8259, and an event beside it: both come, the event first. */
static void both_at_once(void)
{
	pit_once(100);
	event_at(1);
	while (!(pic_requests() & 1) || !events.pending)
		;
	exits_begin("IO_INSTRUCTION=1 INTERRUPT_WINDOW=2");
	asm volatile("sti; nop; nop; nop; nop; cli" : : : "memory");
	exits_end();
	check("both came", arrived, 2);
	check("first the event", order[0], VECTOR_EVENT);
	check("then IRQ 0", order[1], VECTOR_IRQ0);
}

/* Everything is masked at the 8259, and nothing ends the event but its bits. */
static void past_the_8259(void)
{
	arrived = 0;
	outb(PIC1 + 1, 0xff);
	exits_begin("VMCALL=1 HLT=1 INTERRUPT_WINDOW=*");
	event_at(now_ns() + MILLISECOND);
	asm volatile("sti; hlt; cli" : : : "memory");
	exits_end();
	check("an event ends HLT", arrived, 1);
	outb(PIC1, READ_ISR);
	check("it is not in service at the 8259", inb(PIC1), 0);
}

/* And while IRQ 0 is in service, though that one has the highest priority. */
static void above_what_is_in_service(void)
{
	arrived = 0;
	on_interrupt = NULL;
	pic_init(0xfe);
	pit_once(100);
	while (!(pic_requests() & 1))
		;
	asm volatile("sti; nop; nop; cli" : : : "memory");
	on_interrupt = note;
	event_at(1);
	while (!events.pending)
		;
	asm volatile("sti; nop; nop; cli" : : : "memory");
	check("it comes while IRQ 0 is in service", arrived, 1);
	check("and it is the event", order[0], VECTOR_EVENT);
	outb(PIC1, EOI);
}

void run(void)
{
	on_interrupt = note;
	pit_stop();
	pic_init(0xfe);
	both_doors();
	check("an event page", (uint64_t)hypercall(PV_HC_EVENT_SETUP, (uint64_t)&events, VECTOR_EVENT, 0), 0);
	both_at_once();
	past_the_8259();
	above_what_is_in_service();
}

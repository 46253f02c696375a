/* HLT: it sleeps until the timer's interrupt, and the shadow of STI covers it. SDM, "HLT—Halt", "STI—Set Interrupt Flag". */
#include "pc.h"

#define HALT(label) asm volatile("movq $1f, %0\n\tsti\n\thlt\n1:\tcli" : "=m"(label) : : "memory")

static void sleep_until_timer(void)
{
	uint64_t behind_hlt, before;

	pit_stop();
	pic_init(0xee);
	exits_begin("IO_INSTRUCTION=3 HLT=1 INTERRUPT_WINDOW=*");       /* a window, if the others' turns took all that time */
	before = rdtsc();
	pit_once(50000);
	HALT(behind_hlt);
	exits_end();
	check("the timer's interrupt came, once", interrupts[VECTOR_IRQ0], 1);
	check("it came after HLT", interrupted_rip, behind_hlt);
	check("it did not come at once", rdtsc() - before > 1000000, 1);
	outb(PIC1, EOI);
}

/* An interrupt that waits since before STI comes behind the instruction after STI, which is HLT: it sleeps no time at all. */
static void interrupt_waits_already(void)
{
	uint64_t behind_hlt;

	exits_begin("IO_INSTRUCTION=2 HLT=1 INTERRUPT_WINDOW=1");
	com1_request();
	HALT(behind_hlt);
	exits_end();
	com1_quiet();
	check("IRQ 4 came, once", interrupts[VECTOR_IRQ4], 1);
	check("it came after HLT, not before", interrupted_rip, behind_hlt);
	outb(PIC1, EOI);
}

static void in_ring3(void)
{
	ATTEMPT("hlt", : : : "memory");
}

void run(void)
{
	sleep_until_timer();
	interrupt_waits_already();
	exits_begin("");
	call_in_ring3(in_ring3, 2);
	exits_end();
	check_raised("HLT raises #GP in ring 3, without an exit", GP, 0);
}

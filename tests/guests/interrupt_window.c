/* An interrupt request that comes while IF is 0 is delivered as soon as the guest can take it, behind the shadow of STI. */
#include "pc.h"

static void one_request(void)
{
	uint64_t behind_shadow;

	exits_begin("IO_INSTRUCTION=2 INTERRUPT_WINDOW=1");
	com1_request();
	asm volatile("movq $1f, %0\n\tsti\n\tnop\n1:\tnop\n\tnop\n\tcli" : "=m"(behind_shadow) : : "memory");
	exits_end();
	com1_quiet();
	check("the interrupt came once", interrupts[VECTOR_IRQ4], 1);
	check("it came one instruction after STI", interrupted_rip, behind_shadow);
	outb(PIC1, EOI);
}

static void no_request(void)
{
	exits_begin("");
	asm volatile("sti; nop; nop; cli");
	exits_end();
	check("without a request nothing comes", interrupts[VECTOR_IRQ4], 1);
}

static void withdrawn(void)
{
	com1_request();
	com1_quiet();
	outb(PIC1 + 1, 0xff);
	asm volatile("sti; nop; nop; cli");
	check("a request that is withdrawn and masked never comes", interrupts[VECTOR_IRQ4], 1);
	outb(PIC1 + 1, 0xef);
}

static unsigned order[2], arrived;

static void note(unsigned vector)
{
	if (arrived < 2)
		order[arrived] = vector;
	arrived++;
	if (vector == VECTOR_IRQ4)
		com1_quiet();
	outb(PIC1, EOI);
}

/* Two requests: the lower number first, the other when the first handler has returned. */
static void two_requests(void)
{
	on_interrupt = note;
	pit_stop();
	pic_init(0xee);
	pit_once(100);
	while (!(pic_requests() & 1))
		;
	com1_request();
	asm volatile("sti; nop; nop; nop; nop; cli" : : : "memory");
	check("both came", arrived, 2);
	check("first IRQ 0", order[0], VECTOR_IRQ0);
	check("then IRQ 4", order[1], VECTOR_IRQ4);
}

void run(void)
{
	pic_init(0xef);
	one_request();
	no_request();
	withdrawn();
	two_requests();
}

/* 0C: where does a guest go on after an exit? Behind the instruction, in its place, or where an interrupt found it. */
#include "pc.h"

#define POST_PORT 0x80
#define ROUNDS    3000000ull

/* Exiting instructions of 1, 2 and 3 bytes, each followed by a step of a count. */
static void over_instructions(void)
{
	uint64_t count = 0;

	exits_begin("CPUID=2 IO_INSTRUCTION=2");
	asm volatile("mov $0x81, %%edx; outb %%al, %%dx; inc %0\n\toutb %%al, $0x81; inc %0\n\tcpuid; inc %0\n\trep; cpuid; inc %0"
		: "+S"(count) : : "rax", "rbx", "rcx", "rdx", "memory");
	exits_end();
	check("each instruction is done once, and so is the next", count, 4);
}

static void in_its_place(void)
{
	exits_begin("VMCALL=1");
	ATTEMPT("vmcall");
	exits_end();
	check_raised("VMCALL: an invalid opcode, at VMCALL itself", UD, 0);
	exits_begin("RDMSR=1");
	ATTEMPT("mov $0x12345, %%ecx; rdmsr", : : : "rax", "rcx", "rdx");
	exits_end();
	check("RDMSR of no MSR: a general protection", raised.vector, GP);
	check("at RDMSR itself", raised.rip - attempted_rip, 5);
}

/* An interrupt waits. STI casts a shadow over CPUID; behind CPUID the shadow ends and the interrupt comes. */
static void behind_the_shadow(void)
{
	uint64_t behind;

	com1_request();
	asm volatile("movq $1f, %0\n\txor %%eax, %%eax\n\tsti\n\tcpuid\n1:\tnop\n\tnop\n\tcli"
		: "=m"(behind) : : "rax", "rbx", "rcx", "rdx", "memory");
	com1_quiet();
	check("the interrupt came once", interrupts[VECTOR_IRQ4], 1);
	check("right behind the instruction in STI's shadow", interrupted_rip, behind);
	outb(PIC1, EOI);
}

/* How every kernel waits. With the shadow left on, the interrupt would come one instruction late: when IF is 0 again. */
static void sti_hlt(void)
{
	com1_request();
	asm volatile("sti; hlt; cli" : : : "memory");
	com1_quiet();
	check("STI; HLT; CLI takes the interrupt", interrupts[VECTOR_IRQ4], 2);
	outb(PIC1, EOI);
}

/* Meanwhile the real machine interrupts, and time slices end: no instruction may be left out. */
static void undisturbed(void)
{
	uint64_t rounds = ROUNDS, sum = 0;

	asm volatile("1: add $1, %1; add $2, %1; add $4, %1; dec %0; jnz 1b" : "+r"(rounds), "+r"(sum));
	check("a long sum is right, whatever interrupted it", sum, 7 * ROUNDS);
}

void run(void)
{
	pic_init(0xef);
	over_instructions();
	in_its_place();
	behind_the_shadow();
	sti_hlt();
	undisturbed();
}

/*
 * #DB and #AC exit and come back as they were; other exceptions do not exit.
 * SDM, "Debug Exceptions", "Alignment Check Exception (#AC)".
 */
#include "guest.h"

#define DR6_B0  1ull
#define DR6_BD  (1ull << 13)
#define DR6_BS  (1ull << 14)
#define DR6_AT_RESET 0xffff0ff0ull
#define DR7_WRITE8_0 0x90402ull                 /* breakpoint 0, global, when 8 bytes are written */
#define DR7_GD  (1ull << 13)
#define CR0_AM  (1ull << 18)
#define SET_TF  "pushfq\n\torq $0x100, (%%rsp)\n\tpopfq\n\t"

static volatile uint64_t watched, behind;

static void single_step(void)
{
	WRITE_REGISTER(dr6, DR6_AT_RESET);
	exits_begin("EXCEPTION_OR_NMI=1");
	ATTEMPT("movq $3f, behind\n\t" SET_TF "nop\n3:\tnop", : : : "memory", "cc");
	exits_end();
	check("TF: #DB behind the next instruction", raised.vector == DB && raised.rip == behind, true);
	check("TF: DR6.BS", raised.dr6, DR6_AT_RESET | DR6_BS);
}

/* The hypervisor carries CPUID out, and must raise the trap that the CPU would have. */
static void single_step_over_exit(void)
{
	WRITE_REGISTER(dr6, DR6_AT_RESET);
	exits_begin("CPUID=1 EXCEPTION_OR_NMI=1");
	ATTEMPT("movq $3f, behind\n\t" SET_TF "cpuid\n3:\tnop\n\tnop", : : "a"(0) : "rbx", "rcx", "rdx", "memory", "cc");
	exits_end();
	check("TF over an instruction that exits: #DB right behind it", raised.rip, behind);
	check("TF over an instruction that exits: DR6.BS", raised.dr6, DR6_AT_RESET | DR6_BS);
}

/* The trap comes while STI still holds interrupts back: an entry that the CPU refuses unless the step is marked as pending. */
static void single_step_over_sti(void)
{
	WRITE_REGISTER(dr6, DR6_AT_RESET);
	exits_begin("EXCEPTION_OR_NMI=1");
	ATTEMPT("cli\n\tmovq $3f, behind\n\t" SET_TF "sti\n3:\tnop\n\tnop", : : : "memory", "cc");
	exits_end();
	check("TF over STI: #DB right behind it", raised.vector == DB && raised.rip == behind, true);
	check("TF over STI: DR6.BS", raised.dr6, DR6_AT_RESET | DR6_BS);
}

/* INT1 is an instruction: its handler returns behind it, or it would be there for ever. */
static void int1(void)
{
	WRITE_REGISTER(dr6, DR6_AT_RESET);
	exits_begin("EXCEPTION_OR_NMI=1");
	ATTEMPT("movq $3f, behind\n\t.byte 0xf1\n3:\tnop", : : : "memory");
	exits_end();
	check("INT1: #DB behind it", raised.vector == DB && raised.rip == behind, true);
	check("INT1: no cause in DR6", raised.dr6, DR6_AT_RESET);
}

static void data_breakpoint(void)
{
	WRITE_REGISTER(dr6, DR6_AT_RESET);
	WRITE_REGISTER(dr0, (uint64_t)&watched);
	exits_begin("EXCEPTION_OR_NMI=1");
	WRITE_REGISTER(dr7, DR7_WRITE8_0);
	ATTEMPT("movq $3f, behind\n\tmovq $1, watched\n3:\tnop", : : : "memory");
	exits_end();
	WRITE_REGISTER(dr7, 0x400);
	check("a data breakpoint: #DB behind the write", raised.vector == DB && raised.rip == behind, true);
	check("a data breakpoint: DR6.B0", raised.dr6, DR6_AT_RESET | DR6_B0);
	check("a data breakpoint: the write is done", watched, 1);
}

/* SDM, "Debug Control Register (DR7)": the CPU clears GD as it enters the handler,
   which could not touch a debug register otherwise. */
static void general_detect(void)
{
	WRITE_REGISTER(dr6, DR6_AT_RESET);
	exits_begin("EXCEPTION_OR_NMI=1");
	WRITE_REGISTER(dr7, 0x400 | DR7_GD);
	ATTEMPT("mov %%dr0, %%rax", : : : "rax");
	exits_end();
	check_raised("GD: #DB at the MOV DR", DB, 0);
	check("GD: DR6.BD", raised.dr6, DR6_AT_RESET | DR6_BD);
	check("GD: cleared for the handler", READ_REGISTER(dr7), 0x400);
}

static void unaligned(void)
{
	ATTEMPT("mov 1(%%rsp), %%eax", : : : "rax");
}

static void alignment_check(void)
{
	WRITE_REGISTER(cr0, READ_REGISTER(cr0) | CR0_AM);
	exits_begin("EXCEPTION_OR_NMI=1");
	call_in_ring3(unaligned, 2 | RFLAGS_AC);
	exits_end();
	check_raised("#AC in ring 3, error code 0", AC, 0);
	exits_begin("");
	call_in_ring3(unaligned, 2);
	exits_end();
	check_raised("no #AC without RFLAGS.AC", NOTHING, 0);
}

static void not_intercepted(void)
{
	exits_begin("");
	ATTEMPT("ud2", : : );
	bool ud = raised.vector == UD;
	ATTEMPT("movb $0, (%0)", : : "r"(1ull << 40) : "memory");
	exits_end();
	check("#UD does not exit", ud, true);
	check_raised("#PF does not exit", PF, 2);
	check("CR2 is the address", raised.cr2, 1ull << 40);
}

void run(void)
{
	single_step();
	single_step_over_exit();
	single_step_over_sti();
	int1();
	data_breakpoint();
	general_detect();
	alignment_check();
	not_intercepted();
}

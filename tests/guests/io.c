/* IN and OUT of every width, at devices and at ports where nobody answers. SDM, "IN—Input from Port", "OUT—Output to Port". */
#include "pc.h"

#define NOBODY      0x5000
#define POST        0x80
#define SCRATCH     0x3ff                       /* COM1's SCR: keeps any byte */
#define PATTERN     0x1122334455667788ull

#define IN(instruction, port) ({ uint64_t rax = PATTERN; asm volatile(instruction : "+a"(rax) : "d"(port)); rax; })
#define OUT(instruction, port, value) asm volatile(instruction : : "a"((uint64_t)(value)), "d"(port))

static void nobody_answers(void)
{
	exits_begin("IO_INSTRUCTION=6");
	uint64_t byte = IN("inb %%dx, %%al", NOBODY), word = IN("inw %%dx, %%ax", NOBODY), dword = IN("inl %%dx, %%eax", NOBODY);
	OUT("outb %%al, %%dx", NOBODY, 1);
	OUT("outw %%ax, %%dx", NOBODY, 2);
	OUT("outl %%eax, %%dx", NOBODY, 3);
	exits_end();
	check("IN AL: all ones, the rest of RAX as it was", byte, 0x11223344556677ff);
	check("IN AX: all ones, the rest of RAX as it was", word, 0x112233445566ffff);
	check("IN EAX: all ones, and the upper half cleared", dword, 0xffffffff);
	check("a read over the last port wraps around", IN("inl %%dx, %%eax", 0xfffe), 0xffffffff);
}

static void devices_answer(void)
{
	OUT("outb %%al, %%dx", SCRATCH, 0x1a5);
	check("OUT AL reaches the device, IN AL reads it", IN("inb %%dx, %%al", SCRATCH), 0x11223344556677a5);
	OUT("outw %%ax, %%dx", SCRATCH, 0x335a);
	check("OUT AX: the low byte goes to the port", IN("inw %%dx, %%ax", SCRATCH) & 0xff, 0x5a);
	check("IN AX: the port behind is nobody's", IN("inw %%dx, %%ax", SCRATCH) >> 8 & 0xff, 0xff);
	check("IN EAX: byte by byte", IN("inl %%dx, %%eax", SCRATCH), 0xffffff5a);
	exits_begin("IO_INSTRUCTION=2");
	uint64_t immediate = PATTERN;
	asm volatile("mov $0x33, %%al; outb %%al, $0x70; inb $0x71, %%al" : "+a"(immediate));
	exits_end();
	check("the immediate forms reach the clock", immediate >> 8, PATTERN >> 8);
}

static void read_scratch(void)
{
	ATTEMPT("inb %%dx, %%al", : : "d"(SCRATCH) : "rax");
}

static void in_ring3(void)
{
	exits_begin("");
	call_in_ring3(read_scratch, 2);
	exits_end();
	check_raised("ring 3 without IOPL: #GP, no exit", GP, 0);
	exits_begin("IO_INSTRUCTION=1");
	call_in_ring3(read_scratch, 2 | RFLAGS_IOPL3);
	exits_end();
	check_raised("ring 3 with IOPL 3 reaches the device", NOTHING, 0);
}

void run(void)
{
	nobody_answers();
	devices_answer();
	in_ring3();
}

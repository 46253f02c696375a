#pragma once
/* Exceptions, interrupts and system calls all come through one door: entry.asm saves the registers, trap() sorts. */
#include <stdbool.h>
#include <stdint.h>

#define VECTOR_PAGE_FAULT      14
#define VECTOR_FIRST_INTERRUPT 32
#define VECTOR_SYSTEM_CALL     0x80

struct trap_frame {                             /* as entry.asm pushes it */
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax;
	uint64_t vector, error_code;
	uint64_t rip, cs, rflags, rsp, ss;      /* pushed by the CPU */
};

void trap_init(void);

/* Between the first and the last instruction of an interrupt's handler, when nobody may sleep. */
bool in_interrupt(void);

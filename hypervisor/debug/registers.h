#pragma once
/*
 * The registers that GDB is shown, of the hypervisor and of every vCPU alike: always the 64-bit ones, whatever mode a guest is in.
 * One table makes the target description, the layout of the 'g' packet and the numbers of 'p', so they cannot disagree.
 * GDB manual: "Target Descriptions", section "i386 Features".
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* GDB's own numbers. Those of the FPU and of SSE are known but never available; ours begin behind the ones that GDB expects of any
   x86-64, so that a process whose description it has not read is shown right as well. */
enum debug_register {
	REGISTER_RAX, REGISTER_RBX, REGISTER_RCX, REGISTER_RDX, REGISTER_RSI, REGISTER_RDI, REGISTER_RBP, REGISTER_RSP,
	REGISTER_R8, REGISTER_R9, REGISTER_R10, REGISTER_R11, REGISTER_R12, REGISTER_R13, REGISTER_R14, REGISTER_R15,
	REGISTER_RIP, REGISTER_RFLAGS, REGISTER_CS, REGISTER_SS, REGISTER_DS, REGISTER_ES, REGISTER_FS, REGISTER_GS,
	REGISTERS_IN_G,                         /* 'g' carries those before, 'p' any */
	REGISTER_ST0 = REGISTERS_IN_G, REGISTER_FCTRL = 32, REGISTER_XMM0 = 40, REGISTER_MXCSR = 56, REGISTER_ORIG_RAX = 57,
	REGISTER_FS_BASE = 58, REGISTER_GS_BASE,
	REGISTER_CR0, REGISTER_CR2, REGISTER_CR3, REGISTER_CR4, REGISTER_EFER,
	REGISTERS,
};

unsigned register_bytes(unsigned number);               /* 0: there is no such register */

/* The target description, an XML document. */
const char *register_description(size_t *length);

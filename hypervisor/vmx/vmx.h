#pragma once
/*
 * The VMX instructions. VMREAD and VMWRITE check themselves, so their callers read like assignments: a failure is a bug of ours
 * (a wrong encoding, no current VMCS), never a guest's doing. SDM: "VMX Instruction Reference".
 */
#include <stdbool.h>
#include <stdint.h>
#include "vmx/vmcs.h"

_Noreturn void vmx_instruction_failed(const char *instruction, uint64_t operand);

/* What the field VM_INSTRUCTION_ERROR means, in the SDM's words. */
const char *vm_instruction_error_name(uint64_t number);

static inline uint64_t vmcs_read(enum vmcs_field field)
{
	uint64_t value;
	bool failed;

	asm volatile("vmread %2, %0" : "=r"(value), "=@ccbe"(failed) : "r"((uint64_t)field));
	if (__builtin_expect(failed, 0))
		vmx_instruction_failed("VMREAD", field);
	return value;
}

/* The same without the check, for the few fields that each exit touches: they exist on every CPU, and the VMCS is the current one.
   The encoding is part of the instruction's text, so that the compiler keeps no register for it. */
static inline __attribute__((always_inline)) uint64_t vmcs_read_quick(enum vmcs_field field)
{
	uint64_t value;

	asm volatile("mov %1, %k0; vmread %0, %0" : "=r"(value) : "i"(field) : "cc");
	return value;
}

static inline __attribute__((always_inline)) void vmcs_write_quick(enum vmcs_field field, uint64_t value)
{
	uint64_t encoding;

	asm volatile("mov %2, %k0; vmwrite %1, %0" : "=&r"(encoding) : "r"(value), "i"(field) : "cc");
}

static inline void vmcs_write(enum vmcs_field field, uint64_t value)
{
	bool failed;

	asm volatile("vmwrite %1, %2" : "=@ccbe"(failed) : "r"(value), "r"((uint64_t)field));
	if (__builtin_expect(failed, 0))
		vmx_instruction_failed("VMWRITE", field);
}

void vmx_vmptrld(struct vmcs *vmcs);                    /* make it current */
void vmx_vmclear(struct vmcs *vmcs);
void vmx_invept(uint64_t ept_pointer);                  /* drop cached translations of one EPT */
void vmx_invvpid(uint16_t vpid);                        /* drop those of one virtual processor */

/* Find VMX, unlock it if the firmware left that to us, and enter VMX operation. Each lack ends in panic() with a sentence. */
void vmx_init(void);

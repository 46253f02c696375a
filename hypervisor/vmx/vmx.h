#pragma once
/*
 * The VMX instructions. VMREAD and VMWRITE check themselves, so their callers read like assignments: a failure is a bug of ours
 * (a wrong encoding, no current VMCS), never a guest's doing. SDM: "VMX Instruction Reference".
 */
#include <stdbool.h>
#include <stdint.h>
#include "vmx/vmcs.h"

_Noreturn void vmx_instruction_failed(const char *instruction, uint64_t operand);

static inline uint64_t vmcs_read(enum vmcs_field field)
{
	uint64_t value;
	bool failed;

	asm volatile("vmread %2, %0" : "=r"(value), "=@ccbe"(failed) : "r"((uint64_t)field));
	if (__builtin_expect(failed, 0))
		vmx_instruction_failed("VMREAD", field);
	return value;
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

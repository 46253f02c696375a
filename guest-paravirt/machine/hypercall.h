#pragma once
/* The door. What takes the unmodified kernel one OUT or IN for each byte is one VMCALL here, whatever it carries. */
#include <stdint.h>
#include "../../hypervisor/paravirt/abi.h"

/* The result, a negative errno on failure. The hypervisor may read and write memory that an argument points to. */
static inline int64_t hypercall(enum pv_hypercall number, uint64_t rbx, uint64_t rcx, uint64_t rdx)
{
	int64_t result;

	asm volatile("vmcall" : "=a"(result) : "a"((uint64_t)number), "b"(rbx), "c"(rcx), "d"(rdx) : "memory");
	return result;
}

/* As with STI and HLT: no interrupt comes between the two, so an event that is raised meanwhile ends the wait. */
static inline void hypercall_idle_with_interrupts(void)
{
	uint64_t number = PV_HC_IDLE;

	asm volatile("sti; vmcall" : "+a"(number) : : "memory");
}

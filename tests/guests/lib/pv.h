#pragma once
/* The door of a paravirtual guest. */
#include <stdint.h>
#include "../../../hypervisor/paravirt/abi.h"

static inline int64_t hypercall(uint64_t number, uint64_t rbx, uint64_t rcx, uint64_t rdx)
{
	int64_t result;

	asm volatile("vmcall" : "=a"(result) : "a"(number), "b"(rbx), "c"(rcx), "d"(rdx), "S"(0) : "memory");
	return result;
}

enum { EPERM = 1, ENOMEM = 12, EFAULT = 14, ENODEV = 19, EINVAL = 22, ENOSYS = 1000 };

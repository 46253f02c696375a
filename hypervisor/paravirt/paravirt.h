#pragma once
/* The services of a paravirtual guest. All take what the guest passed, unchecked; none trusts it. */
#include <stdbool.h>
#include <stdint.h>
#include "paravirt/abi.h"
#include "vm/vm.h"

/* Build the services: sets vm->paravirt. vm->console, vm->disk (may be NULL) and vm->timers are ready. */
void paravirt_create(struct vm *vm);

/* By number less PV_HC_FIRST: paravirt/hypercall.c. */
typedef int64_t hypercall_function(struct vm *vm, uint64_t rbx, uint64_t rcx, uint64_t rdx, uint64_t rsi);
extern hypercall_function *const hypercalls[PV_HC_END - PV_HC_FIRST];

/* The number in the guest's RAX is none: logs it and answers -ENOSYS. */
int64_t hypercall_unknown(struct vm *vm);

/* Serve the call that the guest's registers describe; the result is for RAX. Ring 3 has been refused already.
   Inline, because what a null hypercall costs is this very path. */
static inline int64_t hypercall(struct vm *vm)
{
	const struct vcpu_regs *regs = &vm->vcpu.regs;
	uint64_t index = regs->rax - PV_HC_FIRST;

	if (__builtin_expect(index >= PV_HC_END - PV_HC_FIRST, 0))
		return hypercall_unknown(vm);
	return hypercalls[index](vm, regs->rbx, regs->rcx, regs->rdx, regs->rsi);
}

/* RDMSR and WRMSR of the MSR_KVM_ registers: false if msr is none of them or (write) the value is refused: then the guest gets
   #GP. */
bool paravirt_read_msr(struct vm *vm, uint32_t msr, uint64_t *value);
bool paravirt_write_msr(struct vm *vm, uint32_t msr, uint64_t value);

/* CPUID leaves 0x40000000 to 0x4fffffff, as eax ebx ecx edx; zeros for a leaf that is not there. */
void paravirt_cpuid(uint32_t leaf, uint32_t registers[4]);

/* The scheduler enters this VM again: publish its steal time if the guest asked for it. */
void paravirt_scheduled(struct vm *vm);

/* Set an event's bit in the guest's bitmap and ask for its callback. */
void event_raise(struct vm *vm, enum pv_event event);

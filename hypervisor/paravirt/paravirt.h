#pragma once
/* The services of a paravirtual guest. All take what the guest passed, unchecked; none trusts it. */
#include <stdbool.h>
#include <stdint.h>
#include "paravirt/abi.h"

struct vm;

/* Build the services of a paravirtual guest: sets vm->paravirt and vm->acknowledge. vm->console, vm->disk (may be NULL) and vm->timers are ready. */
void paravirt_create(struct vm *vm);

/* One row per hypercall: paravirt/hypercall.c. */
struct hypercall {
	const char *name;
	int64_t (*call)(struct vm *vm, uint64_t rbx, uint64_t rcx, uint64_t rdx, uint64_t rsi);
};
extern const struct hypercall hypercalls[PV_HC_END - PV_HC_FIRST];

/* The result for RAX. Ring 3 has been refused already. An unknown number is logged and answers -ENOSYS. */
int64_t hypercall(struct vm *vm, uint64_t number, uint64_t rbx, uint64_t rcx, uint64_t rdx, uint64_t rsi);

/* RDMSR and WRMSR of the MSR_KVM_ registers: false if msr is none of them or (write) the value is refused: then the guest gets #GP. */
bool paravirt_read_msr(struct vm *vm, uint32_t msr, uint64_t *value);
bool paravirt_write_msr(struct vm *vm, uint32_t msr, uint64_t value);

/* CPUID leaves 0x40000000 to 0x4fffffff, as eax ebx ecx edx; zeros for a leaf that is not there. */
void paravirt_cpuid(uint32_t leaf, uint32_t registers[4]);

/* The scheduler enters this VM again: publish its steal time if the guest asked for it. */
void paravirt_scheduled(struct vm *vm);

/* Set an event's bit in the guest's bitmap and ask for its callback. */
void event_raise(struct vm *vm, enum pv_event event);

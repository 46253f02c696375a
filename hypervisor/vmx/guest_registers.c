#include <stddef.h>
#include "vmx/guest_registers.h"
#include "vm/vm.h"
#include "vmx/vmx.h"

#define RSP 4

#define PLACE(reg) (offsetof(struct vcpu_regs, reg) / sizeof(uint64_t))

/* Where struct vcpu_regs has the register of each number. RSP is in the VMCS. */
static const uint8_t places[16] = {
	PLACE(rax), PLACE(rcx), PLACE(rdx), PLACE(rbx), 0, PLACE(rbp), PLACE(rsi), PLACE(rdi),
	PLACE(r8), PLACE(r9), PLACE(r10), PLACE(r11), PLACE(r12), PLACE(r13), PLACE(r14), PLACE(r15),
};

static uint64_t *place(const struct vm *vm, unsigned number)
{
	return (uint64_t *)&vm->vcpu.regs + places[number];
}

uint64_t guest_register(const struct vm *vm, unsigned number)
{
	return number == RSP ? vmcs_read(GUEST_RSP) : *place(vm, number);
}

void set_guest_register(struct vm *vm, unsigned number, uint64_t value)
{
	if (number == RSP)
		vmcs_write(GUEST_RSP, value);
	else
		*place(vm, number) = value;
	run_until = 0;                    /* the quick way back into the guest does not load all registers */
}

#include "vmx/guest_registers.h"
#include "vm/vm.h"
#include "vmx/vmx.h"

#define RSP 4

/* struct vcpu_regs has the order of the numbers, without RSP, which lives in the VMCS. */
static uint64_t *place(const struct vm *vm, unsigned number)
{
	uint64_t *regs = (uint64_t *)&vm->vcpu.regs;

	return &regs[number < RSP ? number : number - 1];
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
}

#include "cpu/cpu.h"
#include "exit/exit.h"
#include "vm/vm.h"
#include "vmx/vmx.h"

/* The guest waits for an interrupt. If one is pending already the next entry delivers it at once. */
enum verdict handle_hlt(struct vm *vm)
{
	if (!(vmcs_read(GUEST_RFLAGS) & RFLAGS_IF))
		vm_fault(vm, "halted with interrupts off: nothing can wake it");
	else if (!vm->interrupt_pending)
		vm->state = VM_BLOCKED;
	return VERDICT_NEXT;
}

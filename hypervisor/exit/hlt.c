#include "cpu/cpu.h"
#include "exit/exit.h"
#include "vm/vm.h"
#include "vmx/vmx.h"

/* The guest waits for an interrupt. If one is pending already the run loop delivers it at once. */
enum verdict handle_hlt(struct vm *vm)
{
	if (!(vmcs_read(GUEST_RFLAGS) & RFLAGS_IF))
		vm_fault(vm, "halted with interrupts off: nothing can wake it");
	else if (vm_interrupt_waits(vm))
		run_until = 0;
	else
		vm_block(vm);
	return VERDICT_NEXT;
}

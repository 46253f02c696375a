/*
 * The red pill, and its antidote. A guest that is told nothing can still time an instruction that always exits: on the bare CPU it takes some
 * hundred cycles, in a VM some thousand. The VMCS holds an offset that the CPU adds to the time-stamp counter when the guest reads it, so the
 * hypervisor can leave an exit's time out. Every other clock of the machine goes on: a guest that holds two side by side sees the gap.
 * SDM: "Time-Stamp Counter Offset" in "Timestamp-Counter Offset and Multiplier".
 */
#include "exit/exit.h"
#include "hw/tsc.h"
#include "trace/trace.h"
#include "vm/vm.h"
#include "vmx/vmx.h"

/* lab 1D: the antidote */
/* Ticks that none of our own readings sees: from the guest's instruction to handle_exit()'s, and from here back into the guest. Measured
   under Bochs, where a tick is an instruction; a real CPU spends hundreds more between guest and hypervisor. */
#define UNSEEN 63

void hide_time(struct vm *vm)
{
	uint64_t exited = trace_last(vm, 0)->tsc;

	vmcs_write(TSC_OFFSET, vmcs_read(TSC_OFFSET) - (rdtsc() - exited + UNSEEN));
}
/* end of 1D */

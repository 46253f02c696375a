#include "vm/accounts.h"
#include "vm/vms.h"

/* lab 6D: every nanosecond on one account */
static uint64_t *account_of(struct vm *vm, bool on_cpu)
{
	if (on_cpu)                             /* this turn counts, even if the VM ended or went to sleep in it */
		return &vm->run_ns;
	switch (vm->state) {
	case VM_RUNNABLE:
		return &vm->wait_ns;
	case VM_BLOCKED:
		return &vm->sleep_ns;
	default:
		return NULL;
	}
}

void accounts_write(const struct vm *on_cpu, uint64_t now)
{
	for (unsigned i = 0; i < vm_count; i++) {
		struct vm *vm = vms[i];
		uint64_t *account = account_of(vm, vm == on_cpu);

		if (account)
			*account += now - vm->state_since_ns;
		vm->state_since_ns = now;
	}
}
/* end of 6D */

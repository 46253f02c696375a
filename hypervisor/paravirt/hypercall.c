#include "lib/errno.h"
#include "lib/heap.h"
#include "paravirt/services.h"
#include "vm/vm.h"

static int64_t hypercall_null(struct vm *vm, uint64_t rbx, uint64_t rcx, uint64_t rdx, uint64_t rsi)
{
	return 0;
}

static int64_t hypercall_shutdown(struct vm *vm, uint64_t reason, uint64_t rcx, uint64_t rdx, uint64_t rsi)
{
	switch (reason) {
	case PV_SHUTDOWN_POWER_OFF:
		vm_power_off(vm, "hypercall shutdown");
		return 0;
	case PV_SHUTDOWN_RESET:
		vm_power_off(vm, "hypercall shutdown, for a reset");
		return 0;
	case PV_SHUTDOWN_CRASH:
		vm_fault(vm, "the guest's kernel says that it crashed (hypercall shutdown)");
		return 0;
	default:
		return -EINVAL;
	}
}

static int64_t hypercall_phase(struct vm *vm, uint64_t post_code, uint64_t rcx, uint64_t rdx, uint64_t rsi)
{
	if (post_code > 0xff)
		return -EINVAL;
	vm_set_phase(vm, post_code);
	return 0;
}

hypercall_function *const hypercalls[PV_HC_END - PV_HC_FIRST] = {
	[PV_HC_NULL          - PV_HC_FIRST] = hypercall_null,
	[PV_HC_CONSOLE_WRITE - PV_HC_FIRST] = hypercall_console_write,
	[PV_HC_CONSOLE_READ  - PV_HC_FIRST] = hypercall_console_read,
	[PV_HC_EVENT_SETUP   - PV_HC_FIRST] = hypercall_event_setup,
	[PV_HC_SET_TIMER     - PV_HC_FIRST] = hypercall_set_timer,
	[PV_HC_IDLE          - PV_HC_FIRST] = hypercall_idle,
	[PV_HC_BLOCK_SETUP   - PV_HC_FIRST] = hypercall_block_setup,
	[PV_HC_BLOCK_NOTIFY  - PV_HC_FIRST] = hypercall_block_notify,
	[PV_HC_BALLOON       - PV_HC_FIRST] = hypercall_balloon,
	[PV_HC_SHUTDOWN      - PV_HC_FIRST] = hypercall_shutdown,
	[PV_HC_PHASE         - PV_HC_FIRST] = hypercall_phase,
};

int64_t hypercall_unknown(struct vm *vm)
{
	vm_log(vm, "unknown hypercall 0x%llx", (unsigned long long)vm->vcpu.regs.rax);
	return -ENOSYS;
}

void paravirt_create(struct vm *vm)
{
	vm->paravirt = zalloc(sizeof(*vm->paravirt));
	timer_service_init(vm);
	console_service_listen(vm);
	block_service_init(vm);
}

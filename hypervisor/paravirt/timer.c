/* The one-shot timer, and sleeping until an event. A guest that waits causes no exits, and no ticks when nothing is due. */
#include "lib/errno.h"
#include "paravirt/services.h"
#include "vm/vm.h"

static void expired(void *context)
{
	event_raise(context, PV_EVENT_TIMER);
}

void timer_service_init(struct vm *vm)
{
	timer_init(&vm->paravirt->timer, &vm->timers, expired, vm);
}

/* lab 6A: one deadline, and sleep without a tick */
/* The pvclock page counts the same nanoseconds as clock_now_ns(). A deadline in the past is due at once. */
int64_t hypercall_set_timer(struct vm *vm, uint64_t deadline, uint64_t rcx, uint64_t rdx, uint64_t rsi)
{
	if (deadline)
		timer_set(&vm->paravirt->timer, deadline);
	else
		timer_cancel(&vm->paravirt->timer);
	return 0;
}

/* The event that wakes the guest also asks for its callback, and the scheduler lets it run again. */
int64_t hypercall_idle(struct vm *vm, uint64_t rbx, uint64_t rcx, uint64_t rdx, uint64_t rsi)
{
	if (!vm->paravirt->event.set_up)
		return -EINVAL;
	if (!event_waits(vm))
		vm_block(vm);
	return 0;
}
/* end of 6A */

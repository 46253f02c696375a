/*
 * hypercall_set_timer(): at `deadline` the guest wants PV_EVENT_TIMER, once. A call replaces the one before, and 0 takes it
 * back. The deadline counts the same nanoseconds as clock_now_ns(); one in the past is due at once. Answer 0. expired(), above,
 * is called when the time has come.
 * hypercall_idle(): the guest has nothing to do until an event comes. Take the CPU from it with vm_block(), which the next event
 * undoes; but not if an event waits already (event_waits()): it would sleep through it. Without an event page (vm->paravirt->event,
 * paravirt/services.h) nothing could ever wake it: -EINVAL.
 * Hint: backend/clock.h has the timers, and there is nothing here that happens again and again.
 */
int64_t hypercall_set_timer(struct vm *vm, uint64_t deadline, uint64_t rcx, uint64_t rdx, uint64_t rsi)
{
	lab_blank(vm, "6A", "labs/lab6-utilization");
	return -1;
}

int64_t hypercall_idle(struct vm *vm, uint64_t rbx, uint64_t rcx, uint64_t rdx, uint64_t rsi)
{
	lab_blank(vm, "6A", "labs/lab6-utilization");
	return -1;
}

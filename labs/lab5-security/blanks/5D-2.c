/*
 * Until when? The turn ends when a timer is due, of whichever VM: next_deadline(). This one trusts the guest for the rest: it
 * will exit again, won't it? A guest that never does keeps the CPU. So end the turn after SLICE_NS (scheduler.h) as well, if
 * more than one VM can run, and after ALONE_NS if this is the only one. The run loop gives the time to the VMX-preemption
 * timer, which needs no guest's consent.
 * Hint: count_in_state(VM_RUNNABLE) counts this VM too. Whatever comes first is the end.
 */
static uint64_t end_of_turn(uint64_t now)
{
	return next_deadline();
}

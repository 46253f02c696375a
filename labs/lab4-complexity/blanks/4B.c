/*
 * Call timer_interrupt() at deadline_ns or soon after. The hypervisor's timer does just that, once, without ticking: PV_HC_SET_TIMER,
 * and then the event PV_EVENT_TIMER. UINT64_MAX means never; the hypercall says that with 0.
 * Hint: the kernel counts its nanoseconds from its own start, the hypercall from the hypervisor's. machine_clock_ns() above knows the
 * difference.
 */
void machine_timer_set(uint64_t deadline_ns)
{
	lab_blank("4B", "labs/lab4-complexity");
}

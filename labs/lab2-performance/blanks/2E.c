/*
 * Fill the guest's page, from which it computes the time by itself:
 *   ns = system_time + ((tsc - tsc_timestamp) << tsc_shift) * tsc_to_system_mul / 2^32       (a negative shift goes right)
 * The clock of this hypervisor is 0 ns at tsc_at_boot(); tsc_to_ns_scale() has multiplier and shift. It never stops or steps, so say
 * PVCLOCK_TSC_STABLE_BIT. Leave no field as the guest had it.
 * Hint: the guest may read between any two of your stores. The version is odd as long as the page is half written; publish_wall_clock()
 * below shows the two functions for that. vm->paravirt->clock counts how often this page was published.
 */
static void publish_system_time(struct vm *vm, struct pvclock_time_info *info)
{
	lab_blank(vm, "2E", "labs/lab2-performance");
}

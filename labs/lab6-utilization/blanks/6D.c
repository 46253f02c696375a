/*
 * Each VM's life, booked up to `now`. Since state_since_ns each VM was in one of these: on the CPU (on_cpu, or nobody if that is
 * NULL): run_ns; able to run, but another one did: wait_ns, which the paravirtual guest is told as its steal time; blocked:
 * sleep_ns; or it has ended, which is nobody's time. From here on count from now.
 * Hint: on_cpu may have gone to sleep or ended in its turn. Its state says what it is now, not where it was. This is called each
 * time before another state changes.
 */
void accounts_write(const struct vm *on_cpu, uint64_t now)
{
	static bool said;

	if (!said)
		vm_log(vms[0], "lab 6D is still blank: %s; read labs/lab6-utilization/README.md", __FILE__);
	said = true;
}

/*
 * Whose turn is it? Of the VMs that can_run(), the next one behind whom it was last time, in the order of vms[], and round and
 * round. NULL if none can. Who cannot run is left out, and loses nothing by it.
 * Hint: a static variable keeps whose turn it was; it starts at 0. vms[0] to vms[vm_count - 1] are there.
 */
static struct vm *next_runnable(void)
{
	for (unsigned i = 0; i < vm_count; i++)
		if (can_run(vms[i]))
			lab_blank(vms[i], "5D", "labs/lab5-security");
	return NULL;
}

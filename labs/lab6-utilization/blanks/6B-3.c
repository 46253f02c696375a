/*
 * The way back: a fresh page of the host (page_for_guest(), which is all zeros) at gpa. -EINVAL as above, or if the guest has a
 * page there already; -ENOMEM if the host has none. If ept_map() fails, the page may not get lost.
 */
int guest_memory_restore(struct guest_memory *memory, uint64_t gpa)
{
	return -ENOMEM;                 /* lab 6B is still blank */
}

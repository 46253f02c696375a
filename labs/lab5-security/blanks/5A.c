/*
 * How many of the n bytes from gpa on lie in the page of the first one. It is right as it is.
 */
static inline size_t to_end_of_page(uint64_t gpa, size_t n)
{
	size_t room = PAGE_SIZE - gpa % PAGE_SIZE;

	return n < room ? n : room;
}

/*
 * Is [gpa, gpa + n) wholly the guest's? This one believes the guest: it looks at the first byte only, as Xen once did
 * (XSA-212). A buffer may begin well and end behind the guest's memory, wrap around 2^64, or have a page in its middle that
 * went into the balloon. No byte at all (n is 0) is the guest's wherever gpa lies within its memory, or just behind it.
 * Hint: memory->size says where the guest's memory ends. Compare without adding what the guest chose: a sum wraps around, a
 * difference of what you have checked does not. guest_page() answers for one page; to_end_of_page() steps from page to page.
 */
bool guest_owns(const struct guest_memory *memory, uint64_t gpa, uint64_t n)
{
	return guest_page(memory, gpa);
}

/*
 * Copy n bytes from the guest's memory at gpa: 0, or -EFAULT if any byte is not the guest's; then nothing was copied.
 * Neighbouring pages of the guest need not be neighbours here: guest_page() is good to the end of its page. copy_to_guest()
 * below is its twin.
 */
int copy_from_guest(const struct guest_memory *memory, void *to, uint64_t gpa, size_t n)
{
	lab_blank((struct vm *)((char *)memory - offsetof(struct vm, memory)), "5A", "labs/lab5-security");
	return -EFAULT;
}

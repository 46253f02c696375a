#include "lib/errno.h"
#include "lib/string.h"
#include "vm/guest_memory.h"
#include "vmx/ept.h"

void *guest_page(const struct guest_memory *memory, uint64_t gpa)
{
	return (void *)ept_lookup(memory->ept, gpa);
}

/* lab 5A: what a guest owns, and copies of it */
static inline size_t to_end_of_page(uint64_t gpa, size_t n)
{
	size_t room = PAGE_SIZE - gpa % PAGE_SIZE;

	return n < room ? n : room;
}

bool guest_owns(const struct guest_memory *memory, uint64_t gpa, uint64_t n)
{
	if (n > memory->size || gpa > memory->size - n)
		return false;
	for (uint64_t done = 0; done < n; done += to_end_of_page(gpa + done, n - done))
		if (!guest_page(memory, gpa + done))
			return false;
	return true;
}

int copy_from_guest(const struct guest_memory *memory, void *to, uint64_t gpa, size_t n)
{
	if (!guest_owns(memory, gpa, n))
		return -EFAULT;
	for (size_t piece; n; gpa += piece, to = (char *)to + piece, n -= piece) {
		piece = to_end_of_page(gpa, n);
		memcpy(to, guest_page(memory, gpa), piece);
	}
	return 0;
}
/* end of 5A */

int copy_to_guest(const struct guest_memory *memory, uint64_t gpa, const void *from, size_t n)
{
	if (!guest_owns(memory, gpa, n))
		return -EFAULT;
	for (size_t piece; n; gpa += piece, from = (const char *)from + piece, n -= piece) {
		piece = to_end_of_page(gpa, n);
		memcpy(guest_page(memory, gpa), from, piece);
	}
	return 0;
}

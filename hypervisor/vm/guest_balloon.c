#include "lib/errno.h"
#include "lib/string.h"
#include "memory/pages.h"
#include "vm/guest_memory.h"
#include "vmx/ept.h"

/* lab 6B: a page leaves the guest */
int guest_memory_release(struct guest_memory *memory, uint64_t gpa)
{
	void *page = gpa < memory->size && gpa % PAGE_SIZE == 0 ? guest_page(memory, gpa) : NULL;
	int error = page ? ept_unmap_page(memory->ept, gpa) : -EINVAL;

	if (error)
		return error;
	memset(page, 0, PAGE_SIZE);             /* the next owner must not read what was here */
	pages_free((uint64_t)page, 1);
	memory->ballooned += PAGE_SIZE;
	return 0;
}
/* end of 6B */

/* lab 6B: a page comes back */
int guest_memory_restore(struct guest_memory *memory, uint64_t gpa)
{
	if (gpa >= memory->size || gpa % PAGE_SIZE != 0 || guest_page(memory, gpa))
		return -EINVAL;
	uint64_t page = page_for_guest();

	if (!page)
		return -ENOMEM;
	int error = ept_map(memory->ept, gpa, page, PAGE_SIZE);

	if (error) {
		pages_free(page, 1);
		return error;
	}
	memory->ballooned -= PAGE_SIZE;
	return 0;
}
/* end of 6B */

#include "lib/heap.h"
#include "lib/panic.h"
#include "memory/pages.h"
#include "vm/guest_memory.h"

/* Hand out small objects from one page after the other; large ones get pages of their own. */
void *zalloc(size_t n)
{
	static uint64_t next, left;

	n = (n + 15) & ~15ull;
	if (n > left) {
		size_t pages = (n + PAGE_SIZE - 1) / PAGE_SIZE;
		uint64_t fresh = pages_alloc(pages, 1);

		if (!fresh)
			panic("out of memory: no %zu bytes left for the hypervisor's own data", n);
		if (n >= PAGE_SIZE)
			return (void *)fresh;
		next = fresh;
		left = PAGE_SIZE;
	}
	void *object = (void *)next;

	next += n;
	left -= n;
	return object;
}

/*
 * Take the 4 KiB page at gpa out of the tables; its neighbours stay. Nothing is taken out yet: the guest keeps a page that will
 * soon be another's. A page inside a 2 MiB page needs a table of 512 small ones in the large one's place first, and they must
 * map the same. Then the CPU may not go on with what it has cached: set ept->stale, and the run loop executes INVEPT before the
 * next entry. 0; -EINVAL if nothing is mapped at gpa, or gpa is not below GPA_LIMIT; -ENOMEM without memory for the table: then
 * nothing has changed.
 * Hint: find_entry() says in *level where it stopped. pages_alloc(1, 1) gives a page of zeros, or 0.
 */
int ept_unmap_page(struct ept *ept, uint64_t gpa)
{
	int level;
	uint64_t *entry = gpa < GPA_LIMIT ? find_entry(ept, gpa, 1, &level) : NULL;

	return entry && *entry ? 0 : -EINVAL;
}

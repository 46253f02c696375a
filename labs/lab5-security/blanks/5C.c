/*
 * Map size bytes of guest-physical memory from gpa on to host memory from hpa on; all are multiples of 4 KiB. This one knows
 * large pages only, and so it rounds: a guest with 1 MiB gets 2. What lies behind its memory in the machine is somebody else's.
 * Map what was asked for and nothing else: a 2 MiB page (EPT_LARGE, in an entry of level 2) only where one fits, a 4 KiB page
 * (an entry of level 1, without EPT_LARGE) elsewhere. SDM, "The Extended Page Table Mechanism (EPT)": a large page begins at a
 * multiple of 2 MiB on both sides.
 * Hint: make_entry() gives the entry of gpa at a level, or NULL without memory: then -ENOMEM.
 */
int ept_map(struct ept *ept, uint64_t gpa, uint64_t hpa, uint64_t size)
{
	for (uint64_t at = 0; at < size; at += LARGE_PAGE) {
		uint64_t *entry = make_entry(ept, gpa + at, 2);

		if (!entry)
			return -ENOMEM;
		*entry = ((hpa + at) & ~(LARGE_PAGE - 1)) | ALL_ACCESS | EPT_TYPE_WB | EPT_LARGE;
	}
	return 0;
}

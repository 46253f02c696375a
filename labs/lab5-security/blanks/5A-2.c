/*
 * The four directory pointers of PAE paging lie at guest-physical CR3, bits 31 to 5. They go into the VMCS (GUEST_PDPTE0 and
 * the fields two, four and six encodings further), but only if pdpte_is_valid() says so of each; else none of them, and false.
 * A guest may have another CPU that writes to them between your two looks. So look once.
 * Hint: copy_from_guest() into an array of your own, then never go back to the guest.
 */
static bool load_pdptes(struct vm *vm)
{
	lab_blank(vm, "5A", "labs/lab5-security");
	return false;
}

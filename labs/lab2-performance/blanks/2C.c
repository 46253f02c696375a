/*
 * Move up to `count` elements between the port and the guest's memory, as many as lie in one page, straight; return how many. 0: the guest
 * gets a fault (translate() has injected it), nothing moved.
 * Hint: an element that lies across a page's border, and every element when addresses decrease, goes through move_element(), one at a
 * time. portbus_read_string() and portbus_write_string() move many. guest_page() answers NULL for what is not the guest's: vm_fault().
 */
static uint64_t move_run(struct string_io *io, uint64_t count)
{
	lab_blank(io->vm, "2C", "labs/lab2-performance");
	return move_element(io) ? 1 : 0;
}

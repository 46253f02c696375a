/*
 * Nobody answers at this port. On an ISA bus nothing drives the lines then: a read sees all ones, a write is lost. The guest goes on; it may
 * only be looking what there is. vm_log() each port once, "read at port 0x%x, which no device answers" or "write at …", and remember it in
 * the bits of bus->logged: a guest that polls would fill the log. (The exits themselves are counted, like all others.)
 * Hint: device is the struct portbus. The bus has split wider accesses: size is always 1 here.
 */
static uint32_t open_bus_read(void *device, uint16_t port, unsigned size)
{
	struct portbus *bus = device;

	lab_blank(bus->vm, "3C", "labs/lab3-compatibility");
	return 0;
}

static void open_bus_write(void *device, uint16_t port, unsigned size, uint32_t value)
{
	struct portbus *bus = device;

	lab_blank(bus->vm, "3C", "labs/lab3-compatibility");
}

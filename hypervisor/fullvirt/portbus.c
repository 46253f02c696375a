/*
 * The I/O port space: 65536 ports, few of them taken.
 *
 * One byte per port holds the row of its owner, so that finding the device of an IN or OUT is two loads. Row 0 is "nobody":
 * an open ISA bus reads all ones and swallows writes.
 */
#include "fullvirt/portbus.h"
#include "lib/heap.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "vm/vm.h"

#define PORTS   0x10000
#define RANGES  64
#define NOBODY  0

struct portbus {
	uint8_t owner[PORTS];           /* row of ranges[] */
	struct port_range ranges[RANGES];
	unsigned used;                  /* rows taken, "nobody" included */
	struct vm *vm;
	uint8_t logged[PORTS / 8];      /* a bit per port that the log already names */
};

/* lab 3C: a port that nobody answers */
static void log_unclaimed(struct portbus *bus, const char *direction, uint16_t port)
{
	uint8_t bit = 1u << (port % 8);

	if (bus->logged[port / 8] & bit)
		return;
	bus->logged[port / 8] |= bit;
	vm_log(bus->vm, "%s at port 0x%x, which no device answers", direction, port);
}

static uint32_t open_bus_read(void *device, uint16_t port, unsigned size)
{
	log_unclaimed(device, "read", port);
	return 0xff;
}

static void open_bus_write(void *device, uint16_t port, unsigned size, uint32_t value)
{
	log_unclaimed(device, "write", port);
}
/* end of 3C */

struct portbus *portbus_create(struct vm *vm)
{
	struct portbus *bus = zalloc(sizeof(*bus));

	bus->vm = vm;
	bus->used = 1;
	bus->ranges[NOBODY] = (struct port_range){
		.first = 0, .last = PORTS - 1, .name = "nobody", .widths = 1,
		.read = open_bus_read, .write = open_bus_write, .device = bus,
	};
	return bus;
}

static bool is_free(const struct portbus *bus, uint16_t first, uint16_t last)
{
	for (uint32_t port = first; port <= last; port++)
		if (bus->owner[port] != NOBODY)
			return false;
	return true;
}

bool portbus_add(struct portbus *bus, const struct port_range *range)
{
	if (range->first > range->last || bus->used == RANGES || !is_free(bus, range->first, range->last))
		return false;
	for (uint32_t port = range->first; port <= range->last; port++)
		bus->owner[port] = bus->used;
	bus->ranges[bus->used++] = *range;
	return true;
}

void portbus_claim(struct portbus *bus, const struct port_range *range)
{
	if (!portbus_add(bus, range))
		panic("ports 0x%x to 0x%x (%s) overlap another device", range->first, range->last, range->name);
}

const struct port_range *portbus_find(const struct portbus *bus, uint16_t port)
{
	return bus->owner[port] == NOBODY ? NULL : &bus->ranges[bus->owner[port]];
}

/* Does the owner of the first port take this access as one, or must the bus split it? */
static inline bool takes_whole(const struct port_range *range, uint16_t port, unsigned size)
{
	if (size == 1)
		return true;
	return (range->widths & size) && (range->first == range->last || port + size - 1 <= range->last);
}

/* Split accesses stay out of line, so that the usual one is a lookup and a jump. */
static __attribute__((noinline)) uint32_t read_bytes(struct portbus *bus, uint16_t port, unsigned size)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < size; i++)
		value |= (portbus_read(bus, port + i, 1) & 0xff) << (8 * i);
	return value;
}

static __attribute__((noinline)) void write_bytes(struct portbus *bus, uint16_t port, unsigned size, uint32_t value)
{
	for (unsigned i = 0; i < size; i++)
		portbus_write(bus, port + i, 1, value >> (8 * i) & 0xff);
}

uint32_t portbus_read(struct portbus *bus, uint16_t port, unsigned size)
{
	const struct port_range *range = &bus->ranges[bus->owner[port]];

	if (takes_whole(range, port, size))
		return range->read(range->device, port, size);
	return read_bytes(bus, port, size);
}

void portbus_write(struct portbus *bus, uint16_t port, unsigned size, uint32_t value)
{
	const struct port_range *range = &bus->ranges[bus->owner[port]];

	if (takes_whole(range, port, size))
		range->write(range->device, port, size, value);
	else
		write_bytes(bus, port, size, value);
}

/*
 * The device moves as much as it has ready. When it has nothing, the single access below does what the chip does then (an empty
 * data port), and may start its next block. Elements are little-endian, as the CPU is.
 */
void portbus_read_string(struct portbus *bus, uint16_t port, unsigned size, void *to, size_t count)
{
	const struct port_range *range = &bus->ranges[bus->owner[port]];
	bool fast = range->read_string && takes_whole(range, port, size);
	uint8_t *bytes = to;

	for (size_t done = 0, n; done < count; done += n) {
		n = fast ? range->read_string(range->device, port, size, bytes + done * size, count - done) : 0;
		if (n == 0) {
			uint32_t value = portbus_read(bus, port, size);

			memcpy(bytes + done * size, &value, size);
			n = 1;
		}
	}
}

void portbus_write_string(struct portbus *bus, uint16_t port, unsigned size, const void *from, size_t count)
{
	const struct port_range *range = &bus->ranges[bus->owner[port]];
	bool fast = range->write_string && takes_whole(range, port, size);
	const uint8_t *bytes = from;

	for (size_t done = 0, n; done < count; done += n) {
		n = fast ? range->write_string(range->device, port, size, bytes + done * size, count - done) : 0;
		if (n == 0) {
			uint32_t value = 0;

			memcpy(&value, bytes + done * size, size);
			portbus_write(bus, port, size, value);
			n = 1;
		}
	}
}

#pragma once
/*
 * The I/O port space of one emulated PC: which device answers at which ports.
 * A port that nobody answers reads all ones and swallows writes, as on an ISA bus; it is logged and counted.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vm;
struct portbus;

/*
 * size is 1, 2 or 4 bytes. A device sees accesses at its own ports only, of the sizes in its row: others are split into bytes by
 * the bus, low byte first. A row of one single port is a data port: a wide access there is wide at that one port and touches no
 * neighbour.
 */
struct port_range {
	uint16_t first, last;
	const char *name;
	uint8_t widths;                 /* or-ed sizes that the device takes whole: 1 | 2 | 4 */
	uint32_t (*read)(void *device, uint16_t port, unsigned size);
	void (*write)(void *device, uint16_t port, unsigned size, uint32_t value);
	/* Optional, for a data port: up to count elements at once (REP INS/OUTS), the number done. NULL: one by one. */
	size_t (*read_string)(void *device, uint16_t port, unsigned size, void *to, size_t count);
	size_t (*write_string)(void *device, uint16_t port, unsigned size, const void *from, size_t count);
	void *device;
};

struct portbus *portbus_create(struct vm *vm);
bool portbus_add(struct portbus *bus, const struct port_range *range);   /* false: overlaps a range, or the table is full */
void portbus_claim(struct portbus *bus, const struct port_range *range); /* for the machine's own map, where false is our bug */
const struct port_range *portbus_find(const struct portbus *bus, uint16_t port);   /* NULL: nobody */

uint32_t portbus_read(struct portbus *bus, uint16_t port, unsigned size);
void portbus_write(struct portbus *bus, uint16_t port, unsigned size, uint32_t value);

/* A whole string instruction's worth; fills or takes all count elements. */
void portbus_read_string(struct portbus *bus, uint16_t port, unsigned size, void *to, size_t count);
void portbus_write_string(struct portbus *bus, uint16_t port, unsigned size, const void *from, size_t count);

/*
 * The MC146818 "Real-Time Clock plus RAM" behind ports 0x70 (address) and 0x71 (data).
 *
 * Modelled: the time in BCD or binary, 12 or 24 hours; SET and UIP; registers A to D; 114 bytes of memory, which hold what a
 * PC's firmware leaves there. A guest may set the clock: the difference to the machine's clock is kept and dies with the VM. Not
 * modelled: the alarm and the three interrupts of IRQ 8 (an attempt to enable one is logged and does not stick), the square wave
 * and daylight saving. Of the flags in register C only UF, update ended, is ever set.
 */
#include "fullvirt/cmos.h"
#include "backend/clock.h"
#include "fullvirt/calendar.h"
#include "fullvirt/portbus.h"
#include "lib/heap.h"
#include "vm/vm.h"

enum cmos_register {
	CMOS_SECONDS = 0x00, CMOS_MINUTES = 0x02, CMOS_HOURS = 0x04, CMOS_DAY_OF_WEEK = 0x06, CMOS_DATE = 0x07, CMOS_MONTH = 0x08,
	CMOS_YEAR = 0x09, CMOS_A = 0x0a, CMOS_B = 0x0b, CMOS_C = 0x0c, CMOS_D = 0x0d, CMOS_CENTURY = 0x32,
};
enum { A_DIVIDER_32KHZ = 0x20, A_RATE_1024HZ = 0x06, A_WRITABLE = 0x7f, A_UIP = 0x80 };
enum { B_24_HOURS = 0x02, B_BINARY = 0x04, B_INTERRUPTS = 0x70, B_SET = 0x80 };
enum { C_UF = 0x10 };
enum { D_VRT = 0x80 };                          /* valid RAM and time: the battery is good */

#define CMOS_SIZE       128
#define ADDRESS_BITS    0x7f                    /* bit 7 of port 0x70 masks NMI, of which there are none here */
#define HOURS_PM        0x80
#define NS_PER_SECOND   1000000000ull
#define UIP_NS          244000ull               /* "the update cycle begins 244 microseconds after UIP goes high" */
#define KIB             1024ull
#define MIB             (1024 * KIB)

struct cmos {
	uint8_t address;
	uint8_t memory[CMOS_SIZE];
	int64_t offset;                         /* this VM's time minus the machine's, seconds */
	struct calendar set_time;               /* while SET stops the clock: what it shows */
	uint64_t reported_second;               /* the last update that register C told of */
	struct vm *vm;
};

static bool is_stopped(const struct cmos *cmos)
{
	return cmos->memory[CMOS_B] & B_SET;
}

static struct calendar current_time(const struct cmos *cmos)
{
	return is_stopped(cmos) ? cmos->set_time : calendar_from_seconds(clock_wall_seconds() + cmos->offset);
}

static uint8_t encode(const struct cmos *cmos, unsigned n)
{
	return cmos->memory[CMOS_B] & B_BINARY ? n : n / 10 << 4 | n % 10;
}

static unsigned decode(const struct cmos *cmos, uint8_t byte)
{
	return cmos->memory[CMOS_B] & B_BINARY ? byte : (byte >> 4) * 10u + (byte & 15);
}

/* 12-hour form: 12, 1 to 11, and the highest bit after noon. */
static uint8_t encode_hours(const struct cmos *cmos, unsigned hours)
{
	if (cmos->memory[CMOS_B] & B_24_HOURS)
		return encode(cmos, hours);
	return encode(cmos, hours % 12 ? hours % 12 : 12) | (hours >= 12 ? HOURS_PM : 0);
}

static unsigned decode_hours(const struct cmos *cmos, uint8_t byte)
{
	if (cmos->memory[CMOS_B] & B_24_HOURS)
		return decode(cmos, byte);
	return decode(cmos, byte & ~HOURS_PM) % 12 + (byte & HOURS_PM ? 12 : 0);
}

/* The century byte is the PC's addition to the chip. */
static uint8_t read_time(const struct cmos *cmos, uint8_t address)
{
	struct calendar time = current_time(cmos);

	switch (address) {
	case CMOS_SECONDS:
		return encode(cmos, time.second);
	case CMOS_MINUTES:
		return encode(cmos, time.minute);
	case CMOS_HOURS:
		return encode_hours(cmos, time.hour);
	case CMOS_DAY_OF_WEEK:
		return encode(cmos, time.day_of_week + 1);      /* Sunday is 1 */
	case CMOS_DATE:
		return encode(cmos, time.day);
	case CMOS_MONTH:
		return encode(cmos, time.month);
	case CMOS_YEAR:
		return encode(cmos, time.year % 100);
	default:
		return encode(cmos, time.year / 100);
	}
}

static void set_field(const struct cmos *cmos, struct calendar *time, uint8_t address, uint8_t value)
{
	switch (address) {
	case CMOS_SECONDS:
		time->second = decode(cmos, value);
		break;
	case CMOS_MINUTES:
		time->minute = decode(cmos, value);
		break;
	case CMOS_HOURS:
		time->hour = decode_hours(cmos, value);
		break;
	case CMOS_DAY_OF_WEEK:                          /* follows from the date */
		break;
	case CMOS_DATE:
		time->day = decode(cmos, value);
		break;
	case CMOS_MONTH:
		time->month = decode(cmos, value);
		break;
	case CMOS_YEAR:
		time->year = time->year / 100 * 100 + decode(cmos, value);
		break;
	default:
		time->year = decode(cmos, value) * 100 + time->year % 100;
	}
}

static void run_from(struct cmos *cmos, const struct calendar *time)
{
	cmos->offset = calendar_to_seconds(time) - (int64_t)clock_wall_seconds();
}

static void write_time(struct cmos *cmos, uint8_t address, uint8_t value)
{
	struct calendar time = current_time(cmos);

	set_field(cmos, &time, address, value);
	if (is_stopped(cmos))
		cmos->set_time = time;
	else
		run_from(cmos, &time);
}

static bool is_time(uint8_t address)
{
	return (address <= CMOS_YEAR && address != 0x01 && address != 0x03 && address != 0x05) || address == CMOS_CENTURY;
}

/* Update in progress: for a moment before each second, a guest should not read the time lest it change meanwhile. */
static bool update_in_progress(const struct cmos *cmos)
{
	return !is_stopped(cmos) && clock_now_ns() % NS_PER_SECOND >= NS_PER_SECOND - UIP_NS;
}

/* Reading register C clears it. */
static uint8_t read_c(struct cmos *cmos)
{
	uint64_t second = clock_wall_seconds();
	bool updated = second != cmos->reported_second && !is_stopped(cmos);

	cmos->reported_second = second;
	return updated ? C_UF : 0;
}

static void write_b(struct cmos *cmos, uint8_t value)
{
	struct calendar time = current_time(cmos);
	bool was_stopped = is_stopped(cmos);

	if (value & B_INTERRUPTS)
		vm_log(cmos->vm, "cmos: interrupt enables 0x%x in register B: the clock has no interrupt", value & B_INTERRUPTS);
	cmos->memory[CMOS_B] = value & ~B_INTERRUPTS;
	if (is_stopped(cmos))
		cmos->set_time = time;
	else if (was_stopped)
		run_from(cmos, &time);
}

static uint8_t cmos_read_register(struct cmos *cmos, uint8_t address)
{
	if (is_time(address))
		return read_time(cmos, address);
	if (address == CMOS_A)
		return cmos->memory[CMOS_A] | (update_in_progress(cmos) ? A_UIP : 0);
	if (address == CMOS_C)
		return read_c(cmos);
	return cmos->memory[address];
}

static void cmos_write_register(struct cmos *cmos, uint8_t address, uint8_t value)
{
	if (is_time(address))
		write_time(cmos, address, value);
	else if (address == CMOS_A)
		cmos->memory[CMOS_A] = value & A_WRITABLE;
	else if (address == CMOS_B)
		write_b(cmos, value);
	else if (address != CMOS_C && address != CMOS_D)        /* those two are for reading */
		cmos->memory[address] = value;
}

/* The address register cannot be read back. */
static uint32_t cmos_read(void *device, uint16_t port, unsigned size)
{
	struct cmos *cmos = device;

	return port & 1 ? cmos_read_register(cmos, cmos->address) : 0xff;
}

static void cmos_write(void *device, uint16_t port, unsigned size, uint32_t value)
{
	struct cmos *cmos = device;

	if (port & 1)
		cmos_write_register(cmos, cmos->address, value);
	else
		cmos->address = value & ADDRESS_BITS;
}

static void put_16(struct cmos *cmos, uint8_t address, uint64_t value)
{
	uint16_t capped = value < 0xffff ? value : 0xffff;

	cmos->memory[address] = capped & 0xff;
	cmos->memory[address + 1] = capped >> 8;
}

static uint64_t above(uint64_t memory_bytes, uint64_t start)
{
	return memory_bytes > start ? memory_bytes - start : 0;
}

/* Base memory in KiB; extended memory in KiB above 1 MiB (twice) and in 64 KiB units above 16 MiB. */
static void put_memory_size(struct cmos *cmos, uint64_t memory_bytes)
{
	put_16(cmos, 0x15, 640);
	put_16(cmos, 0x17, above(memory_bytes, MIB) / KIB);
	put_16(cmos, 0x30, above(memory_bytes, MIB) / KIB);
	put_16(cmos, 0x34, above(memory_bytes, 16 * MIB) / (64 * KIB));
}

/* Over bytes 0x10 to 0x2d, high byte first. */
static void put_checksum(struct cmos *cmos)
{
	uint16_t sum = 0;

	for (unsigned i = 0x10; i <= 0x2d; i++)
		sum += cmos->memory[i];
	cmos->memory[0x2e] = sum >> 8;
	cmos->memory[0x2f] = sum & 0xff;
}

struct cmos *cmos_create(struct portbus *ports, struct vm *vm, uint64_t memory_bytes, bool has_disk)
{
	struct cmos *cmos = zalloc(sizeof(*cmos));

	cmos->vm = vm;
	cmos->memory[CMOS_A] = A_DIVIDER_32KHZ | A_RATE_1024HZ;
	cmos->memory[CMOS_B] = B_24_HOURS;
	cmos->memory[CMOS_D] = D_VRT;
	cmos->memory[0x12] = has_disk ? 0xf0 : 0;       /* first disk: type in an extended byte, */
	cmos->memory[0x19] = has_disk ? 47 : 0;         /* which says: user defined */
	cmos->memory[0x14] = 0x02;                      /* equipment: a coprocessor, no floppy drive, no display */
	put_memory_size(cmos, memory_bytes);
	put_checksum(cmos);
	cmos->reported_second = clock_wall_seconds();
	portbus_claim(ports, &(struct port_range){
		.first = 0x70, .last = 0x71, .name = "cmos", .widths = 1,
		.read = cmos_read, .write = cmos_write, .device = cmos,
	});
	return cmos;
}

/*
 * The MC146818 "Real-Time Clock plus RAM" behind ports 0x70 (address) and 0x71 (data).
 *
 * Modelled: the time, which is the machine's, in BCD and 24 hours as every PC's firmware sets it up; UIP; and 114 bytes of
 * memory, which hold what that firmware leaves there. An attempt to set the clock, to change its format or to enable one of the
 * three interrupts of IRQ 8 is logged and does not stick.
 */
#include "fullvirt/devices.h"
#include "backend/clock.h"
#include "fullvirt/portbus.h"
#include "lib/heap.h"
#include "vm/vm.h"

enum cmos_register {
	CMOS_SECONDS = 0x00, CMOS_MINUTES = 0x02, CMOS_HOURS = 0x04, CMOS_DAY_OF_WEEK = 0x06, CMOS_DATE = 0x07, CMOS_MONTH = 0x08,
	CMOS_YEAR = 0x09, CMOS_A = 0x0a, CMOS_B = 0x0b, CMOS_C = 0x0c, CMOS_D = 0x0d, CMOS_CENTURY = 0x32,
};
enum { A_DIVIDER_32KHZ = 0x20, A_RATE_1024HZ = 0x06, A_UIP = 0x80 };
enum { B_24_HOURS = 0x02 };
enum { D_VRT = 0x80 };                          /* valid RAM and time: the battery is good */

#define CMOS_SIZE       128
#define ADDRESS_BITS    0x7f                    /* bit 7 of port 0x70 masks NMI, of which there are none here */
#define UIP_NS          244000ull               /* "the update cycle begins 244 microseconds after UIP goes high" */
#define NS_PER_SECOND   1000000000ull
#define SECONDS_PER_DAY 86400
#define DAYS_TO_1970    719468                  /* from 0000-03-01 */
#define KIB             1024ull
#define MIB             (1024 * KIB)

struct cmos {
	uint8_t address;
	uint8_t memory[CMOS_SIZE];
	struct vm *vm;
};

static uint8_t bcd(unsigned n)
{
	return n / 10 << 4 | n % 10;
}

/* Days from 0000-03-01. A year that begins in March has its leap day at its end. */
static uint64_t days_before_year(uint64_t year)
{
	return 365 * year + year / 4 - year / 100 + year / 400;
}

/* Days from March 1st to the first of the month (0: March): 31 30 31 30 31, twice, then 31 and February. */
static unsigned days_before_month(unsigned month)
{
	return (153 * month + 2) / 5;
}

/* The registers of the date on that day. The century byte is the PC's addition to the chip. */
static void put_date(uint8_t *registers, uint64_t days_since_1970)
{
	uint64_t day = days_since_1970 + DAYS_TO_1970, year = day / 365;
	unsigned month = 11;

	while (days_before_year(year) > day)
		year--;
	day -= days_before_year(year);
	while (days_before_month(month) > day)
		month--;
	if (month >= 10)
		year++;                         /* January and February */
	registers[CMOS_DAY_OF_WEEK] = (days_since_1970 + 4) % 7 + 1;   /* Sunday is 1; 1970-01-01 was a Thursday */
	registers[CMOS_DATE] = bcd(day - days_before_month(month) + 1);
	registers[CMOS_MONTH] = bcd((month + 2) % 12 + 1);
	registers[CMOS_YEAR] = bcd(year % 100);
	registers[CMOS_CENTURY] = bcd(year / 100);
}

static void put_time(uint8_t *registers)
{
	uint64_t now = clock_wall_seconds();

	registers[CMOS_SECONDS] = bcd(now % 60);
	registers[CMOS_MINUTES] = bcd(now / 60 % 60);
	registers[CMOS_HOURS] = bcd(now / 3600 % 24);
	put_date(registers, now / SECONDS_PER_DAY);
}

/* Update in progress: for a moment before each second, a guest should not read the time lest it change meanwhile. */
static bool update_in_progress(void)
{
	return clock_now_ns() % NS_PER_SECOND >= NS_PER_SECOND - UIP_NS;
}

/* The address register cannot be read back. */
static uint32_t cmos_read(void *device, uint16_t port, unsigned size)
{
	struct cmos *cmos = device;

	if (!(port & 1))
		return 0xff;
	if (cmos->address == CMOS_A)
		return cmos->memory[CMOS_A] | (update_in_progress() ? A_UIP : 0);
	put_time(cmos->memory);
	return cmos->memory[cmos->address];
}

static void write_register(struct cmos *cmos, uint8_t value)
{
	bool is_clock = cmos->address <= CMOS_D || cmos->address == CMOS_CENTURY;

	if (!is_clock)
		cmos->memory[cmos->address] = value;
	else if (value != cmos->memory[cmos->address])
		vm_log(cmos->vm, "cmos: 0x%x written to register 0x%x, which a guest cannot change", value, cmos->address);
}

static void cmos_write(void *device, uint16_t port, unsigned size, uint32_t value)
{
	struct cmos *cmos = device;

	if (port & 1)
		write_register(cmos, value);
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

void cmos_create(struct portbus *ports, struct vm *vm)
{
	struct cmos *cmos = zalloc(sizeof(*cmos));

	cmos->vm = vm;
	cmos->memory[CMOS_A] = A_DIVIDER_32KHZ | A_RATE_1024HZ;
	cmos->memory[CMOS_B] = B_24_HOURS;
	cmos->memory[CMOS_D] = D_VRT;
	put_memory_size(cmos, vm->memory.size);
	portbus_claim(ports, &(struct port_range){
		.first = 0x70, .last = 0x71, .name = "cmos", .widths = 1,
		.read = cmos_read, .write = cmos_write, .device = cmos,
	});
}

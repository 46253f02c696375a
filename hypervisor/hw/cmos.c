#include "hw/cmos.h"
#include "hw/portio.h"
#include <stdbool.h>

/* MC146818A data sheet, "Address Map" and "Registers". Only the last two digits of the year are kept: 2000 to 2099. */
#define CMOS_ADDRESS    0x70
#define CMOS_DATA       0x71
#define REGISTER_A      0x0a
#define REGISTER_A_UIP  0x80            /* update in progress */
#define REGISTER_B      0x0b
#define REGISTER_B_24H  0x02
#define REGISTER_B_DM   0x04            /* binary, else BCD */
#define HOURS_PM        0x80
#define POLLS_MAX       (1u << 20)      /* an update takes 2 ms */
#define READS_MAX       8

struct cmos_time { uint8_t seconds, minutes, hours, day, month, year; };

static uint8_t cmos_read(uint8_t address)
{
	outb(CMOS_ADDRESS, address);
	return inb(CMOS_DATA);
}

static struct cmos_time read_registers(void)
{
	for (uint32_t polls = 0; polls < POLLS_MAX && (cmos_read(REGISTER_A) & REGISTER_A_UIP); polls++)
		;
	return (struct cmos_time){
		.seconds = cmos_read(0), .minutes = cmos_read(2), .hours = cmos_read(4),
		.day = cmos_read(7), .month = cmos_read(8), .year = cmos_read(9),
	};
}

static bool same(const struct cmos_time *a, const struct cmos_time *b)
{
	return a->seconds == b->seconds && a->minutes == b->minutes && a->hours == b->hours
		&& a->day == b->day && a->month == b->month && a->year == b->year;
}

/* An update may begin between two registers: read until two readings agree. */
static struct cmos_time read_stable(void)
{
	struct cmos_time before, now = read_registers();
	unsigned reads = 0;

	do {
		before = now;
		now = read_registers();
	} while (!same(&before, &now) && ++reads < READS_MAX);
	return now;
}

static unsigned decode(uint8_t value, uint8_t register_b)
{
	return register_b & REGISTER_B_DM ? value : (value >> 4) * 10 + (value & 0x0f);
}

static unsigned decode_hours(uint8_t value, uint8_t register_b)
{
	if (register_b & REGISTER_B_24H)
		return decode(value, register_b);
	return decode(value & ~HOURS_PM, register_b) % 12 + (value & HOURS_PM ? 12 : 0);
}

/* Days from 1970-01-01. The year is counted from March, so that a leap day is its last day. */
static uint64_t days_since_1970(unsigned year, unsigned month, unsigned day)
{
	unsigned months = (month + 9) % 12;
	unsigned years = year - (month <= 2);

	return 365ull * years + years / 4 - years / 100 + years / 400 + (153 * months + 2) / 5 + day - 1 - 719468;
}

uint64_t cmos_read_seconds(void)
{
	uint8_t b = cmos_read(REGISTER_B);
	struct cmos_time time = read_stable();
	uint64_t days = days_since_1970(2000 + decode(time.year, b), decode(time.month, b), decode(time.day, b));

	return ((days * 24 + decode_hours(time.hours, b)) * 60 + decode(time.minutes, b)) * 60 + decode(time.seconds, b);
}

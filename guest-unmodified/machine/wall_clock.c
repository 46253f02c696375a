/* Date and time: the MC146818 real-time clock, in UTC. Motorola MC146818A data sheet, "Time, Calendar, and Alarm Locations". */
#include "machine.h"
#include "portio.h"

#define CMOS_INDEX  0x70
#define CMOS_DATA   0x71

#define REGISTER_SECONDS 0x00
#define REGISTER_MINUTES 0x02
#define REGISTER_HOURS   0x04
#define REGISTER_DAY     0x07
#define REGISTER_MONTH   0x08
#define REGISTER_YEAR    0x09
#define REGISTER_A       0x0a
#define REGISTER_B       0x0b
#define A_UPDATE_IN_PROGRESS 0x80
#define B_BINARY         0x04
#define B_24_HOURS       0x02
#define HOURS_PM         0x80

struct date {
	uint8_t second, minute, hour, day, month, year;
};

static uint8_t read_register(uint8_t index)
{
	outb(CMOS_INDEX, index);
	return inb(CMOS_DATA);
}

static struct date read_date(void)
{
	while (read_register(REGISTER_A) & A_UPDATE_IN_PROGRESS)
		;
	return (struct date){
		.second = read_register(REGISTER_SECONDS),
		.minute = read_register(REGISTER_MINUTES),
		.hour = read_register(REGISTER_HOURS),
		.day = read_register(REGISTER_DAY),
		.month = read_register(REGISTER_MONTH),
		.year = read_register(REGISTER_YEAR),
	};
}

static bool same(const struct date *a, const struct date *b)
{
	return a->second == b->second && a->minute == b->minute && a->hour == b->hour && a->day == b->day && a->month == b->month
		&& a->year == b->year;
}

/* An update may begin between two registers: read until the same comes out twice. */
static struct date read_stable_date(void)
{
	struct date previous, date = read_date();

	do {
		previous = date;
		date = read_date();
	} while (!same(&previous, &date));
	return date;
}

static uint8_t from_bcd(uint8_t value)
{
	return (uint8_t)(value / 16 * 10 + value % 16);
}

/* Binary, and 24 hours. */
static void decode(struct date *d, uint8_t register_b)
{
	bool pm = !(register_b & B_24_HOURS) && d->hour & HOURS_PM;

	if (!(register_b & B_24_HOURS))
		d->hour &= (uint8_t)~HOURS_PM;
	if (!(register_b & B_BINARY))
		*d = (struct date){
			from_bcd(d->second), from_bcd(d->minute), from_bcd(d->hour), from_bcd(d->day), from_bcd(d->month),
			from_bcd(d->year),
		};
	if (!(register_b & B_24_HOURS))
		d->hour = (uint8_t)(d->hour % 12 + (pm ? 12 : 0));
}

/* Days since 1970-01-01. The chip has two digits of the year: 2000 to 2099, when every fourth year is a leap year. */
static uint64_t days_since_1970(const struct date *d)
{
	static const uint16_t days_before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
	uint64_t years = 30u + d->year, leap_days = 7u + (d->year + 3u) / 4;
	unsigned month = d->month >= 1 && d->month <= 12 ? d->month - 1u : 0;

	return years * 365 + leap_days + days_before[month] + (d->year % 4 == 0 && month >= 2) + d->day - 1u;
}

uint64_t machine_wall_clock(void)
{
	bool on = interrupts_save_disable();
	struct date date = read_stable_date();

	decode(&date, read_register(REGISTER_B));
	interrupts_restore(on);
	return ((days_since_1970(&date) * 24 + date.hour) * 60 + date.minute) * 60 + date.second;
}

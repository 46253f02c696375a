#include "hw/cmos.h"
#include "hw/portio.h"
#include "lib/string.h"

/* MC146818A data sheet, "Address Map" and "Registers". In BCD and 24 hours, as every PC's firmware sets it up. Only the last two
   digits of the year are kept: 2000 to 2099. */
#define CMOS_ADDRESS    0x70
#define CMOS_DATA       0x71
#define REGISTER_A      0x0a
#define REGISTER_A_UIP  0x80            /* update in progress */
#define POLLS_MAX       (1u << 20)      /* an update takes 2 ms */
#define READS_MAX       8

enum { SECONDS, MINUTES, HOURS, DAY, MONTH, YEAR, FIELDS };
static const uint8_t addresses[FIELDS] = { 0, 2, 4, 7, 8, 9 };

static uint8_t cmos_read(uint8_t address)
{
	outb(CMOS_ADDRESS, address);
	return inb(CMOS_DATA);
}

static void read_fields(uint8_t fields[FIELDS])
{
	for (uint32_t polls = 0; polls < POLLS_MAX && (cmos_read(REGISTER_A) & REGISTER_A_UIP); polls++)
		;
	for (unsigned i = 0; i < FIELDS; i++) {
		uint8_t bcd = cmos_read(addresses[i]);

		fields[i] = (bcd >> 4) * 10 + (bcd & 0x0f);
	}
}

/* An update may begin between two registers: read until two readings agree. */
static void read_stable(uint8_t fields[FIELDS])
{
	uint8_t before[FIELDS];
	unsigned reads = 0;

	read_fields(fields);
	do {
		memcpy(before, fields, FIELDS);
		read_fields(fields);
	} while (memcmp(before, fields, FIELDS) && ++reads < READS_MAX);
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
	uint8_t time[FIELDS];

	read_stable(time);
	uint64_t days = days_since_1970(2000 + time[YEAR], time[MONTH], time[DAY]);

	return ((days * 24 + time[HOURS]) * 60 + time[MINUTES]) * 60 + time[SECONDS];
}

#pragma once
/* Seconds since 1970-01-01 UTC as a date of the Gregorian calendar, and back. */
#include <stdint.h>

struct calendar {
	unsigned year, month, day;              /* 1970 …, 1 to 12, 1 to 31 */
	unsigned hour, minute, second;
	unsigned day_of_week;                   /* 0: Sunday */
};

struct calendar calendar_from_seconds(int64_t seconds);

/* Fields may exceed their range (the 31st of a short month): they carry over. day_of_week is not looked at. */
int64_t calendar_to_seconds(const struct calendar *date);

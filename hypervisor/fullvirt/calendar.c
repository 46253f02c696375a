/* Days are counted in years that begin in March: the leap day is then the last day of the year, and months need no table. */
#include "fullvirt/calendar.h"

#define DAYS_TO_1970    719468                  /* from 0000-03-01 */
#define SECONDS_PER_DAY 86400

/* Days from 0000-03-01 to a March-based year's first day. */
static int64_t days_before_year(int64_t year)
{
	return 365 * year + year / 4 - year / 100 + year / 400;
}

/* Days from March 1st to the first of the month (0: March): 31 30 31 30 31, twice, then 31 and February. */
static unsigned days_before_month(unsigned month)
{
	return (153 * month + 2) / 5;
}

int64_t calendar_to_seconds(const struct calendar *date)
{
	unsigned months = date->month + 9;      /* since March of the year before */
	int64_t year = (int64_t)date->year - 1 + months / 12;
	int64_t days = days_before_year(year) + days_before_month(months % 12) + date->day - 1 - DAYS_TO_1970;

	return days * SECONDS_PER_DAY + date->hour * 3600ll + date->minute * 60ll + date->second;
}

/* The last March-based year that begins on or before this day; the estimate is at most one year off. */
static int64_t year_of(int64_t day)
{
	int64_t year = day * 400 / 146097 + 1;

	while (days_before_year(year) > day)
		year--;
	return year;
}

static unsigned month_of(unsigned day_of_year)
{
	unsigned month = 11;

	while (days_before_month(month) > day_of_year)
		month--;
	return month;
}

struct calendar calendar_from_seconds(int64_t seconds)
{
	int64_t since_1970 = seconds / SECONDS_PER_DAY - (seconds % SECONDS_PER_DAY < 0);
	unsigned in_day = seconds - since_1970 * SECONDS_PER_DAY;
	int64_t year = year_of(since_1970 + DAYS_TO_1970);
	unsigned day_of_year = since_1970 + DAYS_TO_1970 - days_before_year(year);
	unsigned month = month_of(day_of_year);

	return (struct calendar){
		.year = year + (month >= 10),
		.month = (month + 2) % 12 + 1,
		.day = day_of_year - days_before_month(month) + 1,
		.hour = in_day / 3600, .minute = in_day / 60 % 60, .second = in_day % 60,
		.day_of_week = ((since_1970 + 4) % 7 + 7) % 7,  /* 1970-01-01 was a Thursday */
	};
}

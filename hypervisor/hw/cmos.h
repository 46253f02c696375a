#pragma once
/* The real MC146818 clock, read once at boot. */
#include <stdint.h>

uint64_t cmos_read_seconds(void);                       /* since 1970-01-01 UTC, assuming the clock runs in UTC */

#pragma once
/*
 * Formatted output to the hypervisor's log (COM1).
 * Conversions: %c %s %d %u %x %p %%, with '-', '0', a width or '*', a precision for %s, and the lengths l, ll, z.
 */
#include <stdarg.h>
#include <stddef.h>

void printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
void vprintf(const char *format, va_list args);

/* Like C's: always terminates (size > 0), returns the length that an endless buffer would have taken. */
int snprintf(char *buffer, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
int vsnprintf(char *buffer, size_t size, const char *format, va_list args);

#pragma once
/* A guest kernel's panic on the host: the test fails with the kernel's words. Include it behind stdio.h and cmocka.h. */
#include <stdarg.h>

void kernel_panic(const char *format, ...)
{
	char why[200];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why, sizeof(why), format, arguments);
	va_end(arguments);
	fail_msg("%s", why);
	__builtin_unreachable();
}

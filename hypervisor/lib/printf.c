#include "hw/serial.h"
#include "lib/log.h"
#include "lib/printf.h"
#include "lib/string.h"

static struct serial_port *port;

void log_init(void)
{
	port = serial_open(1);
}

struct serial_port *log_port(void)
{
	return port;
}

void log_write(const char *bytes, size_t n)
{
	if (port)
		serial_write_all(port, bytes, n);
}

void vprintf(const char *format, va_list args)
{
	char line[512];

	vsnprintf(line, sizeof(line), format, args);
	log_write(line, strlen(line));
}

void printf(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
}

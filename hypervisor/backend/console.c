#include "backend/console.h"
#include "hw/serial.h"
#include "lib/heap.h"
#include "lib/printf.h"
#include <stdint.h>

#define LINE_MAX 200            /* a longer line goes out in pieces */

struct console {
	const char *name;
	struct serial_port *port;       /* NULL: the log */
	char line[LINE_MAX];
	size_t length;
};

struct console *console_create(const char *name, struct serial_port *port)
{
	struct console *console = zalloc(sizeof(*console));

	console->name = name;
	console->port = port;
	return console;
}

static void log_line(struct console *console)
{
	printf("%s| %.*s\n", console->name, (int)console->length, console->line);
	console->length = 0;
}

static char printable(char byte)
{
	return (byte >= ' ' && byte <= '~') || byte == '\t' ? byte : '?';
}

static void log_byte(struct console *console, char byte)
{
	if (byte == '\n') {
		log_line(console);
	} else if (byte != '\r') {
		if (console->length == LINE_MAX)
			log_line(console);
		console->line[console->length++] = printable(byte);
	}
}

size_t console_write(struct console *console, const char *bytes, size_t n)
{
	if (console->port)
		return serial_write(console->port, bytes, n);
	for (size_t i = 0; i < n; i++)
		log_byte(console, bytes[i]);
	return n;
}

size_t console_room(const struct console *console)
{
	return console->port ? serial_room(console->port) : SIZE_MAX;
}

size_t console_read(struct console *console, char *bytes, size_t n)
{
	return console->port ? serial_read(console->port, bytes, n) : 0;
}

bool console_has_input(const struct console *console)
{
	return console->port && serial_has_input(console->port);
}

void console_set_listener(struct console *console, void (*input)(void *context), void (*room)(void *context), void *context)
{
	if (console->port)
		serial_set_listener(console->port, input, room, context);
}

void console_end_line(struct console *console)
{
	if (console->length)
		log_line(console);
}

void console_flush(struct console *console)
{
	console_end_line(console);
	if (console->port)
		serial_flush(console->port);
}

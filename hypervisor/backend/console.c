#include "backend/console.h"
#include "hw/serial.h"
#include "lib/heap.h"
#include "lib/printf.h"
#include <stdint.h>

#define LINE_MAX 200            /* a longer line goes out in pieces */

struct listener {
	void (*input)(void *context), (*room)(void *context);
	void *context;
};

struct console {
	const char *name;
	struct serial_port *port;       /* NULL: the log */
	char line[LINE_MAX];
	size_t length;
	struct listener listeners[2];   /* the one that called last comes first */
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

static void tell_of_input(void *context)
{
	const struct listener *listener = ((struct console *)context)->listeners;

	if (listener->input)
		listener->input(listener->context);
}

static void tell_of_room(void *context)
{
	const struct listener *listeners = ((struct console *)context)->listeners;

	for (unsigned i = 0; i < 2; i++)
		if (listeners[i].room)
			listeners[i].room(listeners[i].context);
}

void console_set_listener(struct console *console, void (*input)(void *context), void (*room)(void *context), void *context)
{
	if (console->listeners[0].context != context)
		console->listeners[1] = console->listeners[0];
	console->listeners[0] = (struct listener){ input, room, context };
	if (console->port)
		serial_set_listener(console->port, tell_of_input, tell_of_room, console);
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

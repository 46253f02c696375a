#pragma once
/*
 * A VM's console: bytes from its UART model or its console service to a serial port of the real machine, and back.
 * A VM without a port of its own has its lines written into the hypervisor's log, each behind "name| ". There only printable
 * ASCII and tabs pass; '\r' is dropped and other bytes show as '?', so no guest can write a line that looks like another's or the
 * hypervisor's.
 */
#include <stdbool.h>
#include <stddef.h>

struct console;
struct serial_port;

/* port: the real port, or NULL for the log. name: the tag of its lines there, kept by the caller. */
struct console *console_create(const char *name, struct serial_port *port);

/* Take as many of the n bytes as there is room for (0 to n); they leave later, at the port's pace. The log takes all. */
size_t console_write(struct console *console, const char *bytes, size_t n);

/* How many bytes console_write would take now. */
size_t console_room(const struct console *console);

/* Up to n bytes that the user typed; the number taken. Nobody types at the log. */
size_t console_read(struct console *console, char *bytes, size_t n);
bool console_has_input(const struct console *console);

/* Who is told (in the hypervisor, never inside the guest) that input came, or that a full console has room again. Either may
   be NULL. Two may listen, each with its own context: both hear of room, and the one that called last hears of input. */
void console_set_listener(struct console *console, void (*input)(void *context), void (*room)(void *context), void *context);

/* In the log: push out an unfinished line. */
void console_end_line(struct console *console);

/* Push out an unfinished line in the log and wait until the port has sent everything. */
void console_flush(struct console *console);

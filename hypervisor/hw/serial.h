#pragma once
/*
 * The real 16550s: COM1 the hypervisor's log, COM2 the debugger, COM3 and COM4 consoles of VMs.
 * Output goes through a ring that the transmitter's interrupt empties 16 bytes at a time, so no VM waits for another's text.
 * Reference: National Semiconductor, "PC16550D Universal Asynchronous Receiver/Transmitter with FIFOs", section "Registers".
 */
#include <stdbool.h>
#include <stddef.h>

struct serial_port;

/* COM1 to COM4 (number 1 to 4) at 115200 8N1; NULL if no UART answers there (scratch register). It works polled at first:
   serial_write returns when its bytes are in the UART, and serial_read looks into the UART itself. */
struct serial_port *serial_open(unsigned number);
void serial_use_interrupts(struct serial_port *port);
void serial_use_polling(struct serial_port *port);              /* back again; what has been received stays */
void serial_poll(struct serial_port *port);                     /* look for input now, as its interrupt would */

size_t serial_write(struct serial_port *port, const char *bytes, size_t n);     /* as many as the ring takes: 0 to n */
size_t serial_room(const struct serial_port *port);
void serial_write_all(struct serial_port *port, const char *bytes, size_t n);   /* polls while the ring is full: for the log */
void serial_flush(struct serial_port *port);                    /* polls until the shift register is empty (LSR TEMT) */
size_t serial_read(struct serial_port *port, char *bytes, size_t n);
bool serial_has_input(const struct serial_port *port);

/* Between two looks at a UART: a port access takes an emulator longer than the time that it stands for. */
static inline void serial_pause(void)
{
	for (unsigned i = 0; i < 64; i++)
		asm volatile("pause");
}

/* From the port's interrupt: input() after bytes arrived, room() when a ring that had been full is half empty again.
   Either may be NULL. */
void serial_set_listener(struct serial_port *port, void (*input)(void *context), void (*room)(void *context), void *context);

#pragma once
/* The hypervisor's log: COM1. printf() and the consoles of VMs without a port of their own write to it. */
#include <stddef.h>

struct serial_port;

void log_init(void);                                    /* opens COM1; without it the hypervisor runs mute */
void log_write(const char *bytes, size_t n);
struct serial_port *log_port(void);                     /* NULL if the machine has no COM1 */

#pragma once
/* What a guest did to cause an exit, in a few words: "OUT 0x3f8 ← 0x41 'A' (16550 THR)". */
#include <stddef.h>
#include "trace/log_format.h"

/* What the meaning of an exit depends on besides the exit, one for each VM: exits are to be decoded in their order. */
struct decoder {
	int paravirt;
	int divisor_latch;              /* the 16550's LCR.DLAB: its first two ports are another register's */
};

/* At most size bytes, the final zero included; "" where the reason says it all. */
void decode_exit(struct decoder *decoder, const struct trace_log_record *exit, char *text, size_t size);

/* "IRQ 14, disk": a line of the real machine. */
void decode_vector(unsigned vector, char *text, size_t size);

/* The register that a port is, or NULL. ports.c */
const char *port_name(unsigned port, int is_in, int divisor_latch);
const char *ata_command_name(unsigned code);

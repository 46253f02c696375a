#include <stdint.h>
#include "decode.h"

/* Registers of the emulated PC, by their data sheets' names. out is NULL where it is in's. */
static const struct port {
	uint16_t number;
	const char *in, *out;
} ports[] = {
	{ 0x20, "8259 master IRR or ISR", "8259 master ICW1, OCW2, OCW3" },
	{ 0x21, "8259 master IMR", "8259 master OCW1 or ICW2-4" },
	{ 0xa0, "8259 slave IRR or ISR", "8259 slave ICW1, OCW2, OCW3" }, { 0xa1, "8259 slave IMR", "8259 slave OCW1 or ICW2-4" },
	{ 0x40, "8254 counter 0", NULL }, { 0x41, "8254 counter 1", NULL }, { 0x42, "8254 counter 2", NULL },
	{ 0x43, "8254 control word", NULL }, { 0x61, "port B: 8254 gate 2, speaker", NULL },
	{ 0x60, "8042 data", NULL }, { 0x64, "8042 status", "8042 command" },
	{ 0x70, "CMOS index", NULL }, { 0x71, "CMOS data", NULL },
	{ 0x80, "POST code", NULL }, { 0x92, "system control port A", NULL },
	{ 0x604, "ACPI PM1a control", NULL }, { 0xcf9, "reset control", NULL }, { 0x8900, "Bochs shutdown", NULL },
	{ 0x1f0, "ATA data", NULL }, { 0x1f1, "ATA error", "ATA features" }, { 0x1f2, "ATA sector count", NULL },
	{ 0x1f3, "ATA LBA low", NULL }, { 0x1f4, "ATA LBA mid", NULL }, { 0x1f5, "ATA LBA high", NULL },
	{ 0x1f6, "ATA device", NULL },
	{ 0x1f7, "ATA status", "ATA command" }, { 0x3f6, "ATA alternate status", "ATA device control" },
	{ 0x3f8, "16550 RBR", "16550 THR" }, { 0x3f9, "16550 IER", NULL }, { 0x3fa, "16550 IIR", "16550 FCR" },
	{ 0x3fb, "16550 LCR", NULL }, { 0x3fc, "16550 MCR", NULL }, { 0x3fd, "16550 LSR", NULL }, { 0x3fe, "16550 MSR", NULL },
	{ 0x3ff, "16550 SCR", NULL },
};

const char *port_name(unsigned number, int is_in, int divisor_latch)
{
	if (divisor_latch && number == 0x3f8)
		return "16550 DLL";
	if (divisor_latch && number == 0x3f9)
		return "16550 DLM";
	for (const struct port *port = ports; port < ports + sizeof(ports) / sizeof(ports[0]); port++)
		if (port->number == number)
			return is_in || !port->out ? port->in : port->out;
	return NULL;
}

const char *ata_command_name(unsigned code)
{
	switch (code) {
	case 0x20: return "READ SECTORS";
	case 0x30: return "WRITE SECTORS";
	case 0xc4: return "READ MULTIPLE";
	case 0xc5: return "WRITE MULTIPLE";
	case 0xc6: return "SET MULTIPLE MODE";
	case 0xe7: return "FLUSH CACHE";
	case 0xec: return "IDENTIFY DEVICE";
	default: return NULL;
	}
}

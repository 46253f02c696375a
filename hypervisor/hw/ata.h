#pragma once
/*
 * The real disk: primary master, PIO with interrupts, READ/WRITE MULTIPLE where IDENTIFY offers it (LBA28).
 * Reference: ATA/ATAPI-6, "Register Delivered Data Transfer Command Set", "PIO data-in command protocol".
 */
#include <stdbool.h>
#include <stdint.h>

struct ata_command {
	enum { ATA_READ, ATA_WRITE, ATA_FLUSH } op;
	uint32_t lba;
	uint32_t count;                 /* sectors, 1 to 256 */
	void *buffer;
};

bool ata_init(void);                                    /* after pic_init(). false: no disk answers at 0x1f0 */
uint64_t ata_sectors(void);                             /* 0 without a disk */
int ata_run_polled(const struct ata_command *command);  /* 0 or -EIO; at boot, while not ata_busy() */

/* Begin one command: 0, then done(context, 0 or -EIO) comes from IRQ 14; or -EIO if the disk takes no command, then done() is not
   called. Only when ata_busy() is false. */
int ata_start(const struct ata_command *command, void (*done)(void *context, int status), void *context);
bool ata_busy(void);
/* Finish the command under way by polling (its done() is called). */
void ata_poll(void);

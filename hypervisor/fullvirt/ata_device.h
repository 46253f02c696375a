#pragma once
/* The insides of the ATA disk, shared by its parts: ata.c (registers, commands), ata_transfer.c, ata_identify.c. Not for others. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "backend/disk.h"
#include "fullvirt/irq_line.h"

/* The Command Block: offsets of its ports. Where two registers share one, the first is read and the second written. */
enum ata_register { DATA, ERROR_FEATURES, SECTOR_COUNT, LBA_LOW, LBA_MID, LBA_HIGH, DEVICE, STATUS_COMMAND };
enum { ATA_ERR = 0x01, ATA_DRQ = 0x08, ATA_DSC = 0x10, ATA_DRDY = 0x40, ATA_BSY = 0x80 };      /* Status */
enum { ATA_ABRT = 0x04, ATA_IDNF = 0x10, ATA_UNC = 0x40 };                                     /* Error */
enum { ATA_HEAD = 0x0f, ATA_DEV = 0x10, ATA_LBA = 0x40 };                                      /* Device */
enum { ATA_NIEN = 0x02, ATA_SRST = 0x04 };                                                     /* Device Control */
#define ATA_DIAGNOSTIC_PASSED 0x01              /* in Error, after a reset or EXECUTE DEVICE DIAGNOSTIC */
#define ATA_MULTIPLE_MAX 16                     /* sectors per data block of READ and WRITE MULTIPLE */
#define ATA_BUFFER_SECTORS ATA_MULTIPLE_MAX     /* what one request to the backend moves, too: a multiple of every data block */

enum ata_transfer { ATA_TRANSFER_NONE, ATA_TRANSFER_IN, ATA_TRANSFER_OUT };

struct ata {
	uint8_t written[8];             /* the Command Block, as the guest wrote it */
	uint8_t status, error, control;
	bool interrupt;                 /* INTRQ, before nIEN and the device selection gate it */
	bool resetting;                 /* from SRST until it is clear and the backend has given the buffer back */
	struct irq_line irq;
	struct vm *vm;
	struct disk *disk;
	unsigned multiple;              /* SET MULTIPLE MODE; 0: disabled */

	enum ata_transfer transfer;
	uint32_t lba;                   /* first sector that the backend has not been asked for */
	uint32_t remaining;             /* sectors from there */
	uint32_t block;                 /* sectors per DRQ data block */

	struct disk_request request;
	bool in_flight;                 /* the backend owns request and buffer */
	uint32_t position;              /* next byte that the guest moves; DRQ is set while it is below block_end, */
	uint32_t block_end;             /* which is never above filled, */
	uint32_t filled;                /* which is never above the buffer's size */
	uint8_t buffer[ATA_BUFFER_SECTORS * SECTOR_SIZE];
};

/* ata.c */
void ata_set_interrupt(struct ata *ata, bool level);
void ata_complete(struct ata *ata);                     /* the command is over: ready, interrupt */
void ata_fail(struct ata *ata, uint8_t error);
void ata_finish_reset(struct ata *ata);

/* ata_transfer.c */
void ata_begin_transfer(struct ata *ata, enum ata_transfer transfer, uint32_t lba, uint32_t count, uint32_t block);
void ata_begin_identify(struct ata *ata);
void ata_begin_flush(struct ata *ata);
void ata_abandon_transfer(struct ata *ata);
/* The guest reads or writes: up to count elements of size bytes of the current data block, the number done. */
size_t ata_take_data(struct ata *ata, unsigned size, void *to, size_t count);
size_t ata_give_data(struct ata *ata, unsigned size, const void *from, size_t count);

/* ata_identify.c: the 256 words of IDENTIFY DEVICE. multiple: the current block of SET MULTIPLE MODE, 0 if none. */
void ata_identify(uint16_t words[256], uint64_t capacity, unsigned multiple);

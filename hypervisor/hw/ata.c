#include "hw/ata.h"
#include "hw/pic.h"
#include "hw/portio.h"
#include "lib/errno.h"
#include <stddef.h>

/* Registers of the primary channel. Reading Status takes back INTRQ, reading Alternate Status does not. */
enum {
	DATA = 0x1f0, FEATURES = 0x1f1, SECTOR_COUNT = 0x1f2, LBA_LOW = 0x1f3, LBA_MID = 0x1f4, LBA_HIGH = 0x1f5,
	DEVICE = 0x1f6, STATUS = 0x1f7, COMMAND = 0x1f7, ALTERNATE_STATUS = 0x3f6, DEVICE_CONTROL = 0x3f6,
};

#define STATUS_ERR      0x01
#define STATUS_DRQ      0x08
#define STATUS_DF       0x20
#define STATUS_BSY      0x80
#define STATUS_FLOATING 0xff            /* nobody drives the bus */
#define DEVICE_LBA      0x40
#define DEVICE_OBSOLETE 0xa0            /* bits 7 and 5, which older disks want set; device 0 */
#define CONTROL_INTRQ   0x00            /* nIEN clear, no reset */

#define READ_SECTORS    0x20
#define WRITE_SECTORS   0x30
#define READ_MULTIPLE   0xc4
#define WRITE_MULTIPLE  0xc5
#define SET_MULTIPLE    0xc6
#define FLUSH_CACHE     0xe7
#define IDENTIFY_DEVICE 0xec

#define ATA_IRQ         14
#define SECTOR_WORDS    256
#define SECTOR_BYTES    512
#define LBA28_SECTORS   (1u << 28)
#define POLLS_MAX       (1u << 23)      /* several seconds: a command that takes longer has failed */

static uint64_t sectors;
static uint32_t block_sectors = 1;      /* moved per DRQ block */

/* The command under way. */
static struct {
	bool busy;
	struct ata_command command;
	uint32_t left;                  /* sectors not yet moved */
	uint8_t *next;
	void (*done)(void *context, int status);
	void *context;
} current;

/* A status register needs 400 ns to become valid: four readings of the other one. */
static void settle(void)
{
	for (int i = 0; i < 4; i++)
		inb(ALTERNATE_STATUS);
}

/* Wait until BSY is clear: the alternate status then, or STATUS_BSY if the disk hangs. */
static uint8_t wait_not_busy(void)
{
	for (uint32_t polls = 0; polls < POLLS_MAX; polls++) {
		uint8_t status = inb(ALTERNATE_STATUS);
		if (!(status & STATUS_BSY))
			return status;
	}
	return STATUS_BSY;
}

static bool is_error(uint8_t status)
{
	return status & (STATUS_BSY | STATUS_ERR | STATUS_DF);
}

static void write_command(uint8_t code, uint32_t lba, uint32_t count)
{
	outb(DEVICE, DEVICE_OBSOLETE | DEVICE_LBA | (lba >> 24 & 0x0f));
	settle();
	outb(SECTOR_COUNT, count & 0xff);       /* 0 means 256 */
	outb(LBA_LOW, lba & 0xff);
	outb(LBA_MID, lba >> 8 & 0xff);
	outb(LBA_HIGH, lba >> 16 & 0xff);
	outb(COMMAND, code);
	settle();
}

static bool identify(uint16_t words[SECTOR_WORDS])
{
	write_command(IDENTIFY_DEVICE, 0, 0);
	uint8_t status = wait_not_busy();

	inb(STATUS);
	if (status == 0 || is_error(status) || !(status & STATUS_DRQ))
		return false;                   /* nothing there, or a packet device, which aborts */
	insl(DATA, words, SECTOR_WORDS / 2);
	return true;
}

/* IDENTIFY word 47: the largest DRQ block of READ/WRITE MULTIPLE, a power of two. */
static void set_multiple(uint32_t largest)
{
	block_sectors = 1;
	if (largest < 2)
		return;
	write_command(SET_MULTIPLE, 0, largest);
	if (!is_error(wait_not_busy()))
		block_sectors = largest;
	inb(STATUS);
}

uint64_t ata_sectors(void)
{
	return sectors;
}

bool ata_busy(void)
{
	return current.busy;
}

static void finish(int status)
{
	current.busy = false;
	current.done(current.context, status);
}

static uint32_t next_block(void)
{
	return current.left < block_sectors ? current.left : block_sectors;
}

static void move_block(void)
{
	uint32_t count = next_block();

	if (current.command.op == ATA_READ)
		insl(DATA, current.next, count * SECTOR_WORDS / 2);
	else
		outsl(DATA, current.next, count * SECTOR_WORDS / 2);
	current.next += count * SECTOR_BYTES;
	current.left -= count;
}

/* One step of the command, once BSY is clear; status was read from Status. A read ends with its last block, a write one interrupt
   later. */
static void step(uint8_t status)
{
	if (is_error(status)) {
		finish(-EIO);
	} else if (current.left == 0) {
		finish(0);
	} else if (!(status & STATUS_DRQ)) {
		finish(-EIO);
	} else {
		move_block();
		if (current.left == 0 && current.command.op == ATA_READ)
			finish(0);
	}
}

static uint8_t command_code(const struct ata_command *command)
{
	switch (command->op) {
	case ATA_READ:  return block_sectors > 1 ? READ_MULTIPLE : READ_SECTORS;
	case ATA_WRITE: return block_sectors > 1 ? WRITE_MULTIPLE : WRITE_SECTORS;
	default:        return FLUSH_CACHE;
	}
}

static bool in_range(const struct ata_command *command)
{
	if (command->op == ATA_FLUSH)
		return true;
	return command->count >= 1 && command->count <= 256 && command->lba < LBA28_SECTORS
		&& command->count <= LBA28_SECTORS - command->lba;
}

/* The first block of a write has no interrupt: the disk asks with DRQ. If it reports an error instead, INTRQ comes too and step()
   sees it. */
static int send_first_block(void)
{
	uint8_t status = wait_not_busy();

	if (status == STATUS_BSY)
		return -EIO;
	if (status & STATUS_DRQ)
		move_block();
	return 0;
}

int ata_start(const struct ata_command *command, void (*done)(void *context, int status), void *context)
{
	bool flush = command->op == ATA_FLUSH;

	if (!sectors || !in_range(command) || wait_not_busy() == STATUS_BSY)
		return -EIO;
	current.command = *command;
	current.left = flush ? 0 : command->count;
	current.next = command->buffer;
	current.done = done;
	current.context = context;
	write_command(command_code(command), flush ? 0 : command->lba, flush ? 0 : command->count);
	if (command->op == ATA_WRITE && send_first_block() != 0)
		return -EIO;
	current.busy = true;
	return 0;
}

void ata_poll(void)
{
	while (current.busy) {
		uint8_t status = wait_not_busy();
		inb(STATUS);
		step(status);
	}
}

/* Polled commands leave an interrupt behind that nobody waits for: reading Status takes it back. */
static void interrupt(void *context)
{
	uint8_t status = inb(STATUS);

	if (current.busy && !(status & STATUS_BSY))
		step(status);
}

bool ata_init(void)
{
	uint16_t words[SECTOR_WORDS];

	sectors = 0;
	outb(DEVICE_CONTROL, CONTROL_INTRQ);
	outb(DEVICE, DEVICE_OBSOLETE);
	settle();
	if (inb(ALTERNATE_STATUS) == STATUS_FLOATING || wait_not_busy() == STATUS_BSY || !identify(words))
		return false;
	if (!(words[49] & 1 << 9))              /* no LBA */
		return false;
	sectors = words[60] | (uint32_t)words[61] << 16;
	set_multiple(words[47] & 0xff);
	irq_connect(ATA_IRQ, interrupt, NULL);
	return true;
}

static void store_status(void *context, int status)
{
	*(int *)context = status;
}

int ata_run_polled(const struct ata_command *command)
{
	int status = ata_start(command, store_status, &status);

	ata_poll();
	return status;
}

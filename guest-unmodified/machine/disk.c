/*
 * The disk: the first drive of the first ATA channel. ATA/ATAPI-6, "PIO data-in command protocol" and "PIO data-out command
 * protocol": one interrupt for each sector. The data of a sector is one string instruction.
 */
#include "machine.h"
#include "pc.h"
#include "portio.h"

#define DATA            0x1f0
#define SECTOR_COUNT    0x1f2
#define LBA_LOW         0x1f3
#define LBA_MID         0x1f4
#define LBA_HIGH        0x1f5
#define DEVICE          0x1f6
#define STATUS          0x1f7                   /* read; clears the interrupt */
#define COMMAND         0x1f7                   /* write */
#define ALTERNATE_STATUS 0x3f6                  /* read; does not */
#define DEVICE_CONTROL  0x3f6                   /* write */

#define STATUS_ERR      0x01
#define STATUS_DRQ      0x08
#define STATUS_DF       0x20
#define STATUS_BSY      0x80
#define CONTROL_NIEN    0x02                    /* no interrupts */
#define DEVICE_LBA      0xe0                    /* drive 0; the lower 4 bits are LBA bits 24 to 27 */

#define COMMAND_READ_SECTORS    0x20
#define COMMAND_WRITE_SECTORS   0x30
#define COMMAND_FLUSH_CACHE     0xe7
#define COMMAND_IDENTIFY_DEVICE 0xec
#define IDENTIFY_LBA28_SECTORS  60              /* two words */

#define SECTOR_SIZE     512
#define WORDS_PER_SECTOR 256
#define MAX_SECTORS     256                     /* of one command; written as 0 */
#define LBA28_LIMIT     (1ull << 28)
#define POLL_LIMIT      10000000

static uint64_t sectors;

static struct {
	bool interrupted;
	uint8_t status;
	struct wait_queue waiter;
} drive;

/* 400 ns until the status is valid: four readings. */
static uint8_t poll_until_ready(void)
{
	uint8_t status;

	for (int i = 0; i < 4; i++)
		inb(ALTERNATE_STATUS);
	for (int i = 0; i < POLL_LIMIT; i++)
		if (!((status = inb(STATUS)) & STATUS_BSY))
			return status;
	return STATUS_ERR;
}

static uint64_t identify(void)
{
	uint16_t words[WORDS_PER_SECTOR];

	outb(DEVICE, DEVICE_LBA);
	uint8_t status = inb(STATUS);
	if (status == 0xff || status == 0x7f || status == 0)
		return 0;                       /* nobody drives the bus */
	outb(COMMAND, COMMAND_IDENTIFY_DEVICE);
	status = poll_until_ready();
	if (status & STATUS_ERR || !(status & STATUS_DRQ))
		return 0;                       /* a CD-ROM drive, for one */
	insw(DATA, words, WORDS_PER_SECTOR);
	return words[IDENTIFY_LBA28_SECTORS] | (uint64_t)words[IDENTIFY_LBA28_SECTORS + 1] << 16;
}

void disk_init(void)
{
	outb(DEVICE_CONTROL, CONTROL_NIEN);
	sectors = identify();
	outb(DEVICE_CONTROL, 0);
	interrupts_unmask(IRQ_DISK);
}

uint64_t machine_disk_sectors(void)
{
	return sectors;
}

void disk_interrupt(void)
{
	drive.status = inb(STATUS);
	drive.interrupted = true;
	wait_queue_wake_all(&drive.waiter);
}

/* The drive's next interrupt. 0, or negative if it reports an error; needs_data: it must have asked for or have a sector. */
static int wait_for_interrupt(bool needs_data)
{
	bool on = interrupts_save_disable();

	while (!drive.interrupted)
		wait_queue_sleep(&drive.waiter);
	drive.interrupted = false;
	interrupts_restore(on);
	if (drive.status & (STATUS_ERR | STATUS_DF))
		return -1;
	return needs_data && !(drive.status & STATUS_DRQ) ? -1 : 0;
}

static int begin(uint8_t command, uint64_t sector, uint32_t count)
{
	if (sector > sectors || count > sectors - sector || sector + count > LBA28_LIMIT)
		return -1;
	drive.interrupted = false;
	outb(DEVICE, (uint8_t)(DEVICE_LBA | (sector >> 24 & 0x0f)));
	outb(SECTOR_COUNT, (uint8_t)count);
	outb(LBA_LOW, (uint8_t)sector);
	outb(LBA_MID, (uint8_t)(sector >> 8));
	outb(LBA_HIGH, (uint8_t)(sector >> 16));
	outb(COMMAND, command);
	return 0;
}

int disk_begin_read(uint64_t sector, uint32_t count)
{
	return begin(COMMAND_READ_SECTORS, sector, count);
}

int disk_wait_for_sector(void)
{
	return wait_for_interrupt(true);
}

static int read_command(uint64_t sector, uint8_t *buffer, uint32_t count)
{
	if (disk_begin_read(sector, count) < 0)
		return -1;
	for (uint32_t i = 0; i < count; i++) {
		if (disk_wait_for_sector() < 0)
			return -1;
		insw(DATA, buffer + i * SECTOR_SIZE, WORDS_PER_SECTOR);
	}
	return 0;
}

/* The drive asks for the first sector without an interrupt; each interrupt after that says that one has arrived. */
static int write_command(uint64_t sector, const uint8_t *buffer, uint32_t count)
{
	if (begin(COMMAND_WRITE_SECTORS, sector, count) < 0 || !(poll_until_ready() & STATUS_DRQ))
		return -1;
	for (uint32_t i = 0; i < count; i++) {
		outsw(DATA, buffer + i * SECTOR_SIZE, WORDS_PER_SECTOR);
		if (wait_for_interrupt(i + 1 < count) < 0)
			return -1;
	}
	return 0;
}

/* As many commands as it takes. */
int machine_disk_read(uint64_t sector, void *buffer, uint32_t count)
{
	uint8_t *to = buffer;

	for (uint32_t done = 0, n; done < count; done += n) {
		n = count - done < MAX_SECTORS ? count - done : MAX_SECTORS;
		if (read_command(sector + done, to + done * SECTOR_SIZE, n) < 0)
			return -1;
	}
	return 0;
}

int machine_disk_write(uint64_t sector, const void *buffer, uint32_t count)
{
	const uint8_t *from = buffer;

	for (uint32_t done = 0, n; done < count; done += n) {
		n = count - done < MAX_SECTORS ? count - done : MAX_SECTORS;
		if (write_command(sector + done, from + done * SECTOR_SIZE, n) < 0)
			return -1;
	}
	return 0;
}

int machine_disk_flush(void)
{
	if (sectors == 0)
		return 0;
	drive.interrupted = false;
	outb(DEVICE, DEVICE_LBA);
	outb(COMMAND, COMMAND_FLUSH_CACHE);
	return wait_for_interrupt(false);
}

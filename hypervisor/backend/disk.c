#include "backend/disk.h"
#include "hw/ata.h"
#include "lib/errno.h"
#include "lib/heap.h"
#include <stddef.h>

#define REQUEST_SECTORS_MAX 256

/* The master boot record: boot code, four partitions, a signature. */
struct mbr_partition {
	uint8_t status, first_chs[3];
	uint8_t type;                   /* 0: unused */
	uint8_t last_chs[3];
	uint32_t first_lba, sectors;
} __attribute__((packed));

struct mbr {
	uint8_t code[446];
	struct mbr_partition partitions[4];
	uint16_t signature;
} __attribute__((packed));
_Static_assert(sizeof(struct mbr) == SECTOR_SIZE, "the MBR fills a sector");

#define MBR_SIGNATURE 0xaa55

/* Requests in the order in which they came; the first is with the real disk. */
static struct {
	struct disk_request *first, *last;
} queue;

static bool overlap(const struct mbr_partition *a, const struct mbr_partition *b)
{
	return a->first_lba < (uint64_t)b->first_lba + b->sectors && b->first_lba < (uint64_t)a->first_lba + a->sectors;
}

/* What is wrong with a partition, or NULL. number is 1 to 4. */
static const char *check_partition(const struct mbr *mbr, unsigned number)
{
	const struct mbr_partition *this = &mbr->partitions[number - 1];

	if (mbr->signature != MBR_SIGNATURE)
		return "the disk has no partition table";
	if (this->type == 0 || this->sectors == 0)
		return "the disk has no such partition";
	if (this->first_lba == 0)
		return "the partition covers the partition table";
	if ((uint64_t)this->first_lba + this->sectors > ata_sectors())
		return "the partition ends behind the disk's end";
	for (const struct mbr_partition *other = mbr->partitions; other < mbr->partitions + 4; other++)
		if (other != this && other->type && overlap(this, other))
			return "the partition overlaps another";
	return NULL;
}

static const char *read_mbr(struct mbr *mbr)
{
	struct ata_command command = { .op = ATA_READ, .lba = 0, .count = 1, .buffer = mbr };

	if (ata_sectors() == 0)
		return "the machine has no disk";
	return ata_run_polled(&command) == 0 ? NULL : "the partition table could not be read";
}

struct disk *disk_open_partition(unsigned number, const char **why)
{
	struct mbr mbr;

	*why = number >= 1 && number <= 4 ? read_mbr(&mbr) : "partitions are numbered 1 to 4";
	if (!*why)
		*why = check_partition(&mbr, number);
	if (*why)
		return NULL;

	struct disk *disk = zalloc(sizeof(*disk));
	disk->first_sector = mbr.partitions[number - 1].first_lba;
	disk->sectors = mbr.partitions[number - 1].sectors;
	return disk;
}

static bool in_slice(const struct disk_request *request)
{
	const struct disk *disk = request->disk;

	if (request->op == DISK_FLUSH)
		return request->count == 0;
	return request->count >= 1 && request->count <= REQUEST_SECTORS_MAX
		&& request->sector < disk->sectors && request->count <= disk->sectors - request->sector;
}

static struct disk_request *pop(void)
{
	struct disk_request *request = queue.first;

	queue.first = request->next;
	return request;
}

static void command_done(void *context, int status);

static int start(struct disk_request *request)
{
	struct ata_command command = {
		.op = request->op == DISK_READ ? ATA_READ : request->op == DISK_WRITE ? ATA_WRITE : ATA_FLUSH,
		.lba = request->disk->first_sector + request->sector,
		.count = request->count,
		.buffer = request->buffer,
	};
	return ata_start(&command, command_done, NULL);
}

/* Hand the next request to the real disk. Those that it does not even take are over. */
static void start_next(void)
{
	while (queue.first && !ata_busy()) {
		if (start(queue.first) == 0)
			return;
		struct disk_request *refused = pop();
		refused->done(refused, -EIO);
	}
}

static void command_done(void *context, int status)
{
	struct disk_request *request = pop();

	start_next();
	request->done(request, status);
}

int disk_submit(struct disk_request *request)
{
	if (!in_slice(request))
		return -EINVAL;
	if (!queue.first && start(request) != 0)
		return -EIO;
	request->next = NULL;
	if (queue.first)
		queue.last->next = request;
	else
		queue.first = request;
	queue.last = request;
	return 0;
}

void disk_drain(void)
{
	while (queue.first)
		ata_poll();
}

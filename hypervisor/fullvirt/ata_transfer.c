/*
 * "PIO data-in command protocol" and "PIO data-out command protocol" of ATA/ATAPI-6.
 *
 * The guest moves data blocks (DRQ set) between its memory and the disk's buffer; the backend moves the whole buffer (BSY set),
 * up to 16 sectors at once, so that a long READ SECTORS asks the real disk only once for every 16 interrupts it gives.
 */
#include "fullvirt/ata_device.h"
#include "lib/errno.h"
#include "lib/string.h"

static uint32_t smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* The next data block of the buffer is the guest's to move. */
static void open_block(struct ata *ata, bool interrupt)
{
	ata->block_end = smaller(ata->position + ata->block * SECTOR_SIZE, ata->filled);
	ata->status = ATA_DRDY | ATA_DSC | ATA_DRQ;
	if (interrupt)
		ata_set_interrupt(ata, true);
}

/* The buffer holds, or has room for, so many sectors: the first block of them is the guest's to move. */
static void open_buffer(struct ata *ata, uint32_t sectors, bool interrupt)
{
	ata->position = 0;
	ata->filled = sectors * SECTOR_SIZE;
	open_block(ata, interrupt);
}

/* Without a transfer no data moves, whatever the buffer still holds. */
void ata_abandon_transfer(struct ata *ata)
{
	ata->transfer = ATA_TRANSFER_NONE;
	ata->remaining = 0;
}

static void request_done(struct disk_request *request, int status);

static void submit(struct ata *ata, enum disk_op op, uint32_t count)
{
	int status;

	ata->request = (struct disk_request){
		.disk = ata->disk, .op = op, .sector = ata->lba, .count = count,
		.buffer = ata->buffer, .done = request_done, .context = ata,
	};
	ata->status = ATA_BSY;
	ata->in_flight = true;
	status = disk_submit(&ata->request);
	if (status)
		request_done(&ata->request, status);    /* refused: nobody else will say so */
}

static uint32_t next_part(const struct ata *ata)
{
	return smaller(ata->remaining, ATA_BUFFER_SECTORS);
}

/* A data-out command's first block comes without an interrupt: the guest sees DRQ in Status. */
void ata_begin_transfer(struct ata *ata, enum ata_transfer transfer, uint32_t lba, uint32_t count, uint32_t block)
{
	ata->transfer = transfer;
	ata->lba = lba;
	ata->remaining = count;
	ata->block = block;
	if (transfer == ATA_TRANSFER_OUT)
		open_buffer(ata, next_part(ata), false);
	else
		submit(ata, DISK_READ, next_part(ata));
}

void ata_begin_identify(struct ata *ata)
{
	uint16_t words[SECTOR_SIZE / 2];

	ata_identify(words, ata->disk->sectors, ata->multiple);
	memcpy(ata->buffer, words, SECTOR_SIZE);
	ata->transfer = ATA_TRANSFER_IN;
	ata->block = 1;
	open_buffer(ata, 1, true);
}

void ata_begin_flush(struct ata *ata)
{
	submit(ata, DISK_FLUSH, 0);
}

static uint8_t error_of(const struct ata *ata, int status)
{
	if (status == -EINVAL)
		return ATA_IDNF;
	return ata->request.op == DISK_READ ? ATA_UNC : ATA_ABRT;
}

/* The backend carried out one buffer's worth. */
static void advance(struct ata *ata)
{
	ata->lba += ata->request.count;
	ata->remaining -= ata->request.count;
	if (ata->transfer == ATA_TRANSFER_IN)
		open_buffer(ata, ata->request.count, true);
	else if (ata->remaining == 0)
		ata_complete(ata);
	else
		open_buffer(ata, next_part(ata), true);
}

static void request_done(struct disk_request *request, int status)
{
	struct ata *ata = request->context;

	ata->in_flight = false;
	if (ata->resetting)
		ata_finish_reset(ata);
	else if (status)
		ata_fail(ata, error_of(ata, status));
	else
		advance(ata);
}

/* The guest moved the block's last byte. */
static void end_block(struct ata *ata)
{
	if (ata->position < ata->filled) {
		open_block(ata, true);
	} else if (ata->transfer == ATA_TRANSFER_OUT) {
		submit(ata, DISK_WRITE, ata->filled / SECTOR_SIZE);
	} else if (ata->remaining) {
		submit(ata, DISK_READ, next_part(ata));
	} else {
		ata_abandon_transfer(ata);      /* all done: a data-in command ends without another interrupt */
		ata->status = ATA_DRDY | ATA_DSC;
	}
}

/* How many of these elements the guest may move now. Nothing beyond the current data block, however often it asks. */
static size_t block_room(const struct ata *ata, enum ata_transfer transfer, unsigned size, size_t count)
{
	size_t left = (ata->block_end - ata->position) / size;

	if (ata->transfer != transfer || !(ata->status & ATA_DRQ))
		return 0;
	return count < left ? count : left;
}

static void moved(struct ata *ata, size_t bytes)
{
	ata->position += bytes;
	if (bytes && ata->position == ata->block_end)
		end_block(ata);
}

size_t ata_take_data(struct ata *ata, unsigned size, void *to, size_t count)
{
	size_t n = block_room(ata, ATA_TRANSFER_IN, size, count);

	memcpy(to, ata->buffer + ata->position, n * size);
	moved(ata, n * size);
	return n;
}

size_t ata_give_data(struct ata *ata, unsigned size, const void *from, size_t count)
{
	size_t n = block_room(ata, ATA_TRANSFER_OUT, size, count);

	memcpy(ata->buffer + ata->position, from, n * size);
	moved(ata, n * size);
	return n;
}

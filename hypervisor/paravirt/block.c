/*
 * The block device: virtio-blk requests (OASIS, Virtual I/O Device 1.1, "Block Device", "Device Operation") on a split virtqueue.
 * One notification serves everything in the available ring, one event tells of the whole batch. One request is under way at a
 * time.
 *
 * Data goes through a bounce buffer. Copying straight between disk and guest would save one copy (8192 of about 25000
 * instructions for 64 KiB read by PIO), but the guest may give a page back to the host while the disk still fills it.
 */
#include "backend/disk.h"
#include "lib/errno.h"
#include "lib/heap.h"
#include "paravirt/services.h"
#include "paravirt/virtqueue.h"
#include "vm/vm.h"

#define BOUNCE_BYTES (128 * SECTOR_SIZE)        /* longer requests are done in pieces */

struct block {
	struct vm *vm;
	struct virtqueue queue;
	bool busy;                      /* a request is with the disk */
	bool unannounced;               /* chains were used since the last event */

	/* The request under way. Data is what lies between header and status byte. */
	struct virtq_chain chain;
	struct virtio_blk_req header;
	uint64_t data_bytes, moved_bytes;
	struct disk_request disk_request;
	uint8_t bounce[BOUNCE_BYTES];
};

static void disk_done(struct disk_request *request, int status);

void block_service_init(struct vm *vm)
{
	struct block *block;

	if (!vm->disk)
		return;
	block = zalloc(sizeof(*block));
	block->vm = vm;
	block->disk_request = (struct disk_request){
		.disk = vm->disk, .buffer = block->bounce, .done = disk_done, .context = block,
	};
	vm->paravirt->block = block;
}

/* A stopped VM's memory may be another's by the time its disk request ends. */
static bool stopped(const struct vm *vm)
{
	return vm->state == VM_OFF || vm->state == VM_FAULTED;
}

static bool is_read(const struct block *block)
{
	return block->header.type == VIRTIO_BLK_T_IN;
}

/* The status byte is the last of the writable stream. The used length counts what was written without a gap from the stream's
   begin, so a read that failed half-way ends it before the status byte. */
static void finish(struct block *block, uint8_t status)
{
	uint64_t status_at = block->chain.writable_bytes - 1;
	uint64_t written = is_read(block) ? block->moved_bytes : 0;

	if (written == status_at)
		written++;
	if (chain_write(&block->queue, &block->chain, status_at, &status, sizeof(status)))
		block->unannounced |= virtqueue_push(&block->queue, block->chain.head, written);
}

static void submit(struct block *block, enum disk_op op, uint32_t bytes)
{
	struct disk_request *request = &block->disk_request;

	request->op = op;
	request->sector = block->header.sector + block->moved_bytes / SECTOR_SIZE;
	request->count = bytes / SECTOR_SIZE;
	if (disk_submit(request) == 0)
		block->busy = true;
	else
		finish(block, VIRTIO_BLK_S_IOERR);
}

/* Hand the next piece of the data to the disk, or end the request. */
static void move_data(struct block *block)
{
	uint64_t left = block->data_bytes - block->moved_bytes;
	uint32_t bytes = left < BOUNCE_BYTES ? left : BOUNCE_BYTES;

	if (left == 0) {
		finish(block, VIRTIO_BLK_S_OK);
	} else if (is_read(block)) {
		submit(block, DISK_READ, bytes);
	} else if (chain_read(&block->queue, &block->chain, sizeof(block->header) + block->moved_bytes, block->bounce, bytes)) {
		submit(block, DISK_WRITE, bytes);
	}
}

/* Whole sectors, all of them on the disk, and few enough for the 32-bit used length. */
static bool data_fits(const struct block *block)
{
	uint64_t count = block->data_bytes / SECTOR_SIZE;
	uint64_t capacity = block->vm->disk->sectors;

	return block->data_bytes % SECTOR_SIZE == 0 && block->data_bytes < UINT32_MAX
		&& block->header.sector <= capacity && count <= capacity - block->header.sector;
}

static void begin_transfer(struct block *block, uint64_t data_bytes)
{
	block->data_bytes = data_bytes;
	if (data_fits(block))
		move_data(block);
	else
		finish(block, VIRTIO_BLK_S_IOERR);
}

/* Without a header nobody knows what is wanted, and without a status byte nobody could be told: such a chain breaks the queue. */
static bool read_header(struct block *block)
{
	if (block->chain.writable_bytes == 0) {
		vm_fault(block->vm, "virtio-blk: the request from descriptor %u has no status byte", block->chain.head);
		return false;
	}
	if (block->chain.readable_bytes < sizeof(block->header)) {
		vm_fault(block->vm, "virtio-blk: the request from descriptor %u has no whole header", block->chain.head);
		return false;
	}
	return chain_read(&block->queue, &block->chain, 0, &block->header, sizeof(block->header));
}

static void begin_request(struct block *block)
{
	block->moved_bytes = 0;
	if (!read_header(block))
		return;
	switch (block->header.type) {
	case VIRTIO_BLK_T_IN:
		begin_transfer(block, block->chain.writable_bytes - 1);
		break;
	case VIRTIO_BLK_T_OUT:
		begin_transfer(block, block->chain.readable_bytes - sizeof(block->header));
		break;
	case VIRTIO_BLK_T_FLUSH:
		block->data_bytes = 0;
		submit(block, DISK_FLUSH, 0);
		break;
	default:
		finish(block, VIRTIO_BLK_S_UNSUPP);
	}
}

/* lab 2D: everything that is available, and one event */
/* Go on until the ring is empty or the disk has work; when all is done, tell the guest once. */
static void serve(struct block *block)
{
	while (!block->busy && !stopped(block->vm) && virtqueue_pop(&block->queue, &block->chain))
		begin_request(block);
	if (block->busy || stopped(block->vm) || !block->unannounced)
		return;
	block->unannounced = false;
	if (virtqueue_wants_event(&block->queue))
		event_raise(block->vm, PV_EVENT_BLOCK);
}
/* end of 2D */

static bool deliver(struct block *block, uint32_t bytes)
{
	if (is_read(block) && !chain_write(&block->queue, &block->chain, block->moved_bytes, block->bounce, bytes))
		return false;
	block->moved_bytes += bytes;
	return true;
}

static void disk_done(struct disk_request *request, int status)
{
	struct block *block = request->context;

	block->busy = false;
	if (stopped(block->vm))
		return;
	if (status != 0)
		finish(block, VIRTIO_BLK_S_IOERR);
	else if (deliver(block, request->count * SECTOR_SIZE))
		move_data(block);
	serve(block);
}

int64_t hypercall_block_setup(struct vm *vm, uint64_t address, uint64_t rcx, uint64_t rdx, uint64_t rsi)
{
	struct block *block = vm->paravirt->block;
	struct pv_block_setup setup;

	if (!block)
		return -ENODEV;
	if (block->busy)
		return -EBUSY;
	if (copy_from_guest(&vm->memory, &setup, address, sizeof(setup)) != 0)
		return -EFAULT;

	int error = virtqueue_setup(&block->queue, vm, &setup);
	if (error)
		return error;
	uint64_t capacity = vm->disk->sectors;
	block->unannounced = false;
	return copy_to_guest(&vm->memory, address + offsetof(struct pv_block_setup, capacity), &capacity, sizeof(capacity));
}

int64_t hypercall_block_notify(struct vm *vm, uint64_t rbx, uint64_t rcx, uint64_t rdx, uint64_t rsi)
{
	struct block *block = vm->paravirt->block;

	if (!block)
		return -ENODEV;
	if (block->queue.size == 0)
		return -EINVAL;
	serve(block);
	return 0;
}

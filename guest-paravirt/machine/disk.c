/*
 * The disk: the driver's side of a virtqueue with virtio-blk requests (OASIS, Virtual I/O Device 1.1, "Split Virtqueues",
 * "Block Device"). A request of any length is one chain of three descriptors, one hypercall and one event. The kernel's lock lets
 * in one at a time.
 */
#include "machine.h"
#include "hypercall.h"
#include "pv.h"

#define SECTOR_SIZE 512

static uint64_t capacity;
static struct wait_queue waiters;

/* lab 4A: the queue, and how the hypervisor learns of it */
#define QUEUE_SIZE  4                           /* a power of two, and at least a chain */

enum { HEADER, DATA, STATUS };                  /* the chain's descriptors */

static struct virtq_desc descriptors[QUEUE_SIZE] __attribute__((aligned(16)));
static struct { uint16_t flags, idx, ring[QUEUE_SIZE]; } available __attribute__((aligned(4)));
static struct { uint16_t flags, idx; struct virtq_used_elem ring[QUEUE_SIZE]; } used __attribute__((aligned(4)));

static struct virtio_blk_req header;
static uint8_t status;

void disk_init(void)
{
	static struct pv_block_setup setup;

	setup = (struct pv_block_setup){
		.queue_size = QUEUE_SIZE,
		.desc = (uint64_t)descriptors,
		.avail = (uint64_t)&available,
		.used = (uint64_t)&used,
	};
	if (hypercall(PV_HC_BLOCK_SETUP, (uint64_t)&setup, 0, 0) == 0)
		capacity = *(volatile uint64_t *)&setup.capacity;
}
/* end of 4A */

uint64_t machine_disk_sectors(void)
{
	return capacity;
}

/* lab 4A: one request, from the chain to its end */
static void describe(unsigned index, const volatile void *memory, uint32_t length, uint16_t flags, unsigned next)
{
	descriptors[index] = (struct virtq_desc){
		.addr = (uint64_t)memory, .len = length, .flags = flags, .next = (uint16_t)next,
	};
}

static void build_chain(uint32_t type, uint64_t sector, const void *buffer, uint32_t bytes)
{
	header = (struct virtio_blk_req){ .type = type, .sector = sector };
	describe(HEADER, &header, sizeof(header), VIRTQ_DESC_F_NEXT, bytes ? DATA : STATUS);
	describe(DATA, buffer, bytes, VIRTQ_DESC_F_NEXT | (type == VIRTIO_BLK_T_IN ? VIRTQ_DESC_F_WRITE : 0), STATUS);
	describe(STATUS, &status, sizeof(status), VIRTQ_DESC_F_WRITE, 0);
}

/* First the entry, then the index that shows it, then the call. */
static void make_available(void)
{
	available.ring[available.idx % QUEUE_SIZE] = HEADER;
	__atomic_store_n(&available.idx, available.idx + 1, __ATOMIC_RELEASE);
	hypercall(PV_HC_BLOCK_NOTIFY, 0, 0, 0);
}

static void wait_until_used(void)
{
	while (__atomic_load_n(&used.idx, __ATOMIC_ACQUIRE) != available.idx) {
		if (threads_running())
			wait_queue_sleep(&waiters);
		else
			wait_for_event();
	}
}

static int request(uint32_t type, uint64_t sector, const void *buffer, uint32_t count)
{
	if (capacity == 0)
		return -1;
	bool on = interrupts_save_disable();
	build_chain(type, sector, buffer, count * SECTOR_SIZE);
	make_available();
	wait_until_used();
	interrupts_restore(on);
	return *(volatile uint8_t *)&status == VIRTIO_BLK_S_OK ? 0 : -1;
}
/* end of 4A */

int machine_disk_read(uint64_t sector, void *buffer, uint32_t count)
{
	return request(VIRTIO_BLK_T_IN, sector, buffer, count);
}

int machine_disk_write(uint64_t sector, const void *buffer, uint32_t count)
{
	return request(VIRTIO_BLK_T_OUT, sector, buffer, count);
}

/* lab 4D: what next year's kernel wants besides */
int machine_disk_flush(void)
{
	return request(VIRTIO_BLK_T_FLUSH, 0, NULL, 0);
}
/* end of 4D */

void disk_event(void)
{
	wait_queue_wake_all(&waiters);
}

#pragma once
/* The driver's side of the block device, for its tests: a queue of eight entries in the guest's memory, three for each request. */
#include "paravirt_fakes.h"

#define DESC    0x20000ull
#define AVAIL   0x21000ull
#define USED    0x22000ull
#define EVENTS  0x23000ull
#define SETUP   0x24000ull
#define HEADERS 0x25000ull              /* one every 16 bytes */
#define STATUS  0x26000ull              /* one byte each */
#define DATA    0x30000ull
#define SIZE    8

static uint16_t avail_idx;

static inline void describe(unsigned index, uint64_t addr, uint32_t len, uint16_t flags, uint16_t next)
{
	struct virtq_desc desc = { addr, len, flags, next };

	poke(DESC + index * sizeof(desc), &desc, sizeof(desc));
}

static inline void header(unsigned i, uint32_t type, uint64_t sector)
{
	struct virtio_blk_req request = { .type = type, .sector = sector };

	poke(HEADERS + i * sizeof(request), &request, sizeof(request));
}

static inline void offer(uint16_t head)
{
	poke(AVAIL + 4 + (avail_idx % SIZE) * 2, &head, 2);
	avail_idx++;
	poke(AVAIL + 2, &avail_idx, 2);
}

/* Request i of three descriptors, the first of which is `first`. */
static inline void chain(unsigned first, unsigned i, uint32_t type, uint64_t sector, uint64_t data, uint32_t bytes)
{
	uint16_t direction = type == VIRTIO_BLK_T_OUT ? 0 : VIRTQ_DESC_F_WRITE;
	uint8_t unset = 0xee;

	header(i, type, sector);
	describe(first, HEADERS + i * 16, 16, VIRTQ_DESC_F_NEXT, (uint16_t)(first + 1));
	describe(first + 1, data, bytes, VIRTQ_DESC_F_NEXT | direction, (uint16_t)(first + 2));
	describe(first + 2, STATUS + i, 1, VIRTQ_DESC_F_WRITE, 0);
	poke(STATUS + i, &unset, 1);
}

static inline int64_t notify(void)
{
	return call(PV_HC_BLOCK_NOTIFY, 0, 0, 0);
}

static inline uint8_t status_of(unsigned i)
{
	uint8_t status;

	peek(STATUS + i, &status, 1);
	return status;
}

static inline uint16_t used_idx(void)
{
	uint16_t idx;

	peek(USED + 2, &idx, 2);
	return idx;
}

static inline void assert_used(unsigned at, uint32_t id, uint32_t len)
{
	struct virtq_used_elem elem;

	peek(USED + 4 + (at % SIZE) * sizeof(elem), &elem, sizeof(elem));
	assert_int_equal(elem.id, id);
	assert_int_equal(elem.len, len);
}

static inline void assert_guest_has_sectors(uint64_t gpa, uint64_t sector, uint32_t bytes)
{
	static uint8_t got[256 * SECTOR_SIZE];

	peek(gpa, got, bytes);
	assert_memory_equal(got, platter + sector * SECTOR_SIZE, bytes);
}

static inline int64_t setup_queue(uint32_t size, uint64_t desc, uint64_t avail, uint64_t used)
{
	struct pv_block_setup setup = { .queue_size = size, .desc = desc, .avail = avail, .used = used };

	poke(SETUP, &setup, sizeof(setup));
	return call(PV_HC_BLOCK_SETUP, SETUP, 0, 0);
}

static inline int setup_driver(void **state)
{
	avail_idx = 0;
	if (setup_guest(state) != 0 || call(PV_HC_EVENT_SETUP, EVENTS, 32, 0) != 0)
		return -1;
	return (int)setup_queue(SIZE, DESC, AVAIL, USED);
}

#define driver_test(function) cmocka_unit_test_setup_teardown(function, setup_driver, teardown_guest)

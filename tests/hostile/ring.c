/*
 * The block device's ring, kept and broken. The VM's name says which rule this one breaks; "ring-good" breaks none and reads its disk.
 * OASIS, Virtual I/O Device 1.1, "Split Virtqueues", "Block Device".
 */
#include "guest.h"

#define QUEUE_SIZE 8
#define SECTOR     512
#define OUTSIDE    0x3000000ull
#define CALL(number, argument) ((uint64_t)hypercall(number, argument, 0, 0))
#define ERROR(errno) ((uint64_t)-(int64_t)(errno))

static struct virtq_desc desc[QUEUE_SIZE] __attribute__((aligned(4096)));
static struct { uint16_t flags, idx, ring[QUEUE_SIZE]; } avail __attribute__((aligned(4096)));
static volatile struct {
	uint16_t flags, idx;
	struct virtq_used_elem ring[QUEUE_SIZE];
	uint8_t rest_of_page[PAGE - 4 - 8 * QUEUE_SIZE];
} used __attribute__((aligned(4096)));
static struct pv_event_page events;
static struct pv_block_setup setup;
static struct virtio_blk_req request;
static volatile uint8_t data[SECTOR], status;

static void prepare(uint32_t type, uint64_t sector)
{
	request = (struct virtio_blk_req){ .type = type, .sector = sector };
	desc[0] = (struct virtq_desc){ (uint64_t)&request, sizeof(request), VIRTQ_DESC_F_NEXT, 1 };
	desc[1] = (struct virtq_desc){ (uint64_t)data, SECTOR, VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_WRITE, 2 };
	desc[2] = (struct virtq_desc){ (uint64_t)&status, 1, VIRTQ_DESC_F_WRITE, 0 };
	avail.ring[avail.idx % QUEUE_SIZE] = 0;
	status = 0xee;
}

/* Offer the chain and wait for its end. The bitmap is taken first, so that no event is lost. */
static void submit(void)
{
	uint16_t before = used.idx;

	avail.idx++;
	CALL(PV_HC_BLOCK_NOTIFY, 0);
	while (used.idx == before) {
		CALL(PV_HC_IDLE, 0);
		__atomic_exchange_n(&events.pending, 0, __ATOMIC_SEQ_CST);
	}
}

static bool set_up(void)
{
	setup = (struct pv_block_setup){ QUEUE_SIZE, 0, (uint64_t)desc, (uint64_t)&avail, (uint64_t)&used, 0 };
	check("event_setup", CALL(PV_HC_EVENT_SETUP, (uint64_t)&events) == ERROR(EINVAL) &&
		hypercall(PV_HC_EVENT_SETUP, (uint64_t)&events, 40, 0) == 0, true);
	check("block_setup", CALL(PV_HC_BLOCK_SETUP, (uint64_t)&setup), 0);
	check("the disk has sectors", setup.capacity > 100, true);
	return setup.capacity > 100;
}

static void wild_setups(void)
{
	check("block_notify before block_setup", CALL(PV_HC_BLOCK_NOTIFY, 0), ERROR(EINVAL));
	check("block_setup: outside memory", CALL(PV_HC_BLOCK_SETUP, OUTSIDE), ERROR(EFAULT));
	setup = (struct pv_block_setup){ QUEUE_SIZE, 0, OUTSIDE, (uint64_t)&avail, (uint64_t)&used, 0 };
	check("block_setup: a table outside memory", CALL(PV_HC_BLOCK_SETUP, (uint64_t)&setup), ERROR(EFAULT));
	setup = (struct pv_block_setup){ QUEUE_SIZE, 0, (uint64_t)desc, (uint64_t)&avail, 0ull - 16, 0 };
	check("block_setup: a ring that wraps around", CALL(PV_HC_BLOCK_SETUP, (uint64_t)&setup), ERROR(EFAULT));
	setup = (struct pv_block_setup){ 3, 0, (uint64_t)desc, (uint64_t)&avail, (uint64_t)&used, 0 };
	check("block_setup: 3 entries", CALL(PV_HC_BLOCK_SETUP, (uint64_t)&setup), ERROR(EINVAL));
	setup = (struct pv_block_setup){ QUEUE_SIZE, 0, (uint64_t)desc + 8, (uint64_t)&avail, (uint64_t)&used, 0 };
	check("block_setup: a table that is not aligned", CALL(PV_HC_BLOCK_SETUP, (uint64_t)&setup), ERROR(EINVAL));
}

static void keep_the_rules(void)
{
	wild_setups();
	if (!set_up())
		return;
	prepare(VIRTIO_BLK_T_IN, 0);
	submit();
	check("a read succeeds", status, VIRTIO_BLK_S_OK);
	check("it used the chain", used.ring[0].id, 0);
	check("it wrote the sector and the status", used.ring[0].len, SECTOR + 1);
	check("the sector is the file system's first", *(uint32_t *)data != 0, true);
	prepare(VIRTIO_BLK_T_IN, setup.capacity);
	submit();
	check("a sector behind the end: an I/O error", status, VIRTIO_BLK_S_IOERR);
	prepare(77, 0);
	submit();
	check("an unknown request is not supported", status, VIRTIO_BLK_S_UNSUPP);
}

static const struct wrong {
	const char *name, *reason;
} wrongs[] = {
	{ "ring-loop", "makes the chain longer than the queue: it is a loop" },
	{ "ring-too-long", "the available index went from 0 to 9, more than the 8 entries of the ring" },
	{ "ring-wild", "descriptor 1 of the chain from 0 points outside the guest's memory" },
	{ "ring-indirect", "descriptor 0 of the chain from 0 has a flag that was not offered" },
	{ "ring-ballooned", "the used ring at" },
};

static const struct wrong *find_wrong(void)
{
	for (unsigned i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++)
		if (is_named(wrongs[i].name))
			return &wrongs[i];
	return NULL;
}

static void break_the_ring(void)
{
	if (is_named("ring-loop"))
		desc[1].next = 0, desc[1].flags = desc[0].flags;
	if (is_named("ring-too-long"))
		avail.idx = QUEUE_SIZE;
	if (is_named("ring-wild"))
		desc[1].addr = OUTSIDE;
	if (is_named("ring-indirect"))
		desc[0].flags = 4;
}

void run(void)
{
	const struct wrong *wrong = find_wrong();

	if (!wrong) {
		keep_the_rules();
		return;
	}
	if (!set_up())
		return;
	prepare(VIRTIO_BLK_T_IN, 0);
	break_the_ring();
	if (is_named("ring-ballooned"))
		check("giving the used ring back", hypercall(PV_HC_BALLOON, (uint64_t)&used / PAGE, 1, PV_BALLOON_GIVE), 1);
	end_faulted(wrong->reason);
	avail.idx++;
	for (;;)
		CALL(PV_HC_BLOCK_NOTIFY, 0);
}

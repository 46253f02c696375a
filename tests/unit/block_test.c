/* The block device: requests of an honest driver, and every lie about a virtqueue that we could think of. */
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

/* ---- The driver ---- */

static uint16_t avail_idx;

static void describe(unsigned index, uint64_t addr, uint32_t len, uint16_t flags, uint16_t next)
{
	struct virtq_desc desc = { addr, len, flags, next };

	poke(DESC + index * sizeof(desc), &desc, sizeof(desc));
}

static void header(unsigned i, uint32_t type, uint64_t sector)
{
	struct virtio_blk_req request = { .type = type, .sector = sector };

	poke(HEADERS + i * sizeof(request), &request, sizeof(request));
}

static void offer(uint16_t head)
{
	poke(AVAIL + 4 + (avail_idx % SIZE) * 2, &head, 2);
	avail_idx++;
	poke(AVAIL + 2, &avail_idx, 2);
}

/* Request i of three descriptors, the first of which is `first`. */
static void chain(unsigned first, unsigned i, uint32_t type, uint64_t sector, uint64_t data, uint32_t bytes)
{
	uint8_t unset = 0xee;

	header(i, type, sector);
	describe(first, HEADERS + i * 16, 16, VIRTQ_DESC_F_NEXT, (uint16_t)(first + 1));
	describe(first + 1, data, bytes, VIRTQ_DESC_F_NEXT | (type == VIRTIO_BLK_T_OUT ? 0 : VIRTQ_DESC_F_WRITE), (uint16_t)(first + 2));
	describe(first + 2, STATUS + i, 1, VIRTQ_DESC_F_WRITE, 0);
	poke(STATUS + i, &unset, 1);
}

static int64_t notify(void)
{
	return call(PV_HC_BLOCK_NOTIFY, 0, 0, 0);
}

static uint8_t status_of(unsigned i)
{
	uint8_t status;

	peek(STATUS + i, &status, 1);
	return status;
}

static uint16_t used_idx(void)
{
	uint16_t idx;

	peek(USED + 2, &idx, 2);
	return idx;
}

static void assert_used(unsigned at, uint32_t id, uint32_t len)
{
	struct virtq_used_elem elem;

	peek(USED + 4 + (at % SIZE) * sizeof(elem), &elem, sizeof(elem));
	assert_int_equal(elem.id, id);
	assert_int_equal(elem.len, len);
}

static int64_t setup_queue(uint32_t size, uint64_t desc, uint64_t avail, uint64_t used)
{
	struct pv_block_setup setup = { .queue_size = size, .desc = desc, .avail = avail, .used = used };

	poke(SETUP, &setup, sizeof(setup));
	return call(PV_HC_BLOCK_SETUP, SETUP, 0, 0);
}

static int setup_driver(void **state)
{
	avail_idx = 0;
	if (setup_guest(state) != 0 || call(PV_HC_EVENT_SETUP, EVENTS, 32, 0) != 0)
		return -1;
	return (int)setup_queue(SIZE, DESC, AVAIL, USED);
}

/* ---- The set-up ---- */

static void setup_answers_the_capacity(void **state)
{
	(void)state;
	assert_int_equal(peek64(SETUP + offsetof(struct pv_block_setup, capacity)), disk.sectors);
}

static const struct {
	uint32_t size;
	uint64_t desc, avail, used;
	int64_t result;
} setups[] = {
	{ 2, DESC, AVAIL, USED, 0 },
	{ 256, DESC, AVAIL, USED, 0 },
	{ 0, DESC, AVAIL, USED, -EINVAL },
	{ 1, DESC, AVAIL, USED, -EINVAL },
	{ 3, DESC, AVAIL, USED, -EINVAL },
	{ 255, DESC, AVAIL, USED, -EINVAL },
	{ 512, DESC, AVAIL, USED, -EINVAL },
	{ 0x80000000, DESC, AVAIL, USED, -EINVAL },
	{ UINT32_MAX, DESC, AVAIL, USED, -EINVAL },
	{ 8, DESC + 8, AVAIL, USED, -EINVAL },
	{ 8, DESC, AVAIL + 1, USED, -EINVAL },
	{ 8, DESC, AVAIL, USED + 2, -EINVAL },
	{ 8, GUEST_BYTES - 128, AVAIL, USED, 0 },
	{ 8, GUEST_BYTES - 112, AVAIL, USED, -EFAULT },
	{ 8, DESC, GUEST_BYTES - 20, USED, 0 },
	{ 8, DESC, GUEST_BYTES - 18, USED, -EFAULT },
	{ 8, DESC, AVAIL, GUEST_BYTES - 68, 0 },
	{ 8, DESC, AVAIL, GUEST_BYTES - 64, -EFAULT },
	{ 8, UINT64_MAX - 15, AVAIL, USED, -EFAULT },
	{ 8, DESC, UINT64_MAX - 1, USED, -EFAULT },
	{ 8, DESC, AVAIL, UINT64_MAX - 3, -EFAULT },
	{ 8, 1ull << 48, AVAIL, USED, -EFAULT },
};

static void setup_checks_size_alignment_and_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(setups); i++)
		if (setup_queue(setups[i].size, setups[i].desc, setups[i].avail, setups[i].used) != setups[i].result)
			fail_msg("row %zu", i);
	assert_int_equal(call(PV_HC_BLOCK_SETUP, UNMAPPED, 0, 0), -EFAULT);
	assert_int_equal(call(PV_HC_BLOCK_SETUP, GUEST_BYTES - 8, 0, 0), -EFAULT);
	assert_int_equal(call(PV_HC_BLOCK_SETUP, UINT64_MAX, 0, 0), -EFAULT);
	assert_string_equal(fault, "");
}

static void notify_before_setup_is_refused(void **state)
{
	(void)state;
	assert_int_equal(notify(), -EINVAL);
}

static void without_a_disk_there_is_no_device(void **state)
{
	(void)state;
	vm.disk = NULL;
	vm.paravirt = NULL;
	paravirt_create(&vm);
	assert_int_equal(setup_queue(SIZE, DESC, AVAIL, USED), -ENODEV);
	assert_int_equal(notify(), -ENODEV);
}

static void setup_waits_for_the_request_under_way(void **state)
{
	(void)state;
	chain(0, 0, VIRTIO_BLK_T_IN, 0, DATA, 512);
	offer(0);
	notify();
	assert_int_equal(setup_queue(SIZE, DESC, AVAIL, USED), -EBUSY);
	complete(0);
	assert_int_equal(setup_queue(SIZE, DESC, AVAIL, USED), 0);
}

/* ---- Requests ---- */

static void assert_guest_has_sectors(uint64_t gpa, uint64_t sector, uint32_t bytes)
{
	static uint8_t got[256 * SECTOR_SIZE];

	peek(gpa, got, bytes);
	assert_memory_equal(got, platter + sector * SECTOR_SIZE, bytes);
}

static void reads_sectors(void **state)
{
	(void)state;
	chain(2, 0, VIRTIO_BLK_T_IN, 7, DATA + 100, 1024);
	offer(2);
	assert_int_equal(notify(), 0);
	assert_int_equal(used_idx(), 0);
	assert_int_equal(status_of(0), 0xee);
	assert_int_equal(submitted->op, DISK_READ);
	assert_int_equal(submitted->sector, 7);
	assert_int_equal(submitted->count, 2);
	complete(0);
	assert_guest_has_sectors(DATA + 100, 7, 1024);
	assert_int_equal(status_of(0), VIRTIO_BLK_S_OK);
	assert_int_equal(used_idx(), 1);
	assert_used(0, 2, 1025);
	assert_int_equal(take_events(EVENTS), 1 << PV_EVENT_BLOCK);
}

static void writes_sectors(void **state)
{
	uint8_t data[1536];

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 11 + 1);
	poke(DATA, data, sizeof(data));
	chain(0, 1, VIRTIO_BLK_T_OUT, 509, DATA, sizeof(data));
	offer(0);
	notify();
	assert_int_equal(submitted->op, DISK_WRITE);
	complete(0);
	assert_memory_equal(platter + 509 * 512, data, sizeof(data));
	assert_int_equal(status_of(1), VIRTIO_BLK_S_OK);
	assert_used(0, 0, 1);
}

static void flushes(void **state)
{
	(void)state;
	header(0, VIRTIO_BLK_T_FLUSH, 0);
	describe(0, HEADERS, 16, VIRTQ_DESC_F_NEXT, 1);
	describe(1, STATUS, 1, VIRTQ_DESC_F_WRITE, 0);
	offer(0);
	notify();
	assert_int_equal(submitted->op, DISK_FLUSH);
	assert_int_equal(submitted->count, 0);
	complete(0);
	assert_int_equal(status_of(0), VIRTIO_BLK_S_OK);
	assert_used(0, 0, 1);
}

static void a_long_request_is_done_in_pieces(void **state)
{
	(void)state;
	chain(0, 0, VIRTIO_BLK_T_IN, 100, DATA, 300 * 512);
	offer(0);
	notify();
	assert_int_equal(submitted->count, 128);
	complete(0);
	assert_int_equal(submitted->sector, 228);
	complete(0);
	assert_int_equal(submitted->count, 44);
	assert_int_equal(used_idx(), 0);
	complete(0);
	assert_null(submitted);
	assert_guest_has_sectors(DATA, 100, 256 * 512);
	assert_guest_has_sectors(DATA + 256 * 512, 356, 44 * 512);
	assert_used(0, 0, 300 * 512 + 1);
}

/* "Message Framing": the driver may cut header, data and status as it likes. */
static void descriptors_may_be_cut_anywhere(void **state)
{
	(void)state;
	header(0, VIRTIO_BLK_T_IN, 3);
	describe(5, HEADERS, 5, VIRTQ_DESC_F_NEXT, 1);
	describe(1, HEADERS + 5, 0, VIRTQ_DESC_F_NEXT, 6);
	describe(6, HEADERS + 5, 11, VIRTQ_DESC_F_NEXT, 0);
	describe(0, DATA, 1, VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_WRITE, 7);
	describe(7, DATA + 1, 500, VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_WRITE, 2);
	describe(2, DATA + 501, 12, VIRTQ_DESC_F_WRITE, 0);     /* its last byte is the status */
	offer(5);
	notify();
	complete(0);
	assert_guest_has_sectors(DATA, 3, 512);
	uint8_t status;
	peek(DATA + 512, &status, 1);
	assert_int_equal(status, VIRTIO_BLK_S_OK);
	assert_used(0, 5, 513);
	assert_string_equal(fault, "");
}

static void one_notification_serves_the_whole_ring(void **state)
{
	(void)state;
	chain(0, 0, VIRTIO_BLK_T_IN, 1, DATA, 512);
	chain(3, 1, VIRTIO_BLK_T_IN, 2, DATA + 512, 512);
	offer(0);
	offer(3);
	notify();
	complete(0);
	assert_int_equal(used_idx(), 1);
	assert_int_equal(peek64(EVENTS), 0);            /* the event comes for the batch */
	complete(0);
	assert_null(submitted);
	assert_int_equal(used_idx(), 2);
	assert_used(0, 0, 513);
	assert_used(1, 3, 513);
	assert_int_equal(take_events(EVENTS), 1 << PV_EVENT_BLOCK);
}

static void a_second_notification_changes_nothing(void **state)
{
	(void)state;
	chain(0, 0, VIRTIO_BLK_T_IN, 1, DATA, 512);
	offer(0);
	notify();
	notify();
	assert_int_equal(submissions, 1);
	complete(0);
	take_events(EVENTS);
	notify();
	assert_int_equal(submissions, 1);
	assert_int_equal(used_idx(), 1);
	assert_int_equal(peek64(EVENTS), 0);
}

/* 70000 requests: the indices wrap at 65536, the ring at 8. */
static void indices_wrap_around(void **state)
{
	(void)state;
	chain(0, 0, VIRTIO_BLK_T_IN, 1, DATA, 512);
	for (unsigned i = 0; i < 70000; i++) {
		offer(0);
		notify();
		complete(0);
	}
	assert_string_equal(fault, "");
	assert_int_equal(used_idx(), 70000 % 65536);
	assert_used(69999, 0, 513);
}

static void no_event_if_the_driver_says_so(void **state)
{
	uint16_t flags = VIRTQ_AVAIL_F_NO_INTERRUPT;

	(void)state;
	poke(AVAIL, &flags, 2);
	chain(0, 0, VIRTIO_BLK_T_IN, 1, DATA, 512);
	offer(0);
	notify();
	complete(0);
	assert_int_equal(used_idx(), 1);
	assert_int_equal(peek64(EVENTS), 0);
}

static void nothing_to_do_is_no_event(void **state)
{
	(void)state;
	assert_int_equal(notify(), 0);
	assert_int_equal(peek64(EVENTS), 0);
	assert_int_equal(submissions, 0);
}

/* ---- Requests that fail, and are told so ---- */

static const struct {
	uint32_t type;
	uint64_t sector;
	uint32_t bytes;
	uint8_t status;
	uint32_t used_len;
} refused[] = {
	{ VIRTIO_BLK_T_IN, 512, 512, VIRTIO_BLK_S_IOERR, 0 },
	{ VIRTIO_BLK_T_IN, 511, 1024, VIRTIO_BLK_S_IOERR, 0 },
	{ VIRTIO_BLK_T_IN, UINT64_MAX, 512, VIRTIO_BLK_S_IOERR, 0 },
	{ VIRTIO_BLK_T_IN, UINT64_MAX, 1024, VIRTIO_BLK_S_IOERR, 0 },
	{ VIRTIO_BLK_T_IN, UINT64_MAX / 512 + 1, 512, VIRTIO_BLK_S_IOERR, 0 },
	{ VIRTIO_BLK_T_IN, 0, 511, VIRTIO_BLK_S_IOERR, 0 },
	{ VIRTIO_BLK_T_IN, 0, 513, VIRTIO_BLK_S_IOERR, 0 },
	{ VIRTIO_BLK_T_OUT, 512, 512, VIRTIO_BLK_S_IOERR, 1 },
	{ VIRTIO_BLK_T_OUT, 511, 1024, VIRTIO_BLK_S_IOERR, 1 },
	{ VIRTIO_BLK_T_OUT, 0, 100, VIRTIO_BLK_S_IOERR, 1 },
	{ VIRTIO_BLK_T_IN, 0, 0, VIRTIO_BLK_S_OK, 1 },          /* nothing to read */
	{ VIRTIO_BLK_T_OUT, 512, 0, VIRTIO_BLK_S_OK, 1 },
	{ 8, 0, 20, VIRTIO_BLK_S_UNSUPP, 0 },                   /* GET_ID */
	{ 2, 0, 512, VIRTIO_BLK_S_UNSUPP, 0 },
	{ UINT32_MAX, 0, 512, VIRTIO_BLK_S_UNSUPP, 0 },
};

static void impossible_requests_get_a_status(void **state)
{
	(void)state;
	for (unsigned i = 0; i < LENGTH(refused); i++) {
		chain(0, 0, refused[i].type, refused[i].sector, DATA, refused[i].bytes);
		offer(0);
		assert_int_equal(notify(), 0);
		if (status_of(0) != refused[i].status)
			fail_msg("row %u: status %u", i, status_of(0));
		assert_used(i, 0, refused[i].used_len);
		assert_int_equal(take_events(EVENTS), 1 << PV_EVENT_BLOCK);
	}
	assert_int_equal(submissions, 0);
	assert_string_equal(fault, "");
}

static void the_disks_error_is_passed_on(void **state)
{
	(void)state;
	chain(0, 0, VIRTIO_BLK_T_IN, 0, DATA, 200 * 512);
	offer(0);
	notify();
	complete(0);
	complete(-EIO);
	assert_null(submitted);
	assert_int_equal(status_of(0), VIRTIO_BLK_S_IOERR);
	assert_used(0, 0, 128 * 512);                   /* what was read before the error */
	chain(0, 0, VIRTIO_BLK_T_OUT, 0, DATA, 512);
	disk_refuses = -EIO;
	offer(0);
	notify();
	assert_int_equal(status_of(0), VIRTIO_BLK_S_IOERR);
}

/* ---- Broken queues: the VM is stopped with a sentence ---- */

static void assert_broken(const char *words)
{
	assert_int_equal(vm.state, VM_FAULTED);
	if (!strstr(fault, words))
		fail_msg("\"%s\" does not say \"%s\"", fault, words);
	assert_null(submitted);
	assert_int_equal(used_idx(), 0);
	assert_int_equal(peek64(EVENTS), 0);
}

static void index_that_jumps(void **state)
{
	uint16_t idx = SIZE + 1;

	(void)state;
	poke(AVAIL + 2, &idx, 2);
	notify();
	assert_broken("available index went from 0 to 9");
}

static void index_that_goes_back(void **state)
{
	uint16_t idx = 0xffff;

	(void)state;
	poke(AVAIL + 2, &idx, 2);
	notify();
	assert_broken("available index");
}

static void head_outside_the_table(void **state)
{
	(void)state;
	offer(SIZE);
	notify();
	assert_broken("descriptor 8 of the chain from 8 lies outside");
}

static void next_outside_the_table(void **state)
{
	(void)state;
	describe(0, HEADERS, 16, VIRTQ_DESC_F_NEXT, 0xffff);
	offer(0);
	notify();
	assert_broken("descriptor 65535 of the chain from 0 lies outside");
}

static void loop_of_one(void **state)
{
	(void)state;
	describe(0, HEADERS, 16, VIRTQ_DESC_F_NEXT, 0);
	offer(0);
	notify();
	assert_broken("loop");
}

static void loop_of_two(void **state)
{
	(void)state;
	describe(0, HEADERS, 16, VIRTQ_DESC_F_NEXT, 1);
	describe(1, DATA, 512, VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_WRITE, 2);
	describe(2, DATA, 512, VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_WRITE, 1);
	offer(0);
	notify();
	assert_broken("loop");
}

/* As long as the queue is as long as a chain may be. */
static void the_longest_chain(void **state)
{
	(void)state;
	header(0, VIRTIO_BLK_T_IN, 0);
	describe(0, HEADERS, 16, VIRTQ_DESC_F_NEXT, 1);
	for (uint16_t i = 1; i < SIZE - 1; i++)
		describe(i, DATA + i * 512, 512, VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_WRITE, i + 1);
	describe(SIZE - 1, STATUS, 1, VIRTQ_DESC_F_WRITE, 0);
	offer(0);
	notify();
	complete(0);
	assert_string_equal(fault, "");
	assert_used(0, 0, 6 * 512 + 1);
}

static void indirect_was_not_offered(void **state)
{
	(void)state;
	describe(0, HEADERS, 16, 4, 0);
	offer(0);
	notify();
	assert_broken("flag that was not offered");
}

static void readable_after_writable(void **state)
{
	(void)state;
	chain(0, 0, VIRTIO_BLK_T_IN, 0, DATA, 512);
	describe(2, STATUS, 1, 0, 0);
	offer(0);
	notify();
	assert_broken("device-readable after a device-writable");
}

static void header_that_is_writable(void **state)
{
	(void)state;
	chain(0, 0, VIRTIO_BLK_T_IN, 0, DATA, 512);
	describe(0, HEADERS, 16, VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_WRITE, 1);
	offer(0);
	notify();
	assert_broken("no whole header");
}

static void short_header(void **state)
{
	(void)state;
	chain(0, 0, VIRTIO_BLK_T_IN, 0, DATA, 512);
	describe(0, HEADERS, 15, VIRTQ_DESC_F_NEXT, 1);
	offer(0);
	notify();
	assert_broken("no whole header");
}

static void no_status_byte(void **state)
{
	(void)state;
	chain(0, 0, VIRTIO_BLK_T_OUT, 0, DATA, 512);
	describe(1, DATA, 512, 0, 0);
	offer(0);
	notify();
	assert_broken("no status byte");
}

static const struct {
	uint64_t addr;
	uint32_t len;
} places[] = {
	{ GUEST_BYTES, 512 },
	{ GUEST_BYTES - 511, 512 },
	{ UNMAPPED, 512 },
	{ 0, UINT32_MAX },
	{ UINT64_MAX, 512 },
	{ UINT64_MAX - 511, 1024 },
	{ 1ull << 48, 512 },
	{ 1ull << 52, 512 },
	{ 1ull << 63, 512 },
};

static void buffers_outside_the_guest(void **state)
{
	for (size_t i = 0; i < LENGTH(places); i++)
		for (unsigned part = 0; part < 3; part++) {
			teardown_guest(state);
			assert_int_equal(setup_driver(state), 0);
			chain(0, 0, VIRTIO_BLK_T_IN, 0, DATA, 512);
			describe(part, places[i].addr, places[i].len, (part ? VIRTQ_DESC_F_WRITE : 0) | (part < 2 ? VIRTQ_DESC_F_NEXT : 0),
				(uint16_t)(part + 1));
			offer(0);
			notify();
			assert_broken("points outside the guest's memory");
		}
}

/* The good request before the broken one was done, but the guest is stopped and hears nothing. */
static void a_broken_chain_behind_a_good_one(void **state)
{
	(void)state;
	chain(0, 0, VIRTIO_BLK_T_IN, 0, DATA, 512);
	offer(0);
	offer(77);
	notify();
	complete(0);
	assert_int_equal(vm.state, VM_FAULTED);
	assert_int_equal(used_idx(), 1);
	assert_int_equal(peek64(EVENTS), 0);
	assert_int_equal(submissions, 1);
}

/* ---- The guest's memory changes while a request is under way ---- */

static void descriptors_are_used_from_the_copy(void **state)
{
	(void)state;
	chain(0, 0, VIRTIO_BLK_T_IN, 0, DATA, 512);
	offer(0);
	notify();
	describe(1, UNMAPPED, UINT32_MAX, 4, 1);
	describe(2, UNMAPPED, 1, 0, 0);
	header(0, VIRTIO_BLK_T_OUT, 400);
	complete(0);
	assert_string_equal(fault, "");
	assert_guest_has_sectors(DATA, 0, 512);
	assert_int_equal(status_of(0), VIRTIO_BLK_S_OK);
}

static void a_page_given_away_under_the_request(void **state)
{
	static const uint64_t pages[] = { DATA, STATUS, USED, AVAIL };

	for (size_t i = 0; i < LENGTH(pages); i++) {
		teardown_guest(state);
		assert_int_equal(setup_driver(state), 0);
		chain(0, 0, VIRTIO_BLK_T_IN, 0, DATA, 512);
		offer(0);
		notify();
		give_page(pages[i]);
		complete(0);
		assert_int_equal(vm.state, VM_FAULTED);
		assert_non_null(strstr(fault, "is not the guest's memory"));
		assert_int_equal(peek64(EVENTS), 0);
	}
}

static void a_ring_given_away_before_the_notification(void **state)
{
	(void)state;
	offer(0);
	give_page(DESC);
	notify();
	assert_broken("descriptor table");
}

static void a_stopped_guest_is_not_written_to(void **state)
{
	uint8_t before[512], after[512];

	(void)state;
	chain(0, 0, VIRTIO_BLK_T_IN, 5, DATA, 512);
	offer(0);
	notify();
	peek(DATA, before, 512);
	vm.state = VM_OFF;
	complete(0);
	peek(DATA, after, 512);
	assert_memory_equal(before, after, 512);
	assert_int_equal(status_of(0), 0xee);
	assert_int_equal(used_idx(), 0);
}

#define driver_test(function) cmocka_unit_test_setup_teardown(function, setup_driver, teardown_guest)

int main(void)
{
	const struct CMUnitTest tests[] = {
		driver_test(setup_answers_the_capacity),
		driver_test(setup_checks_size_alignment_and_place),
		guest_test(notify_before_setup_is_refused),
		guest_test(without_a_disk_there_is_no_device),
		driver_test(setup_waits_for_the_request_under_way),
		driver_test(reads_sectors),
		driver_test(writes_sectors),
		driver_test(flushes),
		driver_test(a_long_request_is_done_in_pieces),
		driver_test(descriptors_may_be_cut_anywhere),
		driver_test(one_notification_serves_the_whole_ring),
		driver_test(a_second_notification_changes_nothing),
		driver_test(indices_wrap_around),
		driver_test(no_event_if_the_driver_says_so),
		driver_test(nothing_to_do_is_no_event),
		driver_test(impossible_requests_get_a_status),
		driver_test(the_disks_error_is_passed_on),
		driver_test(index_that_jumps),
		driver_test(index_that_goes_back),
		driver_test(head_outside_the_table),
		driver_test(next_outside_the_table),
		driver_test(loop_of_one),
		driver_test(loop_of_two),
		driver_test(the_longest_chain),
		driver_test(indirect_was_not_offered),
		driver_test(readable_after_writable),
		driver_test(header_that_is_writable),
		driver_test(short_header),
		driver_test(no_status_byte),
		driver_test(buffers_outside_the_guest),
		driver_test(a_broken_chain_behind_a_good_one),
		driver_test(descriptors_are_used_from_the_copy),
		driver_test(a_page_given_away_under_the_request),
		driver_test(a_ring_given_away_before_the_notification),
		driver_test(a_stopped_guest_is_not_written_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The block device: what an honest driver asks for, and requests that cannot be. */
#include "block_driver.h"

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

static void header_and_data_in_one_descriptor(void **state)
{
	uint8_t request[16 + 512];

	(void)state;
	for (size_t i = 0; i < sizeof(request); i++)
		request[i] = (uint8_t)(i * 13 + 5);
	*(struct virtio_blk_req *)request = (struct virtio_blk_req){ .type = VIRTIO_BLK_T_OUT, .sector = 9 };
	poke(DATA, request, sizeof(request));
	describe(0, DATA, 100, VIRTQ_DESC_F_NEXT, 1);
	describe(1, DATA + 100, 28, VIRTQ_DESC_F_NEXT, 2);
	describe(2, DATA + 128, 400, VIRTQ_DESC_F_NEXT, 3);
	describe(3, STATUS, 1, VIRTQ_DESC_F_WRITE, 0);
	offer(0);
	notify();
	complete(0);
	assert_memory_equal(platter + 9 * 512, request + 16, 512);
	assert_int_equal(status_of(0), VIRTIO_BLK_S_OK);
}

static void requests_that_need_no_disk_do_not_hold_up_the_ring(void **state)
{
	(void)state;
	chain(0, 0, VIRTIO_BLK_T_IN, 512, DATA, 512);
	chain(3, 1, VIRTIO_BLK_T_IN, 1, DATA, 512);
	offer(0);
	offer(0);
	offer(3);
	notify();
	assert_int_equal(used_idx(), 2);
	complete(0);
	assert_int_equal(used_idx(), 3);
	assert_used(2, 3, 513);
	assert_int_equal(take_events(EVENTS), 1 << PV_EVENT_BLOCK);
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
		driver_test(header_and_data_in_one_descriptor),
		driver_test(requests_that_need_no_disk_do_not_hold_up_the_ring),
		driver_test(one_notification_serves_the_whole_ring),
		driver_test(a_second_notification_changes_nothing),
		driver_test(indices_wrap_around),
		driver_test(no_event_if_the_driver_says_so),
		driver_test(nothing_to_do_is_no_event),
		driver_test(impossible_requests_get_a_status),
		driver_test(the_disks_error_is_passed_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

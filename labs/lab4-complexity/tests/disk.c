/* 4A and 4D: the driver against a device that reads the queue as the virtio specification says, and nothing else. */
#include "guest.h"
#include "host_main.h"

#define SECTORS 1024u

enum when { AT_ONCE, WHILE_IT_WAITS, AFTER_A_FALSE_ALARM };

static struct {
	uint8_t image[SECTORS * 512];
	bool absent;
	enum when when;
	uint8_t answer;                         /* the status of what comes next */
	struct pv_block_setup queue;
	uint16_t taken;
	unsigned notifications, flushes, sleeps, polls, false_alarms;
} disk;
static bool threads;

/* ---- The device ---- */

static const struct virtq_desc *descriptor(unsigned index)
{
	if (index >= disk.queue.queue_size)
		fail_msg("descriptor %u of %u", index, disk.queue.queue_size);
	return &((const struct virtq_desc *)disk.queue.desc)[index];
}

/* The chain's memory, piece by piece. */
struct stream {
	uint8_t *bytes[8];
	uint32_t length[8];
	unsigned pieces;
	uint64_t total;
};

static void add(struct stream *stream, const struct virtq_desc *piece)
{
	if (piece->len == 0)
		fail_msg("a descriptor of 0 bytes");
	assert_in_range(stream->pieces, 0, 7);
	stream->bytes[stream->pieces] = (uint8_t *)piece->addr;
	stream->length[stream->pieces++] = piece->len;
	stream->total += piece->len;
}

/* "The driver MUST place any device-writable descriptor elements after any device-readable descriptor elements." */
static void walk(unsigned head, struct stream *readable, struct stream *writable)
{
	const struct virtq_desc *piece = descriptor(head);

	for (unsigned n = 1;; n++) {
		if (n > disk.queue.queue_size)
			fail_msg("the chain has no end");
		if (!(piece->flags & VIRTQ_DESC_F_WRITE) && writable->pieces)
			fail_msg("the device reads a descriptor behind one that it writes");
		add(piece->flags & VIRTQ_DESC_F_WRITE ? writable : readable, piece);
		if (!(piece->flags & VIRTQ_DESC_F_NEXT))
			return;
		piece = descriptor(piece->next);
	}
}

static void move(struct stream *stream, uint64_t from, uint8_t *bytes, uint64_t n, bool to_stream)
{
	for (unsigned i = 0; i < stream->pieces && n > 0; i++) {
		uint64_t skip = from < stream->length[i] ? from : stream->length[i], part = stream->length[i] - skip;

		part = part < n ? part : n;
		if (to_stream)
			memcpy(stream->bytes[i] + skip, bytes, part);
		else
			memcpy(bytes, stream->bytes[i] + skip, part);
		from -= skip;
		bytes += part;
		n -= part;
	}
}

static void transfer(const struct virtio_blk_req *header, struct stream *data, uint64_t from, uint64_t n, bool to_guest)
{
	if (n % 512 || n == 0)
		fail_msg("%lu bytes are no whole sectors", n);
	assert_in_range(header->sector + n / 512, 1, SECTORS);
	move(data, from, disk.image + header->sector * 512, n, to_guest);
}

static uint32_t execute(unsigned head)
{
	struct stream readable = { .pieces = 0 }, writable = { .pieces = 0 };
	struct virtio_blk_req header;

	walk(head, &readable, &writable);
	if (readable.total < sizeof(header))
		fail_msg("the device can read %lu bytes: no whole header", readable.total);
	if (writable.total < 1)
		fail_msg("the device has no status byte to write");
	move(&readable, 0, (uint8_t *)&header, sizeof(header), false);
	if (header.reserved)
		fail_msg("the header's reserved field is not 0");
	if (disk.answer == VIRTIO_BLK_S_OK && header.type == VIRTIO_BLK_T_IN)
		transfer(&header, &writable, 0, writable.total - 1, true);
	else if (disk.answer == VIRTIO_BLK_S_OK && header.type == VIRTIO_BLK_T_OUT)
		transfer(&header, &readable, sizeof(header), readable.total - sizeof(header), false);
	else if (header.type == VIRTIO_BLK_T_FLUSH)
		disk.flushes += readable.total == sizeof(header) && writable.total == 1 && header.sector == 0;
	else if (disk.answer == VIRTIO_BLK_S_OK)
		fail_msg("a request of type %u", header.type);
	move(&writable, writable.total - 1, &disk.answer, 1, true);
	return header.type == VIRTIO_BLK_T_IN ? writable.total : 1;
}

static void serve(void)
{
	const struct virtq_avail *available = (const struct virtq_avail *)disk.queue.avail;
	struct virtq_used *used = (struct virtq_used *)disk.queue.used;
	uint16_t ready = __atomic_load_n(&available->idx, __ATOMIC_ACQUIRE);

	if ((uint16_t)(ready - disk.taken) > 1)
		fail_msg("the available index went from %u to %u: one chain at a time", disk.taken, ready);
	if (ready == disk.taken)
		return;
	uint16_t head = available->ring[disk.taken++ % disk.queue.queue_size];
	used->ring[used->idx % disk.queue.queue_size] = (struct virtq_used_elem){ head, execute(head) };
	__atomic_store_n(&used->idx, used->idx + 1, __ATOMIC_RELEASE);
}

static int64_t set_up(struct pv_block_setup *queue)
{
	if (disk.absent)
		return -19;
	if (queue->queue_size < 2 || queue->queue_size > 256 || queue->queue_size & (queue->queue_size - 1))
		fail_msg("a queue of %u: its size is a power of two, 2 to 256", queue->queue_size);
	if (queue->desc % 16 || queue->avail % 2 || queue->used % 4)
		fail_msg("desc, avail and used are aligned to 16, 2 and 4 bytes");
	queue->capacity = SECTORS;
	disk.queue = *queue;
	disk.taken = ((struct virtq_avail *)queue->avail)->idx = ((struct virtq_used *)queue->used)->idx = 0;
	return 0;
}

static int64_t notify(void)
{
	if (disk.queue.queue_size == 0)
		fail_msg("a notification, but the hypervisor knows of no queue");
	if (((volatile struct virtq_avail *)disk.queue.avail)->idx == disk.taken)
		fail_msg("a notification, but the available index shows nothing new");
	disk.notifications++;
	if (disk.when == AT_ONCE)
		serve();
	return 0;
}

static int64_t hypercall(enum pv_hypercall number, uint64_t rbx, uint64_t rcx, uint64_t rdx)
{
	if (number == PV_HC_BLOCK_SETUP)
		return set_up((struct pv_block_setup *)rbx);
	if (number == PV_HC_BLOCK_NOTIFY)
		return notify();
	fail_msg("hypercall 0x%x", number);
	return -1;
}

/* ---- The kernel ---- */

bool threads_running(void)
{
	return threads;
}

void wait_queue_wake_all(struct wait_queue *queue)
{
}

static void pass_time(void)
{
	if (disk.when == AFTER_A_FALSE_ALARM && disk.false_alarms++ == 0)
		return;
	serve();
}

void wait_queue_sleep(struct wait_queue *queue)
{
	if (!threads)
		fail_msg("it sleeps, but no thread can");
	if (interrupts_on)
		fail_msg("it goes to sleep with interrupts on: the event may have come just before");
	if (((struct virtq_used *)disk.queue.used)->idx == ((struct virtq_avail *)disk.queue.avail)->idx)
		fail_msg("it sleeps though the request is done: nobody will wake it");
	disk.sleeps++;
	pass_time();
	disk_event();
}

void wait_for_event(void)
{
	if (threads)
		fail_msg("it waits by itself while other threads could run");
	disk.polls++;
	pass_time();
}

void printk(const char *format, ...)
{
}

#include "guest-paravirt/machine/disk.c"

/* ---- Tests ---- */

static uint8_t buffer[SECTORS * 512];

static int setup(void **state)
{
	memset(&disk, 0, sizeof(disk));
	for (unsigned i = 0; i < sizeof(disk.image); i++)
		disk.image[i] = i ^ i >> 8 ^ i >> 16;
	memset(buffer, 0xee, sizeof(buffer));
	threads = true;
	interrupts_on = true;
	disk_init();
	return 0;
}

static void read_and_compare(uint64_t sector, uint32_t count)
{
	if (machine_disk_read(sector, buffer, count) != 0)
		fail_msg("reading %u sectors from %lu fails", count, sector);
	if (memcmp(buffer, disk.image + sector * 512, count * 512))
		fail_msg("reading %u sectors from %lu brings something else", count, sector);
	if (buffer[count * 512] != 0xee)
		fail_msg("reading %u sectors writes more than those", count);
	memset(buffer, 0xee, count * 512);
}

/* Alone in its process, so no test before it has found a disk. */
static int setup_without_disk(void **state)
{
	disk.absent = true;
	disk_init();
	return 0;
}

static void lives_without_a_disk(void **state)
{
	assert_int_equal(machine_disk_sectors(), 0);
	assert_true(machine_disk_read(0, buffer, 1) < 0);
	assert_int_equal(disk.notifications, 0);
}

static void finds_the_disk(void **state)
{
	assert_int_equal(machine_disk_sectors(), SECTORS);
}

static void reads(void **state)
{
	read_and_compare(0, 1);
	read_and_compare(1000, 1);
	read_and_compare(5, 128);
	read_and_compare(0, 1000);
	assert_int_equal(disk.notifications, 4);
	assert_true(interrupts_on);
}

static void writes(void **state)
{
	for (unsigned i = 0; i < 128 * 512; i++)
		buffer[i] = i * 7;
	assert_int_equal(machine_disk_write(77, buffer, 128), 0);
	assert_memory_equal(disk.image + 77 * 512, buffer, 128 * 512);
	assert_int_equal(disk.image[76 * 512 + 511], (uint8_t)((77 * 512 - 1) ^ (77 * 512 - 1) >> 8));
	assert_int_equal(disk.image[205 * 512], (uint8_t)(205 * 512 ^ 205 * 512 >> 8 ^ 205 * 512 >> 16));
	assert_int_equal(disk.notifications, 1);
}

static void seventy_thousand_requests(void **state)
{
	disk.when = WHILE_IT_WAITS;
	for (unsigned i = 0; i < 70000; i++)
		read_and_compare(i % SECTORS, 1);
	assert_int_equal(disk.notifications, 70000);
}

static void says_when_the_disk_says_no(void **state)
{
	read_and_compare(3, 2);
	disk.answer = VIRTIO_BLK_S_IOERR;
	assert_true(machine_disk_read(3, buffer, 2) < 0);
	assert_true(machine_disk_write(3, buffer, 2) < 0);
	disk.answer = VIRTIO_BLK_S_OK;
	read_and_compare(3, 2);
}

static void sleeps_until_it_is_done(void **state)
{
	disk.when = WHILE_IT_WAITS;
	read_and_compare(9, 3);
	assert_int_equal(disk.sleeps, 1);
	disk.when = AFTER_A_FALSE_ALARM;
	read_and_compare(9, 3);
	assert_int_equal(disk.sleeps, 3);
	disk.when = AT_ONCE;
	read_and_compare(9, 3);
	assert_int_equal(disk.sleeps, 3);
	assert_true(interrupts_on);
}

static void waits_before_threads_run(void **state)
{
	threads = false;
	disk.when = AFTER_A_FALSE_ALARM;
	read_and_compare(0, 1);
	assert_int_equal(disk.polls, 2);
	assert_int_equal(disk.sleeps, 0);
}

static void flush_is_a_request_without_data(void **state)
{
	read_and_compare(8, 1);
	assert_int_equal(machine_disk_flush(), 0);
	assert_int_equal(disk.flushes, 1);
	assert_int_equal(disk.notifications, 2);
	read_and_compare(8, 1);
}

static void flush_tells_a_failure(void **state)
{
	assert_int_equal(machine_disk_flush(), 0);
	disk.answer = VIRTIO_BLK_S_IOERR;
	assert_true(machine_disk_flush() < 0);
}

static void flush_returns_when_it_is_done(void **state)
{
	disk.when = WHILE_IT_WAITS;
	assert_int_equal(machine_disk_flush(), 0);
	assert_int_equal(disk.flushes, 1);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup(lives_without_a_disk, setup_without_disk),
	cmocka_unit_test_setup(finds_the_disk, setup),
	cmocka_unit_test_setup(reads, setup),
	cmocka_unit_test_setup(writes, setup),
	cmocka_unit_test_setup(seventy_thousand_requests, setup),
	cmocka_unit_test_setup(says_when_the_disk_says_no, setup),
	cmocka_unit_test_setup(sleeps_until_it_is_done, setup),
	cmocka_unit_test_setup(waits_before_threads_run, setup),
	cmocka_unit_test_setup(flush_is_a_request_without_data, setup),
	cmocka_unit_test_setup(flush_tells_a_failure, setup),
	cmocka_unit_test_setup(flush_returns_when_it_is_done, setup),
};

LAB_MAIN(tests)

/* Slices of the real disk: the partition table that may say anything, the bounds, the queue. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "backend/disk.h"
#include "hw/ata.h"
#include "lib/errno.h"
#include "lib/heap.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* ---- Below: an ATA disk that the test completes command by command ---- */

static uint8_t mbr[SECTOR_SIZE];
static uint64_t disk_sectors;
static bool unreadable;
static unsigned refusals;                       /* so many commands are not even taken */
static struct ata_command command;
static unsigned commands;
static void (*command_done)(void *context, int status);
static void *command_context;
static bool busy;

uint64_t ata_sectors(void) { return disk_sectors; }
bool ata_busy(void) { return busy; }

int ata_run_polled(const struct ata_command *polled)
{
	assert_int_equal(polled->op, ATA_READ);
	assert_int_equal(polled->lba, 0);
	assert_int_equal(polled->count, 1);
	if (unreadable)
		return -EIO;
	memcpy(polled->buffer, mbr, sizeof(mbr));
	return 0;
}

int ata_start(const struct ata_command *started, void (*done)(void *context, int status), void *context)
{
	assert_false(busy);
	if (refusals && refusals--)
		return -EIO;
	command = *started;
	commands++;
	command_done = done;
	command_context = context;
	busy = true;
	return 0;
}

static void complete(int status)
{
	assert_true(busy);
	busy = false;
	command_done(command_context, status);
}

void ata_poll(void)
{
	complete(0);
}

static void *allocation;

void *zalloc(size_t n)
{
	return allocation = calloc(1, n);
}

/* ---- The partition table ---- */

static void put_partition(unsigned number, uint8_t type, uint32_t first, uint32_t sectors)
{
	uint8_t *entry = mbr + 446 + 16 * (number - 1);

	entry[4] = type;
	memcpy(entry + 8, &first, 4);
	memcpy(entry + 12, &sectors, 4);
}

static int setup(void **state)
{
	(void)state;
	memset(mbr, 0, sizeof(mbr));
	mbr[510] = 0x55;
	mbr[511] = 0xaa;
	put_partition(1, 0x83, 2048, 4096);
	put_partition(2, 0x83, 6144, 100);
	disk_sectors = 10000;
	unreadable = busy = false;
	refusals = commands = 0;
	allocation = NULL;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(allocation);
	return 0;
}

static void opens_a_partition(void **state)
{
	const char *why = "";
	struct disk *disk = disk_open_partition(2, &why);

	(void)state;
	assert_non_null(disk);
	assert_null(why);
	assert_int_equal(disk->first_sector, 6144);
	assert_int_equal(disk->sectors, 100);
}

static const struct {
	unsigned number;
	uint8_t type;
	uint32_t first, sectors;
	const char *why;                        /* NULL: it opens */
} tables[] = {
	{ 3, 0x83, 6244, 3756, NULL },          /* to the last sector */
	{ 3, 0x83, 6244, 3757, "the partition ends behind the disk's end" },
	{ 3, 0x83, 0xffffffff, 0xffffffff, "the partition ends behind the disk's end" },
	{ 3, 0x83, 0xffffff00, 0x200, "the partition ends behind the disk's end" },
	{ 3, 0x83, 1, 2047, NULL },
	{ 3, 0x83, 1, 2048, "the partition overlaps another" },
	{ 3, 0x83, 6143, 1, "the partition overlaps another" },
	{ 3, 0x83, 3000, 10, "the partition overlaps another" },
	{ 3, 0x83, 1, 9000, "the partition overlaps another" },
	{ 3, 0x83, 0, 10, "the partition covers the partition table" },
	{ 3, 0x83, 7000, 0, "the disk has no such partition" },
	{ 3, 0x00, 7000, 10, "the disk has no such partition" },
	{ 4, 0x00, 0, 0, "the disk has no such partition" },
	{ 0, 0, 0, 0, "partitions are numbered 1 to 4" },
	{ 5, 0, 0, 0, "partitions are numbered 1 to 4" },
	{ UINT32_MAX, 0, 0, 0, "partitions are numbered 1 to 4" },
};

static void checks_the_partition_table(void **state)
{
	for (size_t i = 0; i < LENGTH(tables); i++) {
		const char *why = "";

		setup(state);
		if (tables[i].number >= 1 && tables[i].number <= 4)
			put_partition(tables[i].number, tables[i].type, tables[i].first, tables[i].sectors);
		struct disk *disk = disk_open_partition(tables[i].number, &why);
		if (tables[i].why) {
			assert_null(disk);
			assert_string_equal(why, tables[i].why);
		} else {
			assert_non_null(disk);
			free(allocation);
		}
	}
	allocation = NULL;
}

static void names_a_missing_disk(void **state)
{
	const char *why;

	(void)state;
	mbr[511] = 0;
	assert_null(disk_open_partition(1, &why));
	assert_string_equal(why, "the disk has no partition table");
	unreadable = true;
	assert_null(disk_open_partition(1, &why));
	assert_string_equal(why, "the partition table could not be read");
	disk_sectors = 0;
	assert_null(disk_open_partition(1, &why));
	assert_string_equal(why, "the machine has no disk");
}

/* ---- Requests ---- */

static struct disk left = { .first_sector = 2048, .sectors = 4096 }, right = { .first_sector = 6144, .sectors = 100 };
static uint8_t buffer[256 * SECTOR_SIZE];
static struct disk_request requests[4];
static char log_of_ends[16];

static void ended(struct disk_request *request, int status)
{
	size_t n = strlen(log_of_ends);

	log_of_ends[n] = (char)((status ? 'A' : 'a') + (request - requests));
	log_of_ends[n + 1] = '\0';
}

static struct disk_request *prepare(unsigned i, struct disk *disk, enum disk_op op, uint64_t sector, uint32_t count)
{
	requests[i] = (struct disk_request){
		.disk = disk, .op = op, .sector = sector, .count = count, .buffer = buffer, .done = ended,
	};
	return &requests[i];
}

static int setup_requests(void **state)
{
	log_of_ends[0] = '\0';
	return setup(state);
}

static const struct {
	enum disk_op op;
	uint64_t sector;
	uint32_t count;
	int result;
} bounds[] = {
	{ DISK_READ, 0, 1, 0 },
	{ DISK_READ, 0, 100, 0 },
	{ DISK_READ, 99, 1, 0 },
	{ DISK_WRITE, 98, 2, 0 },
	{ DISK_FLUSH, 0, 0, 0 },
	{ DISK_READ, 0, 101, -EINVAL },
	{ DISK_READ, 99, 2, -EINVAL },
	{ DISK_WRITE, 100, 1, -EINVAL },
	{ DISK_READ, 100, 0, -EINVAL },
	{ DISK_READ, 0, 0, -EINVAL },
	{ DISK_READ, UINT64_MAX, 1, -EINVAL },
	{ DISK_WRITE, UINT64_MAX, 2, -EINVAL },
	{ DISK_WRITE, UINT64_MAX - 6143, 1, -EINVAL },         /* with the slice's begin added: sector 0 of the real disk */
	{ DISK_READ, 1ull << 32, 1, -EINVAL },
	{ DISK_READ, 0, UINT32_MAX, -EINVAL },
	{ DISK_FLUSH, 0, 1, -EINVAL },
};

static void stays_within_the_slice(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(bounds); i++) {
		commands = 0;
		int result = disk_submit(prepare(0, &right, bounds[i].op, bounds[i].sector, bounds[i].count));
		assert_int_equal(result, bounds[i].result);
		assert_int_equal(commands, result == 0);
		if (result != 0)
			continue;
		assert_int_equal(command.count, bounds[i].count);
		assert_ptr_equal(command.buffer, buffer);
		if (bounds[i].op != DISK_FLUSH)
			assert_int_equal(command.lba, 6144 + bounds[i].sector);
		complete(0);
	}
}

static void at_most_256_sectors(void **state)
{
	(void)state;
	assert_int_equal(disk_submit(prepare(0, &left, DISK_READ, 0, 257)), -EINVAL);
	assert_int_equal(disk_submit(prepare(0, &left, DISK_READ, 0, 256)), 0);
	complete(0);
}

static void kinds_of_commands(void **state)
{
	(void)state;
	disk_submit(prepare(0, &left, DISK_READ, 1, 1));
	assert_int_equal(command.op, ATA_READ);
	complete(0);
	disk_submit(prepare(0, &left, DISK_WRITE, 1, 1));
	assert_int_equal(command.op, ATA_WRITE);
	complete(0);
	disk_submit(prepare(0, &left, DISK_FLUSH, 0, 0));
	assert_int_equal(command.op, ATA_FLUSH);
	complete(0);
}

static void one_after_the_other(void **state)
{
	(void)state;
	disk_submit(prepare(0, &left, DISK_READ, 10, 1));
	disk_submit(prepare(1, &right, DISK_READ, 20, 1));
	disk_submit(prepare(2, &left, DISK_READ, 30, 1));
	assert_string_equal(log_of_ends, "");
	assert_int_equal(command.lba, 2058);
	complete(0);
	assert_string_equal(log_of_ends, "a");
	assert_int_equal(command.lba, 6164);
	complete(-EIO);
	assert_string_equal(log_of_ends, "aB");
	assert_int_equal(command.lba, 2078);
	complete(0);
	assert_string_equal(log_of_ends, "aBc");
	assert_false(busy);
	assert_int_equal(commands, 3);
}

static void a_refused_command_is_told(void **state)
{
	(void)state;
	refusals = 1;
	assert_int_equal(disk_submit(prepare(0, &left, DISK_READ, 0, 1)), -EIO);
	assert_int_equal(disk_submit(prepare(0, &left, DISK_READ, 0, 1)), 0);
	disk_submit(prepare(1, &left, DISK_READ, 1, 1));
	disk_submit(prepare(2, &left, DISK_READ, 2, 1));
	refusals = 1;
	complete(0);                            /* the second is refused when its turn comes, the third is not held up */
	assert_int_equal(strlen(log_of_ends), 2);
	assert_non_null(strchr(log_of_ends, 'a'));
	assert_non_null(strchr(log_of_ends, 'B'));
	complete(0);
	assert_int_equal(log_of_ends[2], 'c');
}

static unsigned rounds;

static void ended_and_again(struct disk_request *request, int status)
{
	ended(request, status);
	if (rounds-- > 1)
		assert_int_equal(disk_submit(request), 0);
}

static void done_may_submit_again(void **state)
{
	(void)state;
	rounds = 3;
	prepare(0, &left, DISK_READ, 0, 1)->done = ended_and_again;
	disk_submit(&requests[0]);
	disk_submit(prepare(1, &left, DISK_READ, 1, 1));
	complete(0);
	complete(0);
	complete(0);
	complete(0);
	assert_string_equal(log_of_ends, "abaa");
	assert_false(busy);
}

static void drain_completes_everything(void **state)
{
	(void)state;
	disk_drain();
	rounds = 2;
	prepare(0, &left, DISK_WRITE, 0, 1)->done = ended_and_again;
	disk_submit(&requests[0]);
	disk_submit(prepare(1, &right, DISK_FLUSH, 0, 0));
	disk_drain();
	assert_string_equal(log_of_ends, "aba");
	assert_false(busy);
}

#define disk_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
#define request_test(function) cmocka_unit_test_setup(function, setup_requests)

int main(void)
{
	const struct CMUnitTest tests[] = {
		disk_test(opens_a_partition),
		disk_test(checks_the_partition_table),
		disk_test(names_a_missing_disk),
		request_test(stays_within_the_slice),
		request_test(at_most_256_sectors),
		request_test(kinds_of_commands),
		request_test(one_after_the_other),
		request_test(a_refused_command_is_told),
		request_test(done_may_submit_again),
		request_test(drain_completes_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

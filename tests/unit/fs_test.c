/* The toy OS' file system over a disk in memory: it loses power, keeps what was not flushed in any order, and reports errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "disk.h"
#include "errors.h"
#include "fs.h"
#include "fs_format.h"
#include "mutex.h"

#define SECTORS 200u
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* ---- Below: the disk. Writes wait in its cache until a flush; a power cut keeps any of them. ---- */

static uint8_t platter[SECTORS][SECTOR_SIZE], cached[SECTORS][SECTOR_SIZE];
static bool dirty[SECTORS];
static int writes_until_cut = -1;               /* -1: never */
static int requests_until_error = -1;
static uint64_t sectors_present = SECTORS;

uint64_t machine_disk_sectors(void)
{
	return sectors_present;
}

static int error_due(void)
{
	if (requests_until_error == 0)
		return -E_DISK;
	if (requests_until_error > 0)
		requests_until_error--;
	return 0;
}

int disk_read(uint64_t sector, void *buffer, uint32_t count)
{
	assert_true(sector + count <= SECTORS);
	memcpy(buffer, cached[sector], count * SECTOR_SIZE);
	return error_due();
}

int disk_write(uint64_t sector, const void *buffer, uint32_t count)
{
	assert_true(sector + count <= SECTORS);
	if (error_due())
		return -E_DISK;
	for (uint32_t i = 0; i < count && writes_until_cut != 0; i++) {
		memcpy(cached[sector + i], (const uint8_t *)buffer + i * SECTOR_SIZE, SECTOR_SIZE);
		dirty[sector + i] = true;
		writes_until_cut -= writes_until_cut > 0;
	}
	return 0;
}

int disk_flush(void)
{
	if (writes_until_cut == 0)
		return 0;
	memcpy(platter, cached, sizeof(platter));
	memset(dirty, 0, sizeof(dirty));
	return error_due();
}

void mutex_lock(struct mutex *mutex)
{
	assert_false(mutex->held);
	mutex->held = true;
}

void mutex_unlock(struct mutex *mutex)
{
	assert_true(mutex->held);
	mutex->held = false;
}

static void power_cut(unsigned seed)
{
	srand(seed);
	for (unsigned s = 0; s < SECTORS; s++)
		if (dirty[s] && rand() % 2)
			memcpy(platter[s], cached[s], SECTOR_SIZE);
	memcpy(cached, platter, sizeof(cached));
	memset(dirty, 0, sizeof(dirty));
	writes_until_cut = -1;
}

/* ---- Helpers ---- */

static struct fs_superblock *super(void)
{
	return (struct fs_superblock *)cached[0];
}

static struct fs_inode *inode_on_disk(int number)
{
	return (struct fs_inode *)cached[2] + number;
}

static int format(void **state)
{
	(void)state;
	memset(cached, 0, sizeof(cached));
	*super() = (struct fs_superblock){
		.magic = FS_MAGIC, .sectors = SECTORS, .bitmap_start = 1, .bitmap_sectors = 1, .inode_start = 2,
		.inode_sectors = FS_INODE_SECTORS, .data_start = 2 + FS_INODE_SECTORS,
	};
	for (uint32_t s = 0; s < super()->data_start; s++)
		cached[1][s / 8] |= (uint8_t)(1 << s % 8);
	writes_until_cut = requests_until_error = -1;
	sectors_present = SECTORS;
	disk_flush();
	return fs_mount();
}

static uint8_t byte_of(unsigned seed, uint32_t i)
{
	return (uint8_t)(seed * 37 + i * 7 + i / 512);
}

static uint8_t *content(unsigned seed, uint32_t n)
{
	static uint8_t bytes[SECTORS * SECTOR_SIZE];

	for (uint32_t i = 0; i < n; i++)
		bytes[i] = byte_of(seed, i);
	return bytes;
}

static bool holds(const char *name, unsigned seed, uint32_t n)
{
	static uint8_t bytes[SECTORS * SECTOR_SIZE + 1];
	int inode = fs_find(name);

	if (inode < 0 || fs_read(inode, 0, bytes, n + 1) != (int)n)
		return false;
	return memcmp(bytes, content(seed, n), n) == 0;
}

/* No sector belongs to two files, and each one that belongs to a file is marked. */
static void check_consistent(void)
{
	uint8_t owners[SECTORS] = { 0 };

	for (int i = 0; i < FS_INODES; i++) {
		const struct fs_inode *inode = inode_on_disk(i);
		for (int e = 0; inode->name[0] && e < FS_EXTENTS; e++)
			for (uint32_t s = 0; s < inode->extents[e].count; s++)
				owners[inode->extents[e].start + s]++;
	}
	for (unsigned s = 0; s < SECTORS; s++) {
		assert_true(owners[s] <= 1);
		if (owners[s])
			assert_true(cached[1][s / 8] >> s % 8 & 1);
	}
}

/* ---- Tests ---- */

static void files_survive_a_remount(void **state)
{
	static const uint32_t sizes[] = { 0, 1, 511, 512, 513, 1024, 20000 };
	char name[] = "file0";
	(void)state;

	for (unsigned i = 0; i < LENGTH(sizes); i++) {
		name[4] = (char)('0' + i);
		assert_int_equal(fs_write_file(name, content(i, sizes[i]), sizes[i]), 0);
	}
	assert_int_equal(fs_mount(), 0);
	for (unsigned i = 0; i < LENGTH(sizes); i++) {
		name[4] = (char)('0' + i);
		assert_true(holds(name, i, sizes[i]));
	}
	check_consistent();
}

static void any_part_can_be_read(void **state)
{
	static const struct { uint32_t offset, n; int got; } rows[] = {
		{ 0, 0, 0 }, { 0, 1, 1 }, { 511, 2, 2 }, { 512, 512, 512 }, { 513, 2000, 2000 }, { 100, 412, 412 },
		{ 4999, 1, 1 },
		{ 4999, 2, 1 }, { 4000, 5000, 1000 }, { 5000, 1, 0 }, { 5001, 1, 0 }, { UINT32_MAX, 100, 0 },
		{ 1, UINT32_MAX, 4999 },
	};
	uint8_t buffer[5000];
	(void)state;

	assert_int_equal(fs_write_file("f", content(3, 5000), 5000), 0);
	for (unsigned r = 0; r < LENGTH(rows); r++) {
		int got = fs_read(fs_find("f"), rows[r].offset, buffer, rows[r].n);
		assert_int_equal(got, rows[r].got);
		for (int i = 0; i < got; i++)
			assert_int_equal(buffer[i], byte_of(3, rows[r].offset + (uint32_t)i));
	}
	assert_int_equal(fs_read(-1, 0, buffer, 1), -E_NOT_FOUND);
	assert_int_equal(fs_read(FS_INODES, 0, buffer, 1), -E_NOT_FOUND);
	assert_int_equal(fs_read(FS_INODES - 1, 0, buffer, 1), -E_NOT_FOUND);
}

static void overwriting_and_removing_give_space_back(void **state)
{
	uint32_t before = fs_free_bytes();
	(void)state;

	assert_int_equal(before, (SECTORS - 2 - FS_INODE_SECTORS) * SECTOR_SIZE);
	for (unsigned i = 0; i < 50; i++)
		assert_int_equal(fs_write_file("f", content(i, 600 * (i % 7)), 600 * (i % 7)), 0);
	assert_int_equal(fs_write_file("f", content(1, 1025), 1025), 0);
	assert_int_equal(before - fs_free_bytes(), 3 * SECTOR_SIZE);
	assert_int_equal(fs_remove("f"), 0);
	assert_int_equal(fs_free_bytes(), before);
	assert_int_equal(fs_find("f"), -E_NOT_FOUND);
	assert_int_equal(fs_remove("f"), -E_NOT_FOUND);
	assert_int_equal(fs_mount(), 0);
	assert_int_equal(fs_free_bytes(), before);
}

static void a_file_may_lie_in_pieces_but_not_in_too_many(void **state)
{
	uint32_t n = fs_free_bytes() / SECTOR_SIZE / FS_INODES;         /* sectors each: FS_INODES files nearly fill the disk */
	char name[] = "00";
	(void)state;

	for (unsigned i = 0; i < 62; i++) {
		name[0] = (char)('0' + i / 10), name[1] = (char)('0' + i % 10);
		assert_int_equal(fs_write_file(name, content(i, n * SECTOR_SIZE), n * SECTOR_SIZE), 0);
	}
	uint32_t tail = fs_free_bytes();
	assert_int_equal(fs_write_file("tail", content(0, tail), tail), 0);
	for (unsigned i = 10; i < 20; i += 2) {                          /* five holes, one more than a file can have pieces */
		name[0] = '1', name[1] = (char)('0' + i % 10);
		assert_int_equal(fs_remove(name), 0);
	}
	uint32_t free = fs_free_bytes(), four = 4 * n * SECTOR_SIZE;
	assert_int_equal(fs_write_file("big", content(9, four + 1), four + 1), -E_NO_SPACE);
	assert_int_equal(fs_free_bytes(), free);
	assert_int_equal(fs_write_file("big", content(9, four), four), 0);
	assert_int_equal(fs_mount(), 0);
	assert_true(holds("big", 9, four));
	assert_true(holds("11", 11, n * SECTOR_SIZE));
	assert_true(holds("tail", 0, tail));
	check_consistent();
}

static void bad_names_are_refused(void **state)
{
	static const char *const names[] = { "", " ", "a b", "a/b", "tab\t", "\x7f", "\xc3\xa4", "1234567890123456789012345678" };
	(void)state;

	for (unsigned i = 0; i < LENGTH(names); i++)
		assert_int_equal(fs_write_file(names[i], "x", 1), -E_BAD_NAME);
	assert_int_equal(fs_write_file("123456789012345678901234567", content(2, 1), 1), 0);
	assert_true(holds("123456789012345678901234567", 2, 1));
}

static void the_directory_fills_up(void **state)
{
	char name[] = "0";
	(void)state;

	for (int i = 0; i < FS_INODES; i++) {
		name[0] = (char)('0' + i);
		assert_int_equal(fs_write_file(name, "", 0), 0);
	}
	assert_int_equal(fs_write_file("one-more", "", 0), -E_TOO_MANY_FILES);
	assert_int_equal(fs_write_file("0", content(1, 5), 5), 0);
}

/* Whenever the power goes, a file is what it was or what it became. */
static void a_power_cut_leaves_the_old_or_the_new(void **state)
{
	for (unsigned cut = 0; cut < 20; cut++) {
		for (unsigned seed = 0; seed < 20; seed++) {
			format(state);
			assert_int_equal(fs_write_file("other", content(5, 900), 900), 0);
			assert_int_equal(fs_write_file("f", content(1, 2000), 2000), 0);
			disk_flush();
			writes_until_cut = (int)cut;
			fs_write_file("f", content(2, 3000), 3000);
			fs_remove("other");
			fs_write_file("third", content(7, 700), 700);
			power_cut(seed);
			assert_int_equal(fs_mount(), 0);
			assert_true(holds("f", 1, 2000) || holds("f", 2, 3000));
			assert_true(holds("other", 5, 900) || fs_find("other") == -E_NOT_FOUND);
			assert_true(holds("third", 7, 700) || fs_find("third") == -E_NOT_FOUND);
			check_consistent();
		}
	}
}

static void a_disk_error_leaves_the_old(void **state)
{
	int at = 0, failed_but_new = 0;

	for (bool failed = true; failed; at++) {
		format(state);
		assert_int_equal(fs_write_file("f", content(1, 2000), 2000), 0);
		uint32_t free = fs_free_bytes();
		requests_until_error = at;
		failed = fs_write_file("f", content(2, 3000), 3000) != 0;
		requests_until_error = -1;
		assert_true(holds("f", 1, 2000) || holds("f", 2, 3000));
		failed_but_new += failed && holds("f", 2, 3000);
		if (at < 4)                     /* the content, its last sector, the bitmap, the flush */
			assert_int_equal(fs_free_bytes(), free);
		check_consistent();
		assert_true(at < 20);
	}
	assert_int_equal(failed_but_new, 1);    /* when only the old sectors could not be given back */
	requests_until_error = 0;
	assert_int_equal(fs_read(fs_find("f"), 0, content(0, 0), 10), -E_DISK);
	assert_int_equal(fs_mount(), -E_DISK);
}

static void nothing_of_a_removed_file_is_left_behind_a_new_one(void **state)
{
	(void)state;
	assert_int_equal(fs_write_file("secret", content(1, 1300), 1300), 0);
	assert_int_equal(fs_write_file("short", content(2, 700), 700), 0);
	const struct fs_extent *e = &inode_on_disk(fs_find("short"))->extents[0];
	for (uint32_t i = 700 - SECTOR_SIZE; i < SECTOR_SIZE; i++)
		assert_int_equal(cached[e->start + 1][i], 0);
}

static void a_damaged_disk_is_not_mounted(void **state)
{
	for (int damage = 0; damage < 12; damage++) {
		format(state);
		assert_int_equal(fs_write_file("f", content(1, 2000), 2000), 0);
		switch (damage) {
		case 0: super()->magic++; break;
		case 1: super()->sectors = FS_MAX_SECTORS + 1; break;
		case 2: super()->sectors = 5; break;
		case 3: super()->bitmap_start = 0; break;
		case 4: super()->bitmap_sectors = 9; break;
		case 5: super()->inode_start = UINT32_MAX; break;
		case 6: super()->inode_sectors = 9; break;
		case 7: super()->data_start = SECTORS; break;
		case 8: memset(inode_on_disk(0)->name, 'x', FS_NAME_SIZE); break;
		case 9: inode_on_disk(0)->extents[0].start = 3; break;
		case 10: inode_on_disk(0)->extents[1] = (struct fs_extent){ SECTORS - 1, UINT32_MAX }; break;
		case 11: inode_on_disk(0)->size = 2049; break;
		}
		assert_int_equal(fs_mount(), -E_DAMAGED);
		assert_int_equal(fs_find("f"), -E_NO_DISK);
		assert_int_equal(fs_write_file("g", "x", 1), -E_NO_DISK);
	}
	format(state);
	sectors_present = SECTORS - 1;
	assert_int_equal(fs_mount(), -E_DAMAGED);
	sectors_present = 0;
	assert_int_equal(fs_mount(), -E_NO_DISK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(files_survive_a_remount, format),
		cmocka_unit_test_setup(any_part_can_be_read, format),
		cmocka_unit_test_setup(overwriting_and_removing_give_space_back, format),
		cmocka_unit_test_setup(a_file_may_lie_in_pieces_but_not_in_too_many, format),
		cmocka_unit_test_setup(bad_names_are_refused, format),
		cmocka_unit_test_setup(the_directory_fills_up, format),
		cmocka_unit_test_setup(a_power_cut_leaves_the_old_or_the_new, format),
		cmocka_unit_test_setup(a_disk_error_leaves_the_old, format),
		cmocka_unit_test_setup(nothing_of_a_removed_file_is_left_behind_a_new_one, format),
		cmocka_unit_test_setup(a_damaged_disk_is_not_mounted, format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

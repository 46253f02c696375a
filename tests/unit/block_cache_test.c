/* The toy OS' block cache (kernel/disk.c) against a disk in memory that counts requests and can fail. */
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
#include "mutex.h"

#define SECTORS 1024u

static uint8_t platter[SECTORS][SECTOR_SIZE], expected[SECTORS][SECTOR_SIZE];
static unsigned requests, largest;
static bool failing;

static int request(uint64_t sector, uint32_t count)
{
	assert_true(count > 0 && sector + count <= SECTORS);
	requests++;
	largest = count > largest ? count : largest;
	return failing ? -1 : 0;
}

int machine_disk_read(uint64_t sector, void *buffer, uint32_t count)
{
	if (request(sector, count) < 0)
		return -1;
	memcpy(buffer, platter[sector], count * SECTOR_SIZE);
	return 0;
}

/* A write that fails has written half. */
int machine_disk_write(uint64_t sector, const void *buffer, uint32_t count)
{
	int error = request(sector, count);

	memcpy(platter[sector], buffer, (error ? count / 2 : count) * SECTOR_SIZE);
	return error;
}

int machine_disk_flush(void)
{
	return failing ? -1 : 0;
}

void mutex_lock(struct mutex *mutex)
{
	assert_false(mutex->held);
	mutex->held = true;
}

void mutex_unlock(struct mutex *mutex)
{
	mutex->held = false;
}

static unsigned requests_of_read(uint64_t sector, uint32_t count)
{
	static uint8_t buffer[SECTORS * SECTOR_SIZE];

	requests = largest = 0;
	assert_int_equal(disk_read(sector, buffer, count), 0);
	assert_memory_equal(buffer, platter[sector], count * SECTOR_SIZE);
	return requests;
}

static void short_reads_are_kept_long_ones_go_past(void **state)
{
	(void)state;
	assert_int_equal(requests_of_read(0, 8), 1);
	assert_int_equal(requests_of_read(0, 8), 0);
	assert_int_equal(requests_of_read(4, 8), 1);            /* half of it is there */
	assert_int_equal(largest, 4);
	assert_int_equal(requests_of_read(300, 512), 4);
	assert_int_equal(largest, DISK_REQUEST_SECTORS);
	assert_int_equal(requests_of_read(300, 512), 4);
	assert_int_equal(requests_of_read(0, 8), 0);            /* the long run has not pushed it out */
	for (uint64_t s = 100; s < 300; s += 8) {
		requests_of_read(s, 8);
		assert_int_equal(requests_of_read(4, 4), 0);    /* what is used stays */
	}
	assert_int_equal(requests_of_read(0, 4), 1);            /* what is not used goes */
}

static void a_write_reaches_cache_and_disk(void **state)
{
	static uint8_t data[20 * SECTOR_SIZE];
	(void)state;

	for (uint32_t count = 1; count <= 20; count += 19) {
		requests_of_read(600, 8);
		memset(data, (int)count, sizeof(data));
		assert_int_equal(disk_write(600, data, count), 0);
		assert_memory_equal(platter[600], data, count * SECTOR_SIZE);
		assert_int_equal(requests_of_read(600, 1), 0);
	}
}

static void a_failed_write_is_not_believed(void **state)
{
	static uint8_t data[8 * SECTOR_SIZE];
	(void)state;

	requests_of_read(700, 8);
	memset(data, 0xee, sizeof(data));
	failing = true;
	assert_int_equal(disk_write(700, data, 8), -E_DISK);
	assert_int_equal(disk_flush(), -E_DISK);
	assert_int_equal(disk_read(900, data, 1), -E_DISK);
	assert_int_equal(disk_read_uncached(900, data, 1), -E_DISK);
	failing = false;
	assert_int_equal(requests_of_read(700, 8), 1);
	assert_int_equal(disk_flush(), 0);
}

static void any_order_gives_what_was_written(void **state)
{
	static uint8_t buffer[SECTORS * SECTOR_SIZE];
	(void)state;

	memcpy(expected, platter, sizeof(expected));
	srand(1);
	for (int i = 0; i < 5000; i++) {
		uint32_t count = 1 + (uint32_t)rand() % (rand() % 4 ? 20 : 300), sector = (uint32_t)rand() % (SECTORS - count);
		if (rand() % 2) {
			memset(buffer, rand(), count * SECTOR_SIZE);
			memcpy(expected[sector], buffer, count * SECTOR_SIZE);
			assert_int_equal(disk_write(sector, buffer, count), 0);
		} else {
			assert_int_equal(disk_read(sector, buffer, count), 0);
			assert_memory_equal(buffer, expected[sector], count * SECTOR_SIZE);
		}
	}
	assert_memory_equal(platter, expected, sizeof(platter));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_reads_are_kept_long_ones_go_past),
		cmocka_unit_test(a_write_reaches_cache_and_disk),
		cmocka_unit_test(a_failed_write_is_not_believed),
		cmocka_unit_test(any_order_gives_what_was_written),
	};

	for (unsigned s = 0; s < SECTORS; s++)
		memset(platter[s], (int)(s * 31 + s / 256), SECTOR_SIZE);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

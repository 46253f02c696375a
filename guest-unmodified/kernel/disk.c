/*
 * The cache keeps what was read in small pieces: a program's pages, a directory, a short file. A long run would only push these
 * out, so it goes past the cache, in requests as large as the machine takes.
 */
#include "disk.h"
#include "errors.h"
#include "lib.h"
#include "machine.h"
#include "mutex.h"

#define CACHE_SECTORS 128
#define CACHED_RUN 16                           /* a longer run is not kept */

struct cached_sector {
	uint64_t sector;
	uint64_t last_use;                      /* 0: free */
	uint8_t data[SECTOR_SIZE];
};

static struct cached_sector cache[CACHE_SECTORS];
static uint64_t uses;
static struct mutex lock;

static struct cached_sector *cache_find(uint64_t sector)
{
	for (size_t i = 0; i < CACHE_SECTORS; i++)
		if (cache[i].last_use && cache[i].sector == sector)
			return &cache[i];
	return NULL;
}

static struct cached_sector *least_recently_used(void)
{
	struct cached_sector *oldest = &cache[0];

	for (size_t i = 1; i < CACHE_SECTORS; i++)
		if (cache[i].last_use < oldest->last_use)
			oldest = &cache[i];
	return oldest;
}

static void cache_store(uint64_t sector, const uint8_t *data)
{
	struct cached_sector *entry = cache_find(sector);

	if (!entry)
		entry = least_recently_used();
	entry->sector = sector;
	entry->last_use = ++uses;
	memcpy(entry->data, data, SECTOR_SIZE);
}

static bool cache_load(uint64_t sector, uint8_t *data)
{
	struct cached_sector *entry = cache_find(sector);

	if (!entry)
		return false;
	entry->last_use = ++uses;
	memcpy(data, entry->data, SECTOR_SIZE);
	return true;
}

static int read_run(uint64_t sector, uint8_t *buffer, uint32_t run)
{
	if (machine_disk_read(sector, buffer, run) < 0)
		return -E_DISK;
	for (uint32_t i = 0; run <= CACHED_RUN && i < run; i++)
		cache_store(sector + i, buffer + i * SECTOR_SIZE);
	return 0;
}

int disk_read(uint64_t sector, void *buffer, uint32_t count)
{
	uint8_t *to = buffer;
	int error = 0;

	mutex_lock(&lock);
	while (count > 0 && error == 0) {
		uint32_t run = 1;
		if (!cache_load(sector, to)) {
			run = MIN(count, DISK_REQUEST_SECTORS);
			error = read_run(sector, to, run);
		}
		sector += run;
		to += run * SECTOR_SIZE;
		count -= run;
	}
	mutex_unlock(&lock);
	return error;
}

/* After a write that failed nobody knows what is on the disk. */
static void update_cached(uint64_t sector, const uint8_t *data, uint32_t count, bool written)
{
	for (uint32_t i = 0; i < count; i++) {
		struct cached_sector *entry = cache_find(sector + i);
		if (written && (entry || count <= CACHED_RUN))
			cache_store(sector + i, data + i * SECTOR_SIZE);
		else if (entry)
			entry->last_use = 0;
	}
}

int disk_write(uint64_t sector, const void *buffer, uint32_t count)
{
	const uint8_t *from = buffer;
	int error = 0;

	mutex_lock(&lock);
	while (count > 0 && error == 0) {
		uint32_t run = MIN(count, DISK_REQUEST_SECTORS);
		error = machine_disk_write(sector, from, run) < 0 ? -E_DISK : 0;
		update_cached(sector, from, run, !error);
		sector += run;
		from += run * SECTOR_SIZE;
		count -= run;
	}
	mutex_unlock(&lock);
	return error;
}

int disk_flush(void)
{
	mutex_lock(&lock);
	int error = machine_disk_flush() < 0 ? -E_DISK : 0;
	mutex_unlock(&lock);
	return error;
}

int disk_read_uncached(uint64_t sector, void *buffer, uint32_t count)
{
	mutex_lock(&lock);
	int error = machine_disk_read(sector, buffer, count) < 0 ? -E_DISK : 0;
	mutex_unlock(&lock);
	return error;
}

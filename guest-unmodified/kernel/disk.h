#pragma once
/* The disk as the file system sees it, behind a small cache that writes through. Callers may sleep. 0, or a negative error. */
#include <stdint.h>

#define SECTOR_SIZE 512u
#define DISK_REQUEST_SECTORS 128                /* the most that one request to the machine carries */

int disk_read(uint64_t sector, void *buffer, uint32_t count);
int disk_write(uint64_t sector, const void *buffer, uint32_t count);
int disk_flush(void);

/* One request to the machine, past the cache; count <= DISK_REQUEST_SECTORS. For measuring. */
int disk_read_uncached(uint64_t sector, void *buffer, uint32_t count);

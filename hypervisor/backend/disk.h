#pragma once
/*
 * A VM's disk: one MBR partition ("slice") of the real ATA disk. Requests are checked against the slice here, once,
 * whichever door they came through, and carried out one after the other by hw/ata.
 */
#include <stdbool.h>
#include <stdint.h>

#define SECTOR_SIZE 512u

struct disk {
	uint64_t first_sector;          /* on the real disk */
	uint64_t sectors;
};

enum disk_op { DISK_READ, DISK_WRITE, DISK_FLUSH };

/* One request. Once submitted it belongs to the queue until done() is called, exactly once, from the interrupt side of the
   hypervisor (never from within disk_submit). status: 0, or -EIO if the real disk said no. done() may submit again. */
struct disk_request {
	struct disk_request *next;
	struct disk *disk;
	enum disk_op op;
	uint64_t sector;                /* within the slice */
	uint32_t count;                 /* sectors, 1 to 256; 0 for a flush */
	void *buffer;                   /* hypervisor memory, count * 512 bytes */
	void (*done)(struct disk_request *request, int status);
	void *context;
};

/* The slice that MBR partition number (1 to 4) of the real disk is. NULL and a sentence in *why if there is no disk, no such
   partition, it lies outside the disk or overlaps the table or another partition, or the disk could not be read. At boot: polls.
   */
struct disk *disk_open_partition(unsigned number, const char **why);

/* 0: done() will be called. -EINVAL (outside the slice, or not 1 to 256 sectors) and -EIO (the real disk takes no command):
   it will not. */
int disk_submit(struct disk_request *request);

/* Carry out and complete everything submitted so far, without interrupts: before the machine powers off. */
void disk_drain(void);

#pragma once
/*
 * The toy file system on its disk. tools/mkfs.c writes it too.
 *
 *	sector 0        superblock
 *	                bitmap: a bit for each sector of the disk, 1 = in use
 *	                inodes, 8 to a sector: the one directory is the inode table, as an inode carries its name
 *	data_start      contents
 *
 * A file is up to four runs of sectors. All numbers are little-endian, the unit is the sector.
 */
#include <stdint.h>

#define FS_MAGIC        0x31736674u             /* "tfs1" */
#define FS_SECTOR_SIZE  512u
#define FS_NAME_SIZE    28                      /* with the terminating 0 */
#define FS_EXTENTS      4
#define FS_INODES       64
#define FS_MAX_SECTORS  32768u                  /* 16 MiB: the bitmap is 8 sectors then */
#define FS_BITS_PER_SECTOR (FS_SECTOR_SIZE * 8)
#define FS_INODES_PER_SECTOR (FS_SECTOR_SIZE / sizeof(struct fs_inode))
#define FS_INODE_SECTORS (FS_INODES / FS_INODES_PER_SECTOR)

struct fs_superblock {
	uint32_t magic;
	uint32_t sectors;                       /* of the whole disk */
	uint32_t bitmap_start, bitmap_sectors;
	uint32_t inode_start, inode_sectors;
	uint32_t data_start;
	uint8_t unused[FS_SECTOR_SIZE - 7 * sizeof(uint32_t)];
};

struct fs_extent {
	uint32_t start, count;
};

struct fs_inode {
	char name[FS_NAME_SIZE];                /* "": free */
	uint32_t size;                          /* bytes */
	struct fs_extent extents[FS_EXTENTS];
};

_Static_assert(sizeof(struct fs_superblock) == FS_SECTOR_SIZE, "the superblock fills its sector");
_Static_assert(FS_SECTOR_SIZE % sizeof(struct fs_inode) == 0, "inodes do not cross sectors");

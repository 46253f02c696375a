#pragma once
/* What the disk says of itself, and its sectors under cylinder, head and sector numbers. */
#include <stdint.h>

#define ATA_MULTIPLE_MAX 16                     /* sectors per data block of READ and WRITE MULTIPLE */

struct ata_geometry {
	uint32_t cylinders, heads, sectors_per_track;
};

/* Cylinders that fit the disk under this translation, at most the 16383 that IDENTIFY DEVICE can name for 16 heads and 63
   sectors. */
struct ata_geometry ata_geometry(uint64_t capacity, uint32_t heads, uint32_t sectors_per_track);

/* The 256 words of IDENTIFY DEVICE. multiple: the current block of SET MULTIPLE MODE, 0 if none. */
void ata_identify(uint16_t words[256], uint64_t capacity, const struct ata_geometry *current, unsigned multiple);

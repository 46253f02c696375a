/* IDENTIFY DEVICE data of ATA/ATAPI-6, table "IDENTIFY DEVICE information": an LBA28 disk, PIO only. */
#include "fullvirt/ata_device.h"
#include "lib/string.h"

#define LBA28_SECTORS   0x0fffffffull
#define CYLINDERS_MAX   16383
#define HEADS           16
#define SECTORS_PER_TRACK 63
#define WORD_VALID      0x4000                  /* words 83, 84 and 87: bit 14 set, bit 15 clear */
#define WRITE_CACHE     0x0020                  /* words 82 and 85 */
#define FLUSH_CACHE     0x1000                  /* words 83 and 86 */

/* Strings are padded with blanks; the first character of a pair is the high byte. */
static void put_string(uint16_t *words, unsigned count, const char *text)
{
	size_t length = strlen(text);

	for (unsigned i = 0; i < count; i++) {
		uint8_t first = 2 * i < length ? text[2 * i] : ' ';
		uint8_t second = 2 * i + 1 < length ? text[2 * i + 1] : ' ';

		words[i] = first << 8 | second;
	}
}

/* Words 1, 3 and 6 name a shape for the firmware that wants one; commands take no cylinder and head numbers. */
static void put_capacity(uint16_t words[256], uint64_t capacity)
{
	uint64_t cylinders = capacity / (HEADS * SECTORS_PER_TRACK);
	uint32_t sectors = capacity < LBA28_SECTORS ? capacity : LBA28_SECTORS;

	words[1] = cylinders < CYLINDERS_MAX ? cylinders : CYLINDERS_MAX;
	words[3] = HEADS;
	words[6] = SECTORS_PER_TRACK;
	words[60] = sectors;
	words[61] = sectors >> 16;
}

static void put_features(uint16_t words[256], unsigned multiple)
{
	words[47] = 0x8000 | ATA_MULTIPLE_MAX;
	words[49] = 0x0200;                     /* LBA, no DMA */
	words[51] = 0x0200;                     /* PIO mode 2 */
	words[59] = multiple ? 0x0100 | multiple : 0;
	words[80] = 0x0070;                     /* ATA/ATAPI-4 to -6 */
	words[82] = words[85] = WRITE_CACHE;
	words[83] = WORD_VALID | FLUSH_CACHE;
	words[86] = FLUSH_CACHE;
	words[84] = words[87] = WORD_VALID;
}

void ata_identify(uint16_t words[256], uint64_t capacity, unsigned multiple)
{
	memset(words, 0, 512);
	words[0] = 0x0040;                      /* not removable */
	put_string(&words[10], 10, "TWINLAB0");
	put_string(&words[23], 4, "1.0");
	put_string(&words[27], 20, "Twinlab virtual disk");
	put_capacity(words, capacity);
	put_features(words, multiple);
}

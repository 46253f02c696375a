/* IDENTIFY DEVICE data of ATA/ATAPI-6, table "IDENTIFY DEVICE information": an LBA28 disk, PIO only, without power to save. */
#include "fullvirt/ata_device.h"
#include "lib/string.h"

#define LBA28_SECTORS   0x0fffffffull
#define CYLINDERS_MAX   16383
#define HEADS           16
#define SECTORS_PER_TRACK 63
#define WORD_VALID      0x4000                  /* in words 83, 84 and 87: bit 14 set, bit 15 clear */
#define POWER_MANAGEMENT 0x0008                 /* words 82 and 85 */
#define WRITE_CACHE     0x0020
#define FLUSH_CACHE     0x1000                  /* words 83 and 86 */
#define SIGNATURE       0xa5                    /* of the checksum in word 255 */

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
	words[49] = 0x0a00;                     /* LBA and IORDY, no DMA */
	words[50] = WORD_VALID;
	words[51] = 0x0200;                     /* PIO mode 2, or better in word 64 */
	words[53] = 0x0002;                     /* words 64 to 70 are valid; 54 to 58, on cylinders, are not */
	words[59] = multiple ? 0x0100 | multiple : 0;
	words[64] = 0x0003;                     /* PIO modes 3 and 4 */
	words[65] = words[66] = words[67] = words[68] = 120;    /* cycle times in nanoseconds */
	words[80] = 0x0070;                     /* ATA/ATAPI-4 to -6 */
	words[82] = words[85] = POWER_MANAGEMENT | WRITE_CACHE;
	words[83] = WORD_VALID | FLUSH_CACHE;
	words[86] = FLUSH_CACHE;
	words[84] = words[87] = WORD_VALID;
}

/* All 512 bytes sum up to zero. */
static void put_checksum(uint16_t words[256])
{
	uint8_t sum = SIGNATURE;

	for (unsigned i = 0; i < 255; i++)
		sum += (words[i] & 0xff) + (words[i] >> 8);
	words[255] = (uint8_t)-sum << 8 | SIGNATURE;
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
	put_checksum(words);
}

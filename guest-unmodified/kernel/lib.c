#include "lib.h"

void string_copy(char *to, const char *from, size_t size)
{
	size_t n = MIN(strlen(from), size - 1);

	memcpy(to, from, n);
	to[n] = '\0';
}

bool parse_number(const char *s, uint64_t *value)
{
	uint64_t v = 0;

	if (!*s)
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9' || v > (UINT64_MAX - 9) / 10)
			return false;
		v = v * 10 + (uint64_t)(*s - '0');
	}
	*value = v;
	return true;
}

char *next_word(char **line)
{
	char *word = *line;

	while (*word == ' ' || *word == '\t')
		word++;
	char *end = word;
	while (*end && *end != ' ' && *end != '\t')
		end++;
	*line = end;
	if (*end) {
		*end = '\0';
		*line = end + 1;
	}
	return word;
}

/* Four bits at a time. */
uint32_t crc32(uint32_t crc, const void *bytes, size_t n)
{
	static const uint32_t table[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
		0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};
	const uint8_t *p = bytes;

	crc = ~crc;
	for (; n > 0; n--) {
		crc ^= *p++;
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return ~crc;
}

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

uint32_t crc32(uint32_t crc, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	crc = ~crc;
	for (; n > 0; n--) {
		crc ^= *p++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (0xedb88320u & -(crc & 1));
	}
	return ~crc;
}

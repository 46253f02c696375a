#include <stdint.h>
#include "lib/string.h"

void *memset(void *to, int byte, size_t n)
{
	void *p = to;
	uint64_t pattern = 0x0101010101010101ull * (uint8_t)byte;
	size_t words = n / 8, rest = n % 8;

	asm volatile("rep stosq" : "+D"(p), "+c"(words) : "a"(pattern) : "memory");
	asm volatile("rep stosb" : "+D"(p), "+c"(rest) : "a"(pattern) : "memory");
	return to;
}

void *memcpy(void *to, const void *from, size_t n)
{
	void *p = to;
	size_t words = n / 8, rest = n % 8;

	asm volatile("rep movsq" : "+D"(p), "+S"(from), "+c"(words) : : "memory");
	asm volatile("rep movsb" : "+D"(p), "+S"(from), "+c"(rest) : : "memory");
	return to;
}

void *memmove(void *to, const void *from, size_t n)
{
	char *d = to;
	const char *s = from;

	if (d <= s || d >= s + n)
		return memcpy(to, from, n);
	while (n--)
		d[n] = s[n];
	return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *p = a, *q = b;

	for (; n; n--, p++, q++)
		if (*p != *q)
			return *p - *q;
	return 0;
}

size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++)
		if (*a != *b || !*a)
			return (unsigned char)*a - (unsigned char)*b;
	return 0;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, SIZE_MAX);
}

/* The C functions that the compiler itself may call. String instructions: one instruction moves eight bytes. */
#include "lib.h"

void *memcpy(void *to, const void *from, size_t n)
{
	void *t = to;
	size_t words = n / 8, rest = n % 8;

	asm volatile("rep movsq" : "+D"(t), "+S"(from), "+c"(words) : : "memory");
	asm volatile("rep movsb" : "+D"(t), "+S"(from), "+c"(rest) : : "memory");
	return to;
}

void *memmove(void *to, const void *from, size_t n)
{
	char *t = (char *)to + n - 1;
	const char *f = (const char *)from + n - 1;

	if (to <= from || (const char *)from + n <= (char *)to)
		return memcpy(to, from, n);
	asm volatile("std\n\trep movsb\n\tcld" : "+D"(t), "+S"(f), "+c"(n) : : "memory");
	return to;
}

void *memset(void *to, int byte, size_t n)
{
	void *t = to;
	size_t words = n / 8, rest = n % 8;
	uint64_t pattern = (uint8_t)byte * 0x0101010101010101ull;

	asm volatile("rep stosq" : "+D"(t), "+c"(words) : "a"(pattern) : "memory");
	asm volatile("rep stosb" : "+D"(t), "+c"(rest) : "a"(pattern) : "memory");
	return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const uint8_t *x = a, *y = b;

	for (; n > 0; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

size_t strlen(const char *s)
{
	const char *end = s;

	while (*end) {
		end++;
		asm("" : "+r"(end));            /* or the compiler sees a strlen here and calls it */
	}
	return (size_t)(end - s);
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, SIZE_MAX);
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n > 0 && *a && *a == *b; n--)
		a++, b++;
	return n == 0 ? 0 : (uint8_t)*a - (uint8_t)*b;
}

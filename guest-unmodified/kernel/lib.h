#pragma once
/* What every part of the kernel uses: sizes, memory, strings, numbers. */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE_SIZE 4096u
#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define ROUND_UP(n, unit) (((n) + (unit) - 1) / (unit) * (unit))

/* As in C. */
void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);

/* Copies as much as fits and always terminates (size > 0). */
void string_copy(char *to, const char *from, size_t size);

/* A decimal number and nothing else; false otherwise. */
bool parse_number(const char *s, uint64_t *value);

/* Cuts the next word off *line (blanks separate), "" at the end. The line is written to. */
char *next_word(char **line);

/* The CPU's time-stamp counter. */
static inline uint64_t cpu_ticks(void)
{
	uint32_t low, high;

	asm volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

/* CRC-32 as in Ethernet; start with 0, continue with the last result. */
uint32_t crc32(uint32_t crc, const void *bytes, size_t n);

/* Conversions: %c %s %d %u %x %p %%, with '-', '0', a width or '*', and the lengths l, ll, z. Always terminates (size > 0);
   returns the length that an endless buffer would have taken. */
size_t format_string(char *buffer, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
size_t format_string_va(char *buffer, size_t size, const char *format, va_list args);

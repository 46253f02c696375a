#pragma once
/* What a program of the toy OS has instead of a C library. A program defines main(); argv[0] is its first argument. */
#include <stddef.h>
#include <stdint.h>
#include "errors.h"
#include "system_calls.h"

static inline int64_t system_call(uint64_t number, uint64_t a, uint64_t b, uint64_t c)
{
	int64_t result;

	asm volatile("int $0x80" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "memory");
	return result;
}

static inline int64_t write(int descriptor, const void *bytes, size_t n) { return system_call(SYS_WRITE, (uint64_t)descriptor, (uint64_t)bytes, n); }
static inline int64_t read(int descriptor, void *buffer, size_t n) { return system_call(SYS_READ, (uint64_t)descriptor, (uint64_t)buffer, n); }
static inline int64_t open(const char *name, uint64_t mode) { return system_call(SYS_OPEN, (uint64_t)name, mode, 0); }
static inline int64_t close(int descriptor) { return system_call(SYS_CLOSE, (uint64_t)descriptor, 0, 0); }
static inline int64_t yield(void) { return system_call(SYS_YIELD, 0, 0, 0); }
static inline int64_t sleep_ms(uint64_t ms) { return system_call(SYS_SLEEP, ms, 0, 0); }
static inline int64_t getpid(void) { return system_call(SYS_GETPID, 0, 0, 0); }
static inline int64_t spawn(const char *name, const char *arguments) { return system_call(SYS_SPAWN, (uint64_t)name, (uint64_t)arguments, 0); }
static inline int64_t wait(int64_t pid) { return system_call(SYS_WAIT, (uint64_t)pid, 0, 0); }

/* To the console. */
void print(const char *text);
void print_number(int64_t number);

/* 0 if it is no number. */
int64_t number_of(const char *text);

int main(int argc, char **argv);

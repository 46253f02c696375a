#pragma once
/* What a program of the toy OS has instead of a C library. A program defines main(); argv[0] is its first argument. */
#include <stddef.h>
#include <stdint.h>
#include "errors.h"
#include "system_calls.h"

/* system_calls.h says what they do and return. */
int64_t write(int descriptor, const void *bytes, size_t n);
int64_t read(int descriptor, void *buffer, size_t n);
int64_t open(const char *name, uint64_t mode);
int64_t close(int descriptor);
int64_t yield(void);
int64_t sleep_ms(uint64_t milliseconds);
int64_t getpid(void);
int64_t spawn(const char *name, const char *arguments);
int64_t wait(int64_t pid);

/* To the console. */
void print(const char *text);
void print_number(int64_t number);

/* 0 if it is no number. */
int64_t number_of(const char *text);

int main(int argc, char **argv);

#pragma once

/* The hypervisor itself is wrong or cannot go on: print the sentence, the running vCPU and its last exits, stop the machine. */
_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Bugs of ours, never a guest's input. */
#define assert(condition) ((condition) ? (void)0 : panic("%s:%d: assertion failed: %s", __FILE__, __LINE__, #condition))

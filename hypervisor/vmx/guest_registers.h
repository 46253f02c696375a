#pragma once
/* General registers by the number that exit qualifications and instruction encodings use: 0 RAX, 1 RCX, 2 RDX, 3 RBX, 4 RSP, … 15 R15. */
#include <stdint.h>

struct vm;

uint64_t guest_register(const struct vm *vm, unsigned number);
void set_guest_register(struct vm *vm, unsigned number, uint64_t value);

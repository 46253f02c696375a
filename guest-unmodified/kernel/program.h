#pragma once
/* ELF64 executables. */
#include <stdint.h>

struct address_space;

/* Map the file's segments; *entry: where to start. A negative error if it is not a program that may run here. */
int program_load(struct address_space *space, int inode, uint64_t *entry);

#pragma once
/* The functions of a guest's kernel, from its ELF file (32 or 64 bits). */
#include <stdint.h>

struct symbol {
	uint64_t address, end;
	char *name;
};

struct symbols {
	struct symbol *list;            /* by address */
	unsigned count;
};

/* NULL, or one sentence why the file gives none; symbols is then empty. */
const char *symbols_read(struct symbols *symbols, const char *file);
void symbols_free(struct symbols *symbols);

/* The function that holds the address, or NULL: a user program's. */
const struct symbol *symbols_find(const struct symbols *symbols, uint64_t address);

#pragma once
/* What GRUB passes: command line, memory map, modules. Multiboot2 specification, "Boot information". */
#include <stdint.h>

#define MULTIBOOT2_BOOT_MAGIC 0x36d76289
#define MODULES_MAX           16

struct boot_module {
	const char *name;               /* the first word of its GRUB line: "unmodified" */
	uint64_t start, end;            /* physical */
};

struct boot_info {
	uint64_t start, end;            /* the information itself */
	const char *command_line;
	struct boot_module modules[MODULES_MAX];
	unsigned module_count;
};

/* Read the command line and modules. Pointers into GRUB's structure stay valid. Panics if magic is not Multiboot2's. */
void multiboot2_read(uint32_t magic, uint64_t address, struct boot_info *boot);

/* Call visit for each range of free memory in the map. */
void multiboot2_each_free_range(const struct boot_info *boot, void (*visit)(uint64_t start, uint64_t end, void *context), void *context);

#pragma once
/*
 * Put a kernel into a guest's memory as GRUB would into a PC's: an ELF file with a Multiboot header (version 1).
 * Multiboot specification 0.6.96, "OS image format", "Boot information format".
 */
#include <stdint.h>

struct guest_memory;

#define MULTIBOOT_BOOT_MAGIC 0x2badb002         /* EAX at the kernel's entry */

struct loaded_kernel {
	uint32_t entry;                 /* guest-physical */
	uint32_t boot_information;      /* EBX at the kernel's entry */
};

/* Returns NULL, or one sentence about why this is no kernel for this guest. */
const char *load_kernel(const struct guest_memory *memory, const void *file, uint64_t file_size, const char *command_line,
	struct loaded_kernel *kernel);

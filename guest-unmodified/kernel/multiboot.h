#pragma once
/* What the boot loader says. Multiboot Specification 0.6.96, "Boot information format". */
#include <stdint.h>

#define MULTIBOOT_LOADER_MAGIC 0x2badb002u

#define MULTIBOOT_INFO_MEMORY  (1u << 0)
#define MULTIBOOT_INFO_CMDLINE (1u << 2)
#define MULTIBOOT_INFO_MMAP    (1u << 6)

struct multiboot_info {
	uint32_t flags;
	uint32_t mem_lower, mem_upper;          /* KiB below 640 KiB, and above 1 MiB */
	uint32_t boot_device;
	uint32_t cmdline;
	uint32_t mods_count, mods_addr;
	uint32_t syms[4];
	uint32_t mmap_length, mmap_addr;
};

struct multiboot_mmap_entry {
	uint32_t size;                          /* of the rest of the entry */
	uint64_t addr, len;
	uint32_t type;
} __attribute__((packed));
#define MULTIBOOT_MEMORY_AVAILABLE 1

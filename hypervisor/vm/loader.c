#include <stdbool.h>
#include <stddef.h>
#include "lib/string.h"
#include "vm/guest_memory.h"
#include "vm/loader.h"

#define HEADER_MAGIC      0x1badb002u
#define HEADER_SEARCH     8192
#define HEADER_KNOWN_FLAGS 0x3u         /* align modules, memory information; the rest of the low half must be 0 */
#define ELF_CLASS_32      1             /* ident[4] */
#define ELF_CLASS_64      2
#define ELF_LITTLE_ENDIAN 1             /* ident[5] */
#define ELF_EXECUTABLE    2
#define ELF_MACHINE_386   3
#define ELF_MACHINE_AMD64 62
#define PT_LOAD           1

/* Where the boot information goes: in low memory, as GRUB does. */
#define INFO_ADDRESS      0x9000
#define LOW_MEMORY_END    0x9fc00
#define HIGH_MEMORY_START 0x100000

struct elf64_header {
	uint8_t ident[16];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, phoff, shoff;
	uint32_t flags;
	uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf64_segment {
	uint32_t type, flags;
	uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

struct elf32_header {
	uint8_t ident[16];
	uint16_t type, machine;
	uint32_t version, entry, phoff, shoff, flags;
	uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf32_segment {
	uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

/* Both classes, brought to one form. */
struct image {
	const uint8_t *file;
	uint64_t size, entry, phoff;
	unsigned phnum, phentsize;
	bool is64;
};

#define MMAP_AVAILABLE 1
#define MMAP_RESERVED  2

struct memory_map_entry {
	uint32_t size;
	uint64_t base, length;
	uint32_t type;
} __attribute__((packed));

struct boot_information {
	uint32_t flags, mem_lower, mem_upper, boot_device, cmdline, mods_count, mods_addr, syms[4];
	uint32_t mmap_length, mmap_addr, drives_length, drives_addr, config_table, boot_loader_name;
};
#define INFO_MEMORY      (1u << 0)
#define INFO_CMDLINE     (1u << 2)
#define INFO_MMAP        (1u << 6)
#define INFO_LOADER_NAME (1u << 9)

/* Everything the kernel is handed, in one piece at INFO_ADDRESS. */
struct handover {
	struct boot_information information;
	struct memory_map_entry map[3];
	char loader_name[12];
	char command_line[512];
} __attribute__((packed));

static bool has_multiboot_header(const struct image *image)
{
	uint64_t limit = image->size < HEADER_SEARCH ? image->size : HEADER_SEARCH;

	for (uint64_t at = 0; at + 12 <= limit; at += 4) {
		uint32_t header[3];

		memcpy(header, image->file + at, sizeof(header));
		if (header[0] == HEADER_MAGIC && header[0] + header[1] + header[2] == 0)
			return !(header[1] & 0xffff & ~HEADER_KNOWN_FLAGS);
	}
	return false;
}

/* The two classes begin alike. */
static bool is_x86_executable(const struct elf64_header *header)
{
	uint8_t class = header->ident[4];

	if (memcmp(header->ident, "\177ELF", 4) || header->ident[5] != ELF_LITTLE_ENDIAN || header->type != ELF_EXECUTABLE)
		return false;
	return (class == ELF_CLASS_64 && header->machine == ELF_MACHINE_AMD64) ||
		(class == ELF_CLASS_32 && header->machine == ELF_MACHINE_386);
}

static bool read_header(struct image *image)
{
	struct elf64_header h64;
	struct elf32_header h32;

	if (image->size < sizeof(h64))
		return false;
	memcpy(&h64, image->file, sizeof(h64));
	memcpy(&h32, image->file, sizeof(h32));
	image->is64 = h64.ident[4] == ELF_CLASS_64;
	image->entry = image->is64 ? h64.entry : h32.entry;
	image->phoff = image->is64 ? h64.phoff : h32.phoff;
	image->phnum = image->is64 ? h64.phnum : h32.phnum;
	image->phentsize = image->is64 ? h64.phentsize : h32.phentsize;
	return is_x86_executable(&h64);
}

static bool read_segment(const struct image *image, unsigned index, struct elf64_segment *segment)
{
	uint64_t size = image->is64 ? sizeof(struct elf64_segment) : sizeof(struct elf32_segment);
	uint64_t at = image->phoff + (uint64_t)index * image->phentsize;

	if (image->phentsize < size || at > image->size || image->size - at < size)
		return false;
	if (image->is64) {
		memcpy(segment, image->file + at, size);
	} else {
		struct elf32_segment s;

		memcpy(&s, image->file + at, size);
		*segment = (struct elf64_segment){ .type = s.type, .offset = s.offset, .vaddr = s.vaddr, .paddr = s.paddr,
			.filesz = s.filesz, .memsz = s.memsz };
	}
	return segment->filesz <= segment->memsz && segment->offset <= image->size && image->size - segment->offset >= segment->filesz;
}

/* Guest memory is zero from the start, so only the file's part needs copying. */
static const char *load_segment(const struct guest_memory *memory, const struct image *image, const struct elf64_segment *segment)
{
	if (segment->paddr < HIGH_MEMORY_START)
		return "the kernel wants to lie below 1 MiB";
	if (!guest_owns(memory, segment->paddr, segment->memsz))
		return "the kernel does not fit into the VM's memory";
	copy_to_guest(memory, segment->paddr, image->file + segment->offset, segment->filesz);
	return NULL;
}

/* e_entry is a virtual address: find the segment it lies in and take its physical place. */
static void place_entry(const struct image *image, const struct elf64_segment *segment, uint64_t *entry)
{
	if (image->entry >= segment->vaddr && image->entry - segment->vaddr < segment->memsz)
		*entry = segment->paddr + (image->entry - segment->vaddr);
}

static const char *load_segments(const struct guest_memory *memory, const struct image *image, uint64_t *entry)
{
	struct elf64_segment segment;

	*entry = 0;
	for (unsigned i = 0; i < image->phnum; i++) {
		if (!read_segment(image, i, &segment))
			return "the kernel's ELF program headers are damaged";
		if (segment.type != PT_LOAD || segment.memsz == 0)
			continue;
		const char *problem = load_segment(memory, image, &segment);

		if (problem)
			return problem;
		place_entry(image, &segment, entry);
	}
	return *entry ? NULL : "the kernel's entry point lies in none of its segments";
}

static void fill_memory_map(struct memory_map_entry map[3], uint64_t size)
{
	uint32_t entry_size = sizeof(map[0]) - sizeof(map[0].size);

	map[0] = (struct memory_map_entry){ entry_size, 0, LOW_MEMORY_END, MMAP_AVAILABLE };
	map[1] = (struct memory_map_entry){ entry_size, LOW_MEMORY_END, HIGH_MEMORY_START - LOW_MEMORY_END, MMAP_RESERVED };
	map[2] = (struct memory_map_entry){ entry_size, HIGH_MEMORY_START, size - HIGH_MEMORY_START, MMAP_AVAILABLE };
}

static bool hand_over(const struct guest_memory *memory, const char *command_line)
{
	struct handover handover = { .loader_name = "Twinlab" };
	size_t length = strlen(command_line);

	if (length >= sizeof(handover.command_line))
		return false;
	memcpy(handover.command_line, command_line, length + 1);
	fill_memory_map(handover.map, memory->size);
	handover.information = (struct boot_information){
		.flags = INFO_MEMORY | INFO_CMDLINE | INFO_MMAP | INFO_LOADER_NAME,
		.mem_lower = LOW_MEMORY_END >> 10,
		.mem_upper = (memory->size - HIGH_MEMORY_START) >> 10,
		.cmdline = INFO_ADDRESS + offsetof(struct handover, command_line),
		.mmap_length = sizeof(handover.map),
		.mmap_addr = INFO_ADDRESS + offsetof(struct handover, map),
		.boot_loader_name = INFO_ADDRESS + offsetof(struct handover, loader_name),
	};
	return copy_to_guest(memory, INFO_ADDRESS, &handover, sizeof(handover)) == 0;
}

const char *load_kernel(const struct guest_memory *memory, const void *file, uint64_t file_size, const char *command_line,
	struct loaded_kernel *kernel)
{
	struct image image = { .file = file, .size = file_size };
	uint64_t entry;

	if (memory->size <= HIGH_MEMORY_START)
		return "the VM has no memory above 1 MiB";
	if (!read_header(&image))
		return "this is no executable ELF file for x86";
	if (!has_multiboot_header(&image))
		return "there is no Multiboot header in its first 8 KiB, or it asks for more than this loader gives";
	const char *problem = load_segments(memory, &image, &entry);

	if (problem)
		return problem;
	if (!hand_over(memory, command_line))
		return "its command line is longer than 511 characters";
	*kernel = (struct loaded_kernel){ .entry = entry, .boot_information = INFO_ADDRESS };
	return NULL;
}

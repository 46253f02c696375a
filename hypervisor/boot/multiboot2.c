#include <stddef.h>
#include "boot/multiboot2.h"
#include "lib/panic.h"

enum { TAG_END = 0, TAG_COMMAND_LINE = 1, TAG_MODULE = 3, TAG_MEMORY_MAP = 6 };
#define MEMORY_AVAILABLE 1

struct tag {
	uint32_t type, size;
};

struct tag_module {
	struct tag tag;
	uint32_t start, end;
	char name[];
};

struct map_entry {
	uint64_t base, length;
	uint32_t type, reserved;
};

struct tag_memory_map {
	struct tag tag;
	uint32_t entry_size, entry_version;
	char entries[];
};

static const struct tag *first_tag(uint64_t address)
{
	return (const struct tag *)(address + 8);
}

static const struct tag *next_tag(const struct tag *tag)
{
	return (const struct tag *)(((uint64_t)tag + tag->size + 7) & ~7ull);
}

static void add_module(struct boot_info *boot, const struct tag_module *tag)
{
	if (boot->module_count == MODULES_MAX)
		panic("more than %d modules: give GRUB fewer module2 lines", MODULES_MAX);
	boot->modules[boot->module_count++] = (struct boot_module){ tag->name, tag->start, tag->end };
}

void multiboot2_read(uint32_t magic, uint64_t address, struct boot_info *boot)
{
	if (magic != MULTIBOOT2_BOOT_MAGIC)
		panic("not started by a Multiboot2 loader (magic 0x%x): use GRUB's multiboot2 command", magic);
	*boot = (struct boot_info){ .start = address, .end = address + *(uint32_t *)address, .command_line = "" };
	for (const struct tag *tag = first_tag(address); tag->type != TAG_END; tag = next_tag(tag)) {
		if (tag->type == TAG_COMMAND_LINE)
			boot->command_line = (const char *)(tag + 1);
		if (tag->type == TAG_MODULE)
			add_module(boot, (const struct tag_module *)tag);
	}
}

static void visit_map(const struct tag_memory_map *map, void (*visit)(uint64_t, uint64_t, void *), void *context)
{
	const char *end = (const char *)map + map->tag.size;

	for (const char *p = map->entries; p + sizeof(struct map_entry) <= end; p += map->entry_size) {
		const struct map_entry *entry = (const struct map_entry *)p;

		if (entry->type == MEMORY_AVAILABLE)
			visit(entry->base, entry->base + entry->length, context);
	}
}

void multiboot2_each_free_range(const struct boot_info *boot, void (*visit)(uint64_t, uint64_t, void *), void *context)
{
	for (const struct tag *tag = first_tag(boot->start); tag->type != TAG_END; tag = next_tag(tag))
		if (tag->type == TAG_MEMORY_MAP)
			visit_map((const struct tag_memory_map *)tag, visit, context);
}

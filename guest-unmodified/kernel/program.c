/* System V ABI, "Object Files" and "Program Loading", as far as a static executable needs it. */
#include "program.h"
#include "errors.h"
#include "fs.h"
#include "lib.h"
#include "paging.h"

#define ELF_MAGIC      0x464c457fu
#define ELF_CLASS_64   2
#define ELF_LITTLE     1
#define ELF_EXECUTABLE 2
#define ELF_X86_64     62
#define MAX_SEGMENTS   8
#define PT_LOAD        1
#define PF_X           (1u << 0)
#define PF_W           (1u << 1)

struct elf_header {
	uint32_t magic;
	uint8_t class, data, version0, abi, padding[8];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, phoff, shoff;
	uint32_t flags;
	uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_segment {
	uint32_t type, flags;
	uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

static bool good_header(const struct elf_header *h)
{
	return h->magic == ELF_MAGIC && h->class == ELF_CLASS_64 && h->data == ELF_LITTLE && h->type == ELF_EXECUTABLE
		&& h->machine == ELF_X86_64 && h->phentsize == sizeof(struct elf_segment) && h->phnum <= MAX_SEGMENTS
		&& h->phoff <= UINT32_MAX && h->entry >= USER_BASE && h->entry < USER_END;
}

static bool good_segment(const struct elf_segment *s)
{
	return s->vaddr >= USER_BASE && s->vaddr < USER_END && s->memsz <= USER_END - s->vaddr && s->filesz <= s->memsz
		&& s->offset <= UINT32_MAX - s->filesz && s->vaddr % PAGE_SIZE == 0 && !(s->flags & PF_X && s->flags & PF_W);
}

static int load_page(struct address_space *space, int inode, const struct elf_segment *s, uint64_t offset)
{
	uint64_t access = (s->flags & PF_W ? PAGE_WRITABLE : 0) | (s->flags & PF_X ? PAGE_EXECUTABLE : 0);
	void *page = address_space_add_page(space, s->vaddr + offset, access);
	uint32_t n = offset < s->filesz ? (uint32_t)MIN(s->filesz - offset, PAGE_SIZE) : 0;

	if (!page)
		return -E_NO_MEMORY;
	int got = n ? fs_read(inode, (uint32_t)(s->offset + offset), page, n) : 0;
	if (got < 0)
		return got;
	return (uint32_t)got == n ? 0 : -E_BAD_PROGRAM;
}

static int load_segment(struct address_space *space, int inode, const struct elf_segment *s)
{
	int error = s->memsz == 0 || good_segment(s) ? 0 : -E_BAD_PROGRAM;

	for (uint64_t offset = 0; !error && offset < s->memsz; offset += PAGE_SIZE)
		error = load_page(space, inode, s, offset);
	return error;
}

int program_load(struct address_space *space, int inode, uint64_t *entry)
{
	struct elf_header header;
	struct elf_segment segments[MAX_SEGMENTS];
	int error = 0, size;

	if (fs_read(inode, 0, &header, sizeof(header)) != sizeof(header) || !good_header(&header))
		return -E_BAD_PROGRAM;
	size = header.phnum * (int)sizeof(segments[0]);
	if (fs_read(inode, (uint32_t)header.phoff, segments, (uint32_t)size) != size)
		return -E_BAD_PROGRAM;
	for (int i = 0; i < header.phnum && !error; i++)
		if (segments[i].type == PT_LOAD)
			error = load_segment(space, inode, &segments[i]);
	*entry = header.entry;
	return error;
}

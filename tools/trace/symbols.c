#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "symbols.h"

/* A whole file in memory. */
struct file {
	uint8_t *bytes;
	uint64_t size;
};

static int read_whole(struct file *file, const char *name)
{
	FILE *stream = fopen(name, "rb");

	*file = (struct file){ 0 };
	if (!stream)
		return -1;
	fseek(stream, 0, SEEK_END);

	long size = ftell(stream);

	rewind(stream);
	file->bytes = size > 0 ? malloc(size) : NULL;
	if (file->bytes)
		file->size = fread(file->bytes, 1, size, stream);
	fclose(stream);
	return file->size ? 0 : -1;
}

static const void *at(const struct file *file, uint64_t offset, uint64_t size)
{
	return offset <= file->size && file->size - offset >= size ? file->bytes + offset : NULL;
}

/* Where the symbol table and its names lie; both classes of ELF brought to one form. */
struct table {
	uint64_t offset, bytes, names, names_bytes, entry_bytes;
	int is64;
};

static int section_64(const struct file *file, unsigned index, Elf64_Shdr *section)
{
	Elf64_Ehdr header;

	memcpy(&header, file->bytes, sizeof(header));

	const void *bytes = at(file, header.e_shoff + (uint64_t)index * sizeof(*section), sizeof(*section));

	if (!bytes || index >= header.e_shnum)
		return -1;
	memcpy(section, bytes, sizeof(*section));
	return 0;
}

static int section_32(const struct file *file, unsigned index, Elf64_Shdr *section)
{
	Elf32_Ehdr header;
	Elf32_Shdr small;

	memcpy(&header, file->bytes, sizeof(header));

	const void *bytes = at(file, header.e_shoff + (uint64_t)index * sizeof(small), sizeof(small));

	if (!bytes || index >= header.e_shnum)
		return -1;
	memcpy(&small, bytes, sizeof(small));
	*section = (Elf64_Shdr){ .sh_type = small.sh_type, .sh_offset = small.sh_offset, .sh_size = small.sh_size,
		.sh_link = small.sh_link };
	return 0;
}

static int find_table(const struct file *file, struct table *table)
{
	int is64 = file->bytes[EI_CLASS] == ELFCLASS64;
	int (*section)(const struct file *, unsigned, Elf64_Shdr *) = is64 ? section_64 : section_32;
	Elf64_Shdr found, names;

	for (unsigned index = 0; section(file, index, &found) == 0; index++)
		if (found.sh_type == SHT_SYMTAB && section(file, found.sh_link, &names) == 0) {
			*table = (struct table){ found.sh_offset, found.sh_size, names.sh_offset, names.sh_size,
				is64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym), is64 };
			return 0;
		}
	return -1;
}

static int read_symbol(const struct file *file, const struct table *table, uint64_t index, Elf64_Sym *symbol)
{
	const void *bytes = at(file, table->offset + index * table->entry_bytes, table->entry_bytes);
	Elf32_Sym small;

	if (!bytes || index >= table->bytes / table->entry_bytes)
		return -1;
	if (table->is64) {
		memcpy(symbol, bytes, sizeof(*symbol));
		return 0;
	}
	memcpy(&small, bytes, sizeof(small));
	*symbol = (Elf64_Sym){ .st_name = small.st_name, .st_info = small.st_info, .st_shndx = small.st_shndx,
		.st_value = small.st_value, .st_size = small.st_size };
	return 0;
}

/* Labels of assembly have no type; the compiler's own (".L…") and those of constants (SHN_ABS) are no functions. */
static int is_code(const Elf64_Sym *symbol)
{
	unsigned type = ELF64_ST_TYPE(symbol->st_info);

	return (type == STT_FUNC || type == STT_NOTYPE) && symbol->st_shndx != SHN_UNDEF && symbol->st_shndx < SHN_LORESERVE;
}

static char *copy_name(const struct file *file, const struct table *table, uint64_t name)
{
	const char *text = name < table->names_bytes ? at(file, table->names, table->names_bytes) : NULL;

	return text && text[name] && text[name] != '.' ? strndup(text + name, table->names_bytes - name) : NULL;
}

static int by_address(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

static void add(struct symbols *symbols, const Elf64_Sym *from, char *name)
{
	struct symbol *list = realloc(symbols->list, (symbols->count + 1) * sizeof(*list));

	if (!list) {
		free(name);
		return;
	}
	symbols->list = list;
	list[symbols->count++] = (struct symbol){ from->st_value, from->st_value + from->st_size, name };
}

/* Assembly gives no sizes: such a function reaches to the next symbol. */
static void set_ends(struct symbols *symbols)
{
	for (unsigned i = 0; i < symbols->count; i++) {
		struct symbol *symbol = &symbols->list[i];

		if (symbol->end == symbol->address)
			symbol->end = i + 1 < symbols->count ? symbols->list[i + 1].address : symbol->address + 1;
	}
}

static const char *parse(struct symbols *symbols, const struct file *file)
{
	struct table table;
	Elf64_Sym symbol;

	if (file->size < sizeof(Elf64_Ehdr) || memcmp(file->bytes, ELFMAG, SELFMAG))
		return "it is no ELF file";
	if (find_table(file, &table))
		return "it has no symbol table";
	for (uint64_t index = 0; read_symbol(file, &table, index, &symbol) == 0; index++) {
		char *name = is_code(&symbol) ? copy_name(file, &table, symbol.st_name) : NULL;

		if (name)
			add(symbols, &symbol, name);
	}
	if (!symbols->count)
		return "its symbol table names no function";
	qsort(symbols->list, symbols->count, sizeof(*symbols->list), by_address);
	set_ends(symbols);
	return NULL;
}

const char *symbols_read(struct symbols *symbols, const char *name)
{
	struct file file;

	*symbols = (struct symbols){ 0 };
	if (read_whole(&file, name))
		return "it cannot be read";

	const char *problem = parse(symbols, &file);

	free(file.bytes);
	return problem;
}

void symbols_free(struct symbols *symbols)
{
	for (unsigned i = 0; i < symbols->count; i++)
		free(symbols->list[i].name);
	free(symbols->list);
	*symbols = (struct symbols){ 0 };
}

const struct symbol *symbols_find(const struct symbols *symbols, uint64_t address)
{
	unsigned low = 0, high = symbols->count;

	while (low < high) {
		unsigned middle = (low + high) / 2;

		if (symbols->list[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low && address < symbols->list[low - 1].end ? &symbols->list[low - 1] : NULL;
}

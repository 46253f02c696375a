/*
 * The loader against files that no linker made: both ELF classes, every length, every field that can lie. The file stands in memory
 * of exactly its size and the guest's memory ends where it says, so the address sanitizer sees one byte too far on either side.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <elf.h>
#include <cmocka.h>
#include "lib/errno.h"
#include "vm/guest_memory.h"
#include "vm/loader.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define MIB         0x100000ull
#define GUEST_BYTES (2 * MIB)
#define HEADER_AT   512
#define CODE_AT     0x400                       /* in the file */
#define CODE_BYTES  0x333
#define DATA_AT     0x800
#define DATA_BYTES  0x111
#define FILE_BYTES  (DATA_AT + DATA_BYTES)
#define DATA_PLACE  (MIB + 0x5000)
#define DATA_MEMORY 0x2345                      /* with its bss */
#define VIRTUAL     0xffffffff80000000ull       /* linked that much higher than loaded */

/* ---- The guest ---- */

static uint8_t *ram;
static struct guest_memory memory;

bool guest_owns(const struct guest_memory *m, uint64_t gpa, uint64_t n)
{
	assert_ptr_equal(m, &memory);
	return gpa <= m->size && n <= m->size - gpa;
}

int copy_to_guest(const struct guest_memory *m, uint64_t gpa, const void *from, size_t n)
{
	if (!guest_owns(m, gpa, n))
		return -EFAULT;
	memcpy(ram + gpa, from, n);
	return 0;
}

static int setup(void **state)
{
	memory = (struct guest_memory){ .size = GUEST_BYTES };
	ram = calloc(1, GUEST_BYTES);
	return 0;
}

static int teardown(void **state)
{
	free(ram);
	return 0;
}

/* ---- A kernel ---- */

static uint8_t image[16384];
static size_t image_bytes;
static Elf64_Ehdr *const e64 = (void *)image;
static Elf64_Phdr *const p64 = (void *)(image + sizeof(Elf64_Ehdr));
static Elf32_Ehdr *const e32 = (void *)image;
static Elf32_Phdr *const p32 = (void *)(image + sizeof(Elf32_Ehdr));

static void put_multiboot_header(size_t at, uint32_t flags)
{
	uint32_t header[3] = { 0x1badb002, flags, -(0x1badb002 + flags) };

	memcpy(image + at, header, sizeof(header));
}

static void fill_contents(void)
{
	memset(image, 0, sizeof(image));
	image_bytes = FILE_BYTES;
	for (size_t i = 0; i < CODE_BYTES; i++)
		image[CODE_AT + i] = i * 3 + 1;
	for (size_t i = 0; i < DATA_BYTES; i++)
		image[DATA_AT + i] = i * 5 + 2;
	put_multiboot_header(HEADER_AT, 3);
}

/* Two segments to load, and one before them that is none. */
static void make_elf64(void)
{
	fill_contents();
	*e64 = (Elf64_Ehdr){ .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT }, .e_type = ET_EXEC,
		.e_machine = EM_X86_64, .e_version = EV_CURRENT, .e_entry = VIRTUAL + MIB + 0x44, .e_phoff = sizeof(*e64),
		.e_ehsize = sizeof(*e64), .e_phentsize = sizeof(*p64), .e_phnum = 3 };
	p64[0] = (Elf64_Phdr){ .p_type = PT_GNU_STACK };
	p64[1] = (Elf64_Phdr){ .p_type = PT_LOAD, .p_offset = CODE_AT, .p_vaddr = VIRTUAL + MIB, .p_paddr = MIB,
		.p_filesz = CODE_BYTES, .p_memsz = CODE_BYTES };
	p64[2] = (Elf64_Phdr){ .p_type = PT_LOAD, .p_offset = DATA_AT, .p_vaddr = VIRTUAL + DATA_PLACE, .p_paddr = DATA_PLACE,
		.p_filesz = DATA_BYTES, .p_memsz = DATA_MEMORY };
}

static void make_elf32(void)
{
	uint32_t base = (uint32_t)VIRTUAL;

	fill_contents();
	*e32 = (Elf32_Ehdr){ .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT }, .e_type = ET_EXEC,
		.e_machine = EM_386, .e_version = EV_CURRENT, .e_entry = base + MIB + 0x44, .e_phoff = sizeof(*e32),
		.e_ehsize = sizeof(*e32), .e_phentsize = sizeof(*p32), .e_phnum = 3 };
	p32[0] = (Elf32_Phdr){ .p_type = PT_GNU_STACK };
	p32[1] = (Elf32_Phdr){ .p_type = PT_LOAD, .p_offset = CODE_AT, .p_vaddr = base + MIB, .p_paddr = MIB,
		.p_filesz = CODE_BYTES, .p_memsz = CODE_BYTES };
	p32[2] = (Elf32_Phdr){ .p_type = PT_LOAD, .p_offset = DATA_AT, .p_vaddr = base + DATA_PLACE, .p_paddr = DATA_PLACE,
		.p_filesz = DATA_BYTES, .p_memsz = DATA_MEMORY };
}

static void (*const makers[])(void) = { make_elf64, make_elf32 };

static struct loaded_kernel kernel;

static const char *load_bytes(size_t bytes, const char *command_line)
{
	uint8_t *file = malloc(bytes ? bytes : 1);
	const char *problem;

	memset(&kernel, 0xee, sizeof(kernel));
	memset(ram, 0, GUEST_BYTES);
	memcpy(file, image, bytes);
	problem = load_kernel(&memory, bytes ? file : file + 1, bytes, command_line, &kernel);
	free(file);
	return problem;
}

static const char *load(void)
{
	return load_bytes(image_bytes, "test");
}

static void refused(const char *word)
{
	const char *problem = load();

	if (!problem || !strstr(problem, word))
		fail_msg("expected a sentence with \"%s\", got \"%s\"", word, problem ? problem : "(loaded)");
}

static void loaded(void)
{
	const char *problem = load();

	if (problem)
		fail_msg("%s", problem);
}

/* ---- What a right kernel gets ---- */

static void both_classes_come_to_their_places(void **state)
{
	for (size_t m = 0; m < LENGTH(makers); m++) {
		makers[m]();
		loaded();
		assert_int_equal(kernel.entry, MIB + 0x44);     /* physical, although the file says where it is linked */
		assert_memory_equal(ram + MIB, image + CODE_AT, CODE_BYTES);
		assert_memory_equal(ram + DATA_PLACE, image + DATA_AT, DATA_BYTES);
		for (uint64_t gpa = MIB; gpa < GUEST_BYTES; gpa++)
			if (gpa - MIB >= CODE_BYTES && gpa - DATA_PLACE >= DATA_BYTES)
				assert_int_equal(ram[gpa], 0);
	}
}

/* Multiboot specification, "Boot information format". */
struct information {
	uint32_t flags, mem_lower, mem_upper, boot_device, cmdline, mods_count, mods_addr, syms[4], mmap_length, mmap_addr, drives_length,
		drives_addr, config_table, boot_loader_name;
};

static void the_kernel_is_told_about_its_machine(void **state)
{
	static const struct { uint64_t base, end; uint32_t type; } map[] = {
		{ 0, 0x9fc00, 1 }, { 0x9fc00, MIB, 2 }, { MIB, GUEST_BYTES, 1 },
	};
	struct information info;

	make_elf64();
	assert_null(load_bytes(image_bytes, "name autorun=\"ls; halt\""));
	memcpy(&info, ram + kernel.boot_information, sizeof(info));
	assert_int_equal(info.flags, 1 << 0 | 1 << 2 | 1 << 6 | 1 << 9);
	assert_int_equal(info.mem_lower, 639);
	assert_int_equal(info.mem_upper, (GUEST_BYTES - MIB) / 1024);
	assert_string_equal((char *)ram + info.cmdline, "name autorun=\"ls; halt\"");
	assert_string_equal((char *)ram + info.boot_loader_name, "Twinlab");
	assert_int_equal(info.mods_count, 0);
	size_t entries = 0;

	for (uint32_t at = info.mmap_addr; at < info.mmap_addr + info.mmap_length; entries++) {
		struct __attribute__((packed)) { uint32_t size; uint64_t base, length; uint32_t type; } entry;

		memcpy(&entry, ram + at, sizeof(entry));
		assert_in_range(entries, 0, LENGTH(map) - 1);
		assert_int_equal(entry.base, map[entries].base);
		assert_int_equal(entry.base + entry.length, map[entries].end);
		assert_int_equal(entry.type, map[entries].type);
		at += entry.size + 4;
	}
	assert_int_equal(entries, LENGTH(map));
}

/* It lies in memory that the map calls free, but not where a BIOS keeps its own. */
static void boot_information_lies_in_low_memory(void **state)
{
	make_elf64();
	loaded();
	for (uint64_t gpa = 0; gpa < MIB; gpa++)
		if (ram[gpa])
			assert_in_range(gpa, 0x600, 0x9fbff);
	assert_in_range(kernel.boot_information, 0x600, 0x9fbff);
}

static void command_lines_have_a_limit(void **state)
{
	char line[600];
	struct information info;

	make_elf64();
	for (size_t n = 500; n < sizeof(line); n++) {
		memset(line, 'x', n);
		line[n] = '\0';
		const char *problem = load_bytes(image_bytes, line);

		if (n > 511) {
			assert_non_null(strstr(problem, "511"));
			continue;
		}
		assert_null(problem);
		memcpy(&info, ram + kernel.boot_information, sizeof(info));
		assert_string_equal((char *)ram + info.cmdline, line);
	}
}

/* ---- The Multiboot header ---- */

static void the_header_lies_in_the_first_8_kib(void **state)
{
	make_elf64();
	image_bytes = sizeof(image);
	memset(image + HEADER_AT, 0, 12);
	refused("Multiboot header");
	for (size_t at = CODE_AT - 12; at <= 8192 + 8; at += 4) {
		put_multiboot_header(at, 3);
		if (at + 12 <= 8192)
			loaded();
		else
			refused("Multiboot header");
		memset(image + at, 0, 12);
	}
	put_multiboot_header(HEADER_AT + 2, 3);         /* not aligned */
	refused("Multiboot header");
}

static void the_header_adds_up(void **state)
{
	for (size_t byte = 0; byte < 12; byte++) {
		make_elf64();
		image[HEADER_AT + byte] ^= 1;
		refused("Multiboot header");
	}
	make_elf64();
	put_multiboot_header(HEADER_AT, 3);
	image[HEADER_AT - 12] = 0x02;                   /* something like a header before the right one */
	image[HEADER_AT - 11] = 0xb0;
	image[HEADER_AT - 10] = 0xad;
	image[HEADER_AT - 9] = 0x1b;
	loaded();
}

static void what_must_be_understood_is(void **state)
{
	static const struct { uint32_t flags; bool taken; } rows[] = {
		{ 0, true }, { 1, true }, { 2, true }, { 3, true }, { 1 << 17, true }, { 3u << 30, true },
		{ 4, false }, { 7, false }, { 1 << 3, false }, { 1 << 15, false }, { 0xffff, false },
	};

	for (size_t i = 0; i < LENGTH(rows); i++) {
		make_elf64();
		put_multiboot_header(HEADER_AT, rows[i].flags);
		if (rows[i].taken)
			loaded();
		else
			refused("asks for more");
	}
}

/* ---- Files that are no kernel ---- */

static void every_shorter_file_is_refused(void **state)
{
	for (size_t m = 0; m < LENGTH(makers); m++) {
		makers[m]();
		for (size_t n = 0; n < image_bytes; n++)
			assert_non_null(load_bytes(n, "test"));
		assert_null(load_bytes(image_bytes, "test"));
	}
}

static void wrong_identities(void **state)
{
	static const struct { size_t at; uint8_t value; } rows[] = {
		{ 0, 0 }, { 1, 'e' }, { 2, 'F' }, { 3, 0 },
		{ EI_CLASS, 0 }, { EI_CLASS, 3 }, { EI_CLASS, ELFCLASS32 }, { EI_DATA, ELFDATA2MSB },
		{ offsetof(Elf64_Ehdr, e_machine), EM_386 }, { offsetof(Elf64_Ehdr, e_machine), EM_ARM },
		{ offsetof(Elf64_Ehdr, e_machine) + 1, 1 },
		{ offsetof(Elf64_Ehdr, e_type), ET_REL }, { offsetof(Elf64_Ehdr, e_type), ET_CORE },
	};

	for (size_t i = 0; i < LENGTH(rows); i++) {
		make_elf64();
		image[rows[i].at] = rows[i].value;
		refused("ELF");
	}
	make_elf32();
	e32->e_machine = EM_X86_64;
	refused("ELF");
}

static void program_headers_lie_in_the_file(void **state)
{
	static const uint64_t offsets[] = { FILE_BYTES, FILE_BYTES - 3 * sizeof(Elf64_Phdr) + 1, 1ull << 32, 1ull << 63, UINT64_MAX,
		UINT64_MAX - sizeof(Elf64_Phdr) + 1 };
	static const uint16_t sizes[] = { 0, 1, sizeof(Elf64_Phdr) - 1, 0xffff };

	for (size_t i = 0; i < LENGTH(offsets); i++) {
		make_elf64();
		e64->e_phoff = offsets[i];
		refused("program headers");
	}
	for (size_t i = 0; i < LENGTH(sizes); i++) {
		make_elf64();
		e64->e_phentsize = sizes[i];
		refused("program headers");
	}
	make_elf64();
	e64->e_phnum = 0xffff;
	refused("program headers");
	make_elf64();
	e64->e_phnum = 0;
	refused("entry point");
}

static void larger_program_headers_are_stepped_over(void **state)
{
	Elf64_Phdr headers[3];

	make_elf64();
	memcpy(headers, p64, sizeof(headers));
	for (unsigned i = 0; i < 3; i++)
		memcpy(image + sizeof(*e64) + i * (sizeof(headers[0]) + 16), &headers[i], sizeof(headers[0]));
	e64->e_phentsize += 16;
	loaded();
	assert_memory_equal(ram + DATA_PLACE, image + DATA_AT, DATA_BYTES);
}

/* One field of the data segment each. */
static const struct {
	size_t field;
	uint64_t value;
	const char *word;               /* of the sentence; NULL: it loads */
} segments[] = {
	{ offsetof(Elf64_Phdr, p_offset), FILE_BYTES - DATA_BYTES, NULL },
	{ offsetof(Elf64_Phdr, p_offset), FILE_BYTES - DATA_BYTES + 1, "program headers" },
	{ offsetof(Elf64_Phdr, p_offset), FILE_BYTES + 1, "program headers" },
	{ offsetof(Elf64_Phdr, p_offset), UINT64_MAX, "program headers" },
	{ offsetof(Elf64_Phdr, p_offset), -(uint64_t)DATA_BYTES, "program headers" },
	{ offsetof(Elf64_Phdr, p_filesz), DATA_BYTES + 1, "program headers" },
	{ offsetof(Elf64_Phdr, p_filesz), UINT64_MAX, "program headers" },
	{ offsetof(Elf64_Phdr, p_filesz), 0, NULL },
	{ offsetof(Elf64_Phdr, p_memsz), DATA_BYTES, NULL },
	{ offsetof(Elf64_Phdr, p_memsz), DATA_BYTES - 1, "program headers" },
	{ offsetof(Elf64_Phdr, p_memsz), GUEST_BYTES - DATA_PLACE, NULL },
	{ offsetof(Elf64_Phdr, p_memsz), GUEST_BYTES - DATA_PLACE + 1, "does not fit" },
	{ offsetof(Elf64_Phdr, p_memsz), UINT64_MAX, "does not fit" },
	{ offsetof(Elf64_Phdr, p_memsz), -DATA_PLACE, "does not fit" },          /* ends at 0 */
	{ offsetof(Elf64_Phdr, p_memsz), -DATA_PLACE + MIB, "does not fit" },    /* wraps around */
	{ offsetof(Elf64_Phdr, p_paddr), 0, "below 1 MiB" },
	{ offsetof(Elf64_Phdr, p_paddr), 0x9000, "below 1 MiB" },
	{ offsetof(Elf64_Phdr, p_paddr), MIB - 1, "below 1 MiB" },
	{ offsetof(Elf64_Phdr, p_paddr), GUEST_BYTES - DATA_MEMORY, NULL },
	{ offsetof(Elf64_Phdr, p_paddr), GUEST_BYTES - DATA_MEMORY + 1, "does not fit" },
	{ offsetof(Elf64_Phdr, p_paddr), GUEST_BYTES, "does not fit" },
	{ offsetof(Elf64_Phdr, p_paddr), 1ull << 32, "does not fit" },
	{ offsetof(Elf64_Phdr, p_paddr), (1ull << 32) + MIB, "does not fit" },
	{ offsetof(Elf64_Phdr, p_paddr), UINT64_MAX, "does not fit" },
	{ offsetof(Elf64_Phdr, p_paddr), -(uint64_t)DATA_MEMORY, "does not fit" },
};

static void segments_stay_in_the_file_and_in_memory(void **state)
{
	for (size_t i = 0; i < LENGTH(segments); i++) {
		make_elf64();
		memcpy((uint8_t *)&p64[2] + segments[i].field, &segments[i].value, 8);
		if (segments[i].word)
			refused(segments[i].word);
		else
			loaded();
	}
}

static void the_entry_lies_in_a_segment(void **state)
{
	static const struct { uint64_t entry, place; } rows[] = {
		{ VIRTUAL + MIB, MIB }, { VIRTUAL + MIB + CODE_BYTES - 1, MIB + CODE_BYTES - 1 }, { VIRTUAL + MIB + CODE_BYTES, 0 },
		{ VIRTUAL + DATA_PLACE + DATA_MEMORY - 1, DATA_PLACE + DATA_MEMORY - 1 }, { VIRTUAL + DATA_PLACE + DATA_MEMORY, 0 },
		{ VIRTUAL + MIB - 1, 0 }, { MIB + 0x44, 0 }, { 0, 0 }, { UINT64_MAX, 0 },
	};

	for (size_t i = 0; i < LENGTH(rows); i++) {
		make_elf64();
		e64->e_entry = rows[i].entry;
		if (!rows[i].place) {
			refused("entry point");
			continue;
		}
		loaded();
		assert_int_equal(kernel.entry, rows[i].place);
	}
}

static void a_guest_of_1_mib_has_no_room(void **state)
{
	make_elf64();
	memory.size = MIB;
	refused("no memory above 1 MiB");
	memory.size = MIB + PAGE_SIZE;                  /* the code fits, the data does not */
	refused("does not fit");
}

/* Anything may stand in a file: the sanitizer says whether the loader looked where it may not. */
static void mutations_are_survived(void **state)
{
	static const uint64_t extremes[] = { 0, 1, 0x7f, 0xff, 0xffff, MIB, GUEST_BYTES, 0x7fffffff, 0xffffffff, 1ull << 32, 1ull << 63,
		UINT64_MAX, FILE_BYTES };
	unsigned taken = 0;

	srand(11);
	for (unsigned round = 0; round < 4000; round++) {
		makers[round % 2]();
		for (unsigned n = 1 + rand() % 4; n; n--) {
			size_t at = rand() % (sizeof(Elf64_Ehdr) + 3 * sizeof(Elf64_Phdr));
			uint64_t value = rand() % 2 ? extremes[rand() % LENGTH(extremes)] : ((uint64_t)rand() << 32 ^ rand());

			memcpy(image + at, &value, 1 << rand() % 4);
		}
		if (!load_bytes(rand() % 3 ? image_bytes : (size_t)rand() % image_bytes, "test")) {
			taken++;
			assert_in_range(kernel.entry, MIB, GUEST_BYTES - 1);
		}
	}
	assert_in_range(taken, 1, 3999);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(both_classes_come_to_their_places, setup, teardown),
		cmocka_unit_test_setup_teardown(the_kernel_is_told_about_its_machine, setup, teardown),
		cmocka_unit_test_setup_teardown(boot_information_lies_in_low_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(command_lines_have_a_limit, setup, teardown),
		cmocka_unit_test_setup_teardown(the_header_lies_in_the_first_8_kib, setup, teardown),
		cmocka_unit_test_setup_teardown(the_header_adds_up, setup, teardown),
		cmocka_unit_test_setup_teardown(what_must_be_understood_is, setup, teardown),
		cmocka_unit_test_setup_teardown(every_shorter_file_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(wrong_identities, setup, teardown),
		cmocka_unit_test_setup_teardown(program_headers_lie_in_the_file, setup, teardown),
		cmocka_unit_test_setup_teardown(larger_program_headers_are_stepped_over, setup, teardown),
		cmocka_unit_test_setup_teardown(segments_stay_in_the_file_and_in_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(the_entry_lies_in_a_segment, setup, teardown),
		cmocka_unit_test_setup_teardown(a_guest_of_1_mib_has_no_room, setup, teardown),
		cmocka_unit_test_setup_teardown(mutations_are_survived, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "paging.h"
#include "lib.h"
#include "machine.h"
#include "memory.h"

#define PAGE_PRESENT   (1ull << 0)
#define PAGE_LARGE     (1ull << 7)
#define PAGE_NX        (1ull << 63)
#define ADDRESS_MASK   0x000ffffffffff000ull
#define LARGE_PAGE     (2ull << 20)
#define TABLE_ENTRIES  512
#define IMAGE_TABLES   2                        /* 4 MiB in pages of 4 KiB, so that access can differ */
#define USER_SLOT      (USER_BASE >> 30)        /* the user's range is one entry of the page-directory-pointer table */

#define MSR_EFER       0xc0000080u
#define EFER_NXE       (1u << 11)

struct address_space {                          /* a PML4 table; only its first entry is used */
	uint64_t pml4[TABLE_ENTRIES];
};

extern uint64_t boot_pml4[], boot_pdpt[], boot_pd[];
extern char image_start[], text_end[], rodata_end[], image_end[];

static uint64_t image_pages[IMAGE_TABLES * TABLE_ENTRIES] __attribute__((aligned(4096)));
static uint64_t nx;                             /* PAGE_NX, if the CPU has it: boot/start.asm looked */

static void load_cr3(const void *table)
{
	asm volatile("mov %0, %%cr3" : : "r"(table) : "memory");
}

static bool nx_enabled(void)
{
	uint32_t low, high;

	asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(MSR_EFER));
	return low & EFER_NXE;
}

static uint64_t image_access(uint64_t address)
{
	if (address >= (uint64_t)image_start && address < (uint64_t)text_end)
		return PAGE_PRESENT;
	if (address >= (uint64_t)text_end && address < (uint64_t)rodata_end)
		return PAGE_PRESENT | nx;
	return PAGE_PRESENT | PAGE_WRITABLE | nx;
}

void paging_init(void)
{
	nx = nx_enabled() ? PAGE_NX : 0;
	if ((uint64_t)image_end > IMAGE_TABLES * LARGE_PAGE)
		kernel_panic("the kernel's image is too large for its page tables");
	for (size_t i = 0; i < ARRAY_LENGTH(image_pages); i++)
		image_pages[i] = i * PAGE_SIZE | image_access(i * PAGE_SIZE);
	for (size_t i = 0; i < IMAGE_TABLES; i++)
		boot_pd[i] = (uint64_t)&image_pages[i * TABLE_ENTRIES] | PAGE_PRESENT | PAGE_WRITABLE;
	for (size_t i = IMAGE_TABLES; i < TABLE_ENTRIES; i++)
		boot_pd[i] |= nx;
	load_cr3(boot_pml4);
}

struct address_space *address_space_create(void)
{
	struct address_space *space = pages_alloc(1);
	uint64_t *pdpt = pages_alloc(1);

	if (!space || !pdpt) {
		if (space)
			pages_free(space, 1);
		if (pdpt)
			pages_free(pdpt, 1);
		return NULL;
	}
	space->pml4[0] = (uint64_t)pdpt | PAGE_PRESENT | PAGE_WRITABLE | PAGE_USER;
	pdpt[0] = boot_pdpt[0];
	return space;
}

static uint64_t *table_of(uint64_t entry)
{
	return entry & PAGE_PRESENT ? (uint64_t *)(entry & ADDRESS_MASK) : NULL;
}

static void free_user_table(uint64_t *table)
{
	for (size_t i = 0; i < TABLE_ENTRIES; i++)
		if (table[i] & PAGE_PRESENT)
			pages_free((void *)(table[i] & ADDRESS_MASK), 1);
	pages_free(table, 1);
}

void address_space_destroy(struct address_space *space)
{
	uint64_t *pdpt = table_of(space->pml4[0]);
	uint64_t *directory = table_of(pdpt[USER_SLOT]);

	for (size_t i = 0; directory && i < TABLE_ENTRIES; i++)
		if (directory[i] & PAGE_PRESENT)
			free_user_table(table_of(directory[i]));
	if (directory)
		pages_free(directory, 1);
	pages_free(pdpt, 1);
	pages_free(space, 1);
}

void address_space_activate(struct address_space *space)
{
	static const void *active = boot_pml4;
	const void *wanted = space ? (const void *)space : boot_pml4;

	if (wanted == active)
		return;
	load_cr3(wanted);
	active = wanted;
}

/* The table below this entry; made if it is not there. NULL without memory. */
static uint64_t *next_table(uint64_t *entry)
{
	if (!(*entry & PAGE_PRESENT)) {
		void *table = pages_alloc(1);
		if (!table)
			return NULL;
		*entry = (uint64_t)table | PAGE_PRESENT | PAGE_WRITABLE | PAGE_USER;
	}
	return table_of(*entry);
}

/* The entry of the last level for a user address; NULL if a table on the way is missing and may not be made. */
static uint64_t *user_entry(struct address_space *space, uint64_t address, bool make)
{
	uint64_t *entry = &table_of(space->pml4[0])[USER_SLOT];

	for (unsigned shift = 21; shift >= 12; shift -= 9) {
		uint64_t *table = make ? next_table(entry) : table_of(*entry);
		if (!table)
			return NULL;
		entry = &table[address >> shift & (TABLE_ENTRIES - 1)];
	}
	return entry;
}

void *address_space_add_page(struct address_space *space, uint64_t address, uint64_t access)
{
	uint64_t *entry = address >= USER_BASE && address < USER_END ? user_entry(space, address, true) : NULL;

	if (!entry)
		return NULL;
	if (!(*entry & PAGE_PRESENT)) {
		void *page = pages_alloc(1);
		if (!page)
			return NULL;
		*entry = (uint64_t)page | PAGE_PRESENT | PAGE_USER | nx;
	}
	*entry |= access & PAGE_WRITABLE;
	if (access & PAGE_EXECUTABLE)
		*entry &= ~PAGE_NX;
	return (void *)(*entry & ADDRESS_MASK);
}

bool address_space_allows(struct address_space *space, uint64_t address, uint64_t length, bool write)
{
	uint64_t needed = PAGE_PRESENT | (write ? PAGE_WRITABLE : 0);

	if (length == 0)
		return true;
	if (address < USER_BASE || address >= USER_END || length > USER_END - address)
		return false;
	for (uint64_t page = address & ~(PAGE_SIZE - 1ull); page < address + length; page += PAGE_SIZE) {
		const uint64_t *entry = user_entry(space, page, false);
		if (!entry || (*entry & needed) != needed)
			return false;
	}
	return true;
}

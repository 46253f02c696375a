#include <stdbool.h>
#include "cpu/cpu.h"
#include "lib/panic.h"
#include "memory/layout.h"
#include "memory/memory.h"
#include "memory/pages.h"
#include "vm/guest_memory.h"

#define PTE_PRESENT (1ull << 0)
#define PTE_WRITE   (1ull << 1)
#define PTE_LARGE   (1ull << 7)
#define PTE_NX      (1ull << 63)
#define PTE_ADDRESS 0x000ffffffffff000ull
#define LARGE_PAGE  (512 * PAGE_SIZE)

static uint64_t *next_table(uint64_t *entry)
{
	if (!*entry) {
		uint64_t page = pages_alloc(1, 1);

		if (!page)
			panic("too little memory for the hypervisor's page tables");
		*entry = page | PTE_PRESENT | PTE_WRITE;
	}
	return (uint64_t *)(*entry & PTE_ADDRESS);
}

static uint64_t *entry_at(uint64_t *root, uint64_t address, int target)
{
	uint64_t *table = root;

	for (int level = 4; level > target; level--)
		table = next_table(&table[address >> (12 + 9 * (level - 1)) & 511]);
	return &table[address >> (12 + 9 * (target - 1)) & 511];
}

static bool inside(uint64_t address, const char *start, const char *end)
{
	return address >= (uint64_t)start && address < (uint64_t)end;
}

/* What the page at address may be used for: 0 for a page that must fault. */
static uint64_t rights(uint64_t address)
{
	if (address == 0 || address == (uint64_t)stack_guard || address == (uint64_t)trap_stack_guard ||
		address == (uint64_t)debug_stack_guard)
		return 0;
	if (inside(address, image_start, rodata_start))
		return PTE_PRESENT;
	if (inside(address, rodata_start, data_start))
		return PTE_PRESENT | PTE_NX;
	return PTE_PRESENT | PTE_WRITE | PTE_NX;
}

static void map_small_pages(uint64_t *root, uint64_t start)
{
	for (uint64_t address = start; address < start + LARGE_PAGE; address += PAGE_SIZE)
		*entry_at(root, address, 1) = rights(address) ? address | rights(address) : 0;
}

static void enable_protections(void)
{
	struct cpuid basic = cpuid(0, 0);
	struct cpuid features = basic.eax >= 7 ? cpuid(7, 0) : (struct cpuid){ 0 };
	uint64_t cr4 = read_cr4();

	if (cpuid(1, 0).edx & 1 << 7)
		cr4 |= CR4_MCE;         /* without it a machine check silently shuts the CPU down */
	if (features.ebx & 1 << 7)
		cr4 |= CR4_SMEP;
	if (features.ebx & 1 << 20)
		cr4 |= CR4_SMAP;
	if (features.ecx & 1 << 2)
		cr4 |= CR4_UMIP;
	write_cr4(cr4);
	write_cr0(read_cr0() | CR0_WP);
}

bool paging_is_mapped(uint64_t address)
{
	uint64_t *table = (uint64_t *)(read_cr3() & PTE_ADDRESS);

	if (address >> 48)
		return false;
	for (int level = 4; ; level--) {
		uint64_t entry = table[address >> (12 + 9 * (level - 1)) & 511];

		if (!(entry & PTE_PRESENT) || level == 1 || (entry & PTE_LARGE))
			return entry & PTE_PRESENT;
		table = (uint64_t *)(entry & PTE_ADDRESS);
	}
}

void paging_init(void)
{
	uint64_t *root = (uint64_t *)pages_alloc(1, 1);

	if (!(cpuid(0x80000001, 0).edx & 1 << 20))
		panic("the CPU has no NX (execute disable): turn it on in the firmware");
	wrmsr(MSR_IA32_EFER, rdmsr(MSR_IA32_EFER) | EFER_NXE | EFER_SCE);
	for (uint64_t address = 0; address < memory_map_top; address += LARGE_PAGE)
		if (address < (uint64_t)image_end)
			map_small_pages(root, address);
		else
			*entry_at(root, address, 2) = address | PTE_PRESENT | PTE_WRITE | PTE_NX | PTE_LARGE;
	write_cr3((uint64_t)root);
	enable_protections();
}

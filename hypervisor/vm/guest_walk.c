#include "cpu/cpu.h"
#include "lib/errno.h"
#include "vm/guest_memory.h"
#include "vm/guest_walk.h"

#define PTE_PRESENT  (1ull << 0)
#define PTE_WRITE    (1ull << 1)
#define PTE_USER     (1ull << 2)
#define PTE_ACCESSED (1ull << 5)
#define PTE_DIRTY    (1ull << 6)
#define PTE_PAGESIZE (1ull << 7)
#define FAULT_PRESENT 1u

/* The shape of the tables in each paging mode. */
struct mode {
	int levels;
	unsigned entry_size, index_bits;
	uint64_t root_mask;
};

static const struct mode mode_32bit = { 2, 4, 10, 0xfffff000 };
static const struct mode mode_pae = { 3, 8, 9, 0xffffffe0 };
static const struct mode mode_4level = { 4, 8, 9, 0x000ffffffffff000 };

static const struct mode *paging_mode(const struct guest_paging *paging)
{
	if (!(paging->cr4 & CR4_PAE))
		return &mode_32bit;
	return paging->efer & EFER_LMA ? &mode_4level : &mode_pae;
}

static bool is_leaf(const struct mode *mode, const struct guest_paging *paging, int level, uint64_t entry)
{
	if (level == 1)
		return true;
	if (!(entry & PTE_PAGESIZE) || level > 3 || (level == 3 && mode != &mode_4level))
		return false;
	return mode != &mode_32bit || (paging->cr4 & CR4_PSE);
}

/* What the rights of all levels together forbid. */
static bool allowed(const struct guest_paging *paging, uint64_t rights, unsigned access)
{
	if ((access & WALK_USER) && !(rights & PTE_USER))
		return false;
	if (!(access & WALK_USER) && (rights & PTE_USER) && (paging->cr4 & CR4_SMAP))
		return false;           /* as if RFLAGS.AC were 0 */
	if ((access & WALK_WRITE) && !(rights & PTE_WRITE))
		return !(access & WALK_USER) && !(paging->cr0 & CR0_WP);
	return true;
}

static uint64_t index_shift(const struct mode *mode, int level)
{
	return 12 + mode->index_bits * (level - 1);
}

static uint64_t entry_address(const struct mode *mode, uint64_t table, uint64_t linear, int level)
{
	uint64_t index = linear >> index_shift(mode, level) & ((1ull << mode->index_bits) - 1);

	if (mode == &mode_pae && level == 3)
		index &= 3;
	return table + index * mode->entry_size;
}

/* Not present if the guest points outside its memory. */
static uint64_t read_entry(const struct guest_memory *memory, const struct mode *mode, uint64_t address)
{
	uint64_t entry = 0;

	return copy_from_guest(memory, &entry, address, mode->entry_size) ? 0 : entry;
}

/* What the CPU does to an entry that it uses. SDM: "Accessed and Dirty Flags" */
static void mark(const struct guest_memory *memory, const struct mode *mode, uint64_t address, uint64_t entry, uint64_t flags)
{
	uint64_t marked = entry | flags;

	if (marked != entry)
		copy_to_guest(memory, address, &marked, mode->entry_size);
}

int guest_walk(const struct guest_memory *memory, const struct guest_paging *paging, uint64_t linear, unsigned access,
	uint64_t *gpa, uint32_t *error_code)
{
	const struct mode *mode = paging_mode(paging);
	uint64_t table = paging->cr3 & mode->root_mask, rights = PTE_WRITE | PTE_USER;

	*gpa = linear;
	if (!(paging->cr0 & CR0_PG))
		return 0;
	for (int level = mode->levels; ; level--) {
		uint64_t address = entry_address(mode, table, linear, level), entry = read_entry(memory, mode, address);
		bool directory_pointer = mode == &mode_pae && level == 3;       /* it has neither rights nor marks */

		*error_code = access & (WALK_WRITE | WALK_USER);
		if (!(entry & PTE_PRESENT))
			return -EFAULT;
		if (!directory_pointer)
			rights &= entry;
		table = entry & 0x000ffffffffff000;
		if (is_leaf(mode, paging, level, entry)) {
			uint64_t offset_mask = (1ull << index_shift(mode, level)) - 1;

			*gpa = (table & ~offset_mask) | (linear & offset_mask);
			*error_code |= FAULT_PRESENT;
			if (!allowed(paging, rights, access))
				return -EFAULT;
			if (access & WALK_MARK)
				mark(memory, mode, address, entry, PTE_ACCESSED | (access & WALK_WRITE ? PTE_DIRTY : 0));
			return 0;
		}
		if ((access & WALK_MARK) && !directory_pointer)
			mark(memory, mode, address, entry, PTE_ACCESSED);
	}
}

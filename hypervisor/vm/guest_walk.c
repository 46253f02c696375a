#include "cpu/cpu.h"
#include "lib/errno.h"
#include "vm/guest_memory.h"
#include "vm/guest_walk.h"

#define PTE_PRESENT  (1ull << 0)
#define PTE_WRITE    (1ull << 1)
#define PTE_USER     (1ull << 2)
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

/* The entry for linear at this level; not present if the guest points outside its memory. */
static uint64_t read_entry(const struct guest_memory *memory, const struct mode *mode, uint64_t table, uint64_t linear, int level)
{
	uint64_t index = linear >> index_shift(mode, level) & ((1ull << mode->index_bits) - 1), entry = 0;

	if (mode == &mode_pae && level == 3)
		index &= 3;
	if (copy_from_guest(memory, &entry, table + index * mode->entry_size, mode->entry_size))
		return 0;
	return entry;
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
		uint64_t entry = read_entry(memory, mode, table, linear, level);

		*error_code = access;
		if (!(entry & PTE_PRESENT))
			return -EFAULT;
		if (mode != &mode_pae || level != 3)    /* a PAE directory pointer has no rights */
			rights &= entry;
		table = entry & 0x000ffffffffff000;
		if (is_leaf(mode, paging, level, entry)) {
			uint64_t offset_mask = (1ull << index_shift(mode, level)) - 1;

			*gpa = (table & ~offset_mask) | (linear & offset_mask);
			*error_code = access | FAULT_PRESENT;
			return allowed(paging, rights, access) ? 0 : -EFAULT;
		}
	}
}

/* 5A: the guest's second CPU rewrites the page-directory-pointer table whenever the hypervisor has looked at it. */
#include "vmcs_test.h"
#include "lib/errno.h"
#include "vmx/setup.h"

static void set_pdptes_in_turn(void *to, uint64_t gpa, size_t n);

int copy_from_guest(const struct guest_memory *memory, void *to, uint64_t gpa, size_t n)
{
	if (gpa >= 0x200000)
		return -EFAULT;
	set_pdptes_in_turn(to, gpa, n);
	return 0;
}

#include "../../../hypervisor/exit/cr.c"

#define TABLE    0x12340ull
#define PRESENT  1ull
#define RESERVED 0x1e0ull

static uint64_t table[4], next[4];

/* The table as it is now; behind the reader's back it changes. guest_page() is another way to look. */
static void set_pdptes_in_turn(void *to, uint64_t gpa, size_t n)
{
	if (gpa < TABLE || n > sizeof(table) || gpa - TABLE > sizeof(table) - n)
		fail_msg("0x%lx bytes were read at 0x%lx; the table is 32 bytes at 0x%llx", n, gpa, TABLE);
	memcpy(to, (char *)table + (gpa - TABLE), n);
	memcpy(table, next, sizeof(table));
}

void *guest_page(const struct guest_memory *memory, uint64_t gpa)
{
	return gpa < 0x200000 ? (char *)table + gpa % 32 : NULL;
}

static struct vm vm;
struct vmx_capabilities vmx_capabilities;

uint64_t setup_guest_cr0(uint64_t value) { return value; }
uint64_t guest_register(const struct vm *vm, unsigned number) { return 0; }
void set_guest_register(struct vm *vm, unsigned number, uint64_t value) { }
void inject_exception(struct vm *vm, unsigned vector, int64_t error_code) { }
uint64_t exit_qualification(struct vm *vm) { return 0; }
enum verdict handle_unsupported(struct vm *vm) { return VERDICT_SAME; }
uint64_t guest_xcr0_bits(void) { return 7; }
void vm_log(struct vm *vm, const char *format, ...) { }
void vmx_invvpid(uint16_t vpid) { }

static bool load(const uint64_t now[4], const uint64_t then[4])
{
	vmcs_clear();
	memcpy(table, now, sizeof(table));
	memcpy(next, then, sizeof(next));
	vmcs_set(GUEST_CR3, TABLE | 0x18);              /* PWT and PCD are no address bits */
	bool loaded = load_pdptes(&vm);

	no_fault();
	return loaded;
}

static const uint64_t sound[4] = { 0x1000 | PRESENT, 0, 0x2000 | PRESENT, 0x3000 | PRESENT };
static const uint64_t broken[4] = { 0x1000 | PRESENT, 0, RESERVED | PRESENT, 0x3000 | PRESENT };

static void loads_four_or_none(void **state)
{
	assert_true(load(sound, sound));
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(vmcs_get(GUEST_PDPTE0 + 2 * i), sound[i]);
	assert_false(load(broken, broken));
	for (unsigned i = 0; i < 4; i++)
		if (vmcs_is_written[GUEST_PDPTE0 + 2 * i])
			fail_msg("entry 2 has reserved bits; entry %u went into the VMCS all the same", i);
	vmcs_set(GUEST_CR3, 0x40000000);
	assert_false(load_pdptes(&vm));
}

static void looks_once(void **state)
{
	assert_true(load(sound, sound));
	if (!load(sound, broken))
		fail_msg("the entries were sound when first read; a second look found others");
	for (unsigned i = 0; i < 4; i++)
		if (vmcs_get(GUEST_PDPTE0 + 2 * i) != sound[i])
			fail_msg("entry %u was 0x%lx when it was checked, and 0x%lx went into the VMCS", i, sound[i], vmcs_get(GUEST_PDPTE0 + 2 * i));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(loads_four_or_none),
	cmocka_unit_test(looks_once),
};

LAB_MAIN(tests)

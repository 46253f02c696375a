/*
 * 5A: the guest has a second CPU. It rewrites the page-directory-pointer table once, after the step that the test says: a copy of guest
 * memory, a check of an entry (pdpte_is_valid() executes CPUID), a write to the VMCS.
 */
#include "vmcs_test.h"
#include "lib/errno.h"
#include "vmx/setup.h"

#define TABLE    0x12340ull
#define PRESENT  1ull
#define RESERVED 0x1e0ull
#define STEPS    16u                    /* more than there are: it never strikes */

static uint64_t table[4], next[4];
static unsigned step, strike;

static void step_is_done(void)
{
	if (++step == strike)
		memcpy(table, next, sizeof(table));
}

#undef vmcs_write
#define vmcs_write(field, value) (vmcs_set(field, value), step_is_done())
#define cpuid(leaf, subleaf)     (step_is_done(), cpuid(leaf, subleaf))
#include "../../../hypervisor/exit/cr.c"

int copy_from_guest(const struct guest_memory *memory, void *to, uint64_t gpa, size_t n)
{
	if (gpa >= 0x200000)
		return -EFAULT;
	if (gpa < TABLE || n > sizeof(table) || gpa - TABLE > sizeof(table) - n)
		fail_msg("0x%lx bytes were read at 0x%lx; the table is 32 bytes at 0x%llx", n, gpa, TABLE);
	memcpy(to, (char *)table + (gpa - TABLE), n);
	step_is_done();
	return 0;
}

/* Another way to look. */
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

static bool load(const uint64_t now[4], const uint64_t then[4], unsigned when)
{
	vmcs_clear();
	memcpy(table, now, sizeof(table));
	memcpy(next, then, sizeof(next));
	step = 0;
	strike = when;
	vmcs_set(GUEST_CR3, TABLE | 0x18);              /* PWT and PCD are no address bits */
	bool loaded = load_pdptes(&vm);

	no_fault();
	return loaded;
}

static const uint64_t sound[4] = { 0x1000 | PRESENT, 0, 0x2000 | PRESENT, 0x3000 | PRESENT };
static const uint64_t broken[4] = { 0x1000 | PRESENT, 0, RESERVED | PRESENT, 0x3000 | PRESENT };

static void none_is_written(void)
{
	for (unsigned i = 0; i < 4; i++)
		if (vmcs_is_written[GUEST_PDPTE0 + 2 * i])
			fail_msg("entry 2 has reserved bits; entry %u went into the VMCS all the same", i);
}

static void loads_what_is_sound(void)
{
	if (!load(sound, sound, STEPS))
		fail_msg("all four entries are sound; load_pdptes() says false");
}

static void loads_four_or_none(void **state)
{
	loads_what_is_sound();
	for (unsigned i = 0; i < 4; i++)
		if (vmcs_get(GUEST_PDPTE0 + 2 * i) != sound[i])
			fail_msg("entry %u is 0x%lx; 0x%lx went into the VMCS", i, sound[i], vmcs_get(GUEST_PDPTE0 + 2 * i));
	if (load(broken, broken, STEPS))
		fail_msg("entry 2 has reserved bits; load_pdptes() says true");
	none_is_written();
	vmcs_set(GUEST_CR3, 0x40000000);
	if (load_pdptes(&vm))
		fail_msg("CR3 is behind the guest's memory; load_pdptes() says true");
}

/* Whenever the other CPU strikes, and whatever is read before or after: what goes into the VMCS was checked. */
static void looks_once(void **state)
{
	loads_what_is_sound();
	for (unsigned when = 1; when < STEPS; when++)
		if (!load(sound, broken, when))
			none_is_written();
		else if (vmcs_get(GUEST_PDPTE0 + 2 * 2) != sound[2])
			fail_msg("entry 2 was 0x%lx when it was checked, and 0x%lx went into the VMCS", sound[2], vmcs_get(GUEST_PDPTE0 + 2 * 2));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(loads_four_or_none),
	cmocka_unit_test(looks_once),
};

LAB_MAIN(tests)

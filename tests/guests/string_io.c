/* INS and OUTS: registers, directions, page borders, faults. SDM, "INS/INSB/INSW/INSD", "REP/REPE/REPZ/REPNE/REPNZ". */
#include "pc.h"

#define NOBODY  0x5000
#define SCRATCH 0x3ff
#define AREA    0x180000ull                     /* pages that this guest uses for nothing else */
#define UNMAP(address) do { page_table[(address) / PAGE] &= ~PRESENT; invlpg((void *)(address)); } while (0)
#define MAP(address, flags) do { \
	page_table[(address) / PAGE] = ((address) & ~(PAGE - 1)) | (flags); \
	invlpg((void *)(address)); \
} while (0)

extern char ins_in_compatibility_mode[], outs_in_compatibility_mode[];  /* string_io.asm */

struct registers { uint64_t rdi, rsi, rcx; };
static struct registers r;

#define STRING(instruction, port) \
	ATTEMPT(instruction, : "+D"(r.rdi), "+S"(r.rsi), "+c"(r.rcx) : "d"(port) : "memory")

static bool filled(uint64_t from, uint64_t bytes, uint8_t with)
{
	for (const volatile uint8_t *byte = (uint8_t *)from; byte < (uint8_t *)(from + bytes); byte++)
		if (*byte != with)
			return false;
	return true;
}

static void clear(void)
{
	for (uint64_t *word = (uint64_t *)AREA; word < (uint64_t *)(AREA + 4 * PAGE); word++)
		*word = 0;
}

static void begin(uint64_t rdi, uint64_t rsi, uint64_t rcx)
{
	clear();
	r = (struct registers){ rdi, rsi, rcx };
}

static void widths(void)
{
	exits_begin("IO_INSTRUCTION=3");
	begin(AREA, 0, 3);
	STRING("rep insb", NOBODY);
	bool bytes = r.rdi == AREA + 3 && r.rcx == 0 && filled(AREA, 3, 0xff) && filled(AREA + 3, 8, 0);
	begin(AREA, 0, 3);
	STRING("rep insw", NOBODY);
	bool words = r.rdi == AREA + 6 && r.rcx == 0 && filled(AREA, 6, 0xff) && filled(AREA + 6, 8, 0);
	begin(AREA, 0, 3);
	STRING("rep insl", NOBODY);
	bool dwords = r.rdi == AREA + 12 && r.rcx == 0 && filled(AREA, 12, 0xff) && filled(AREA + 12, 8, 0);
	exits_end();
	check("REP INSB stores bytes, one exit", bytes, true);
	check("REP INSW stores words, one exit", words, true);
	check("REP INSD stores doublewords, one exit", dwords, true);
}

static void single(void)
{
	begin(AREA, 0, 77);
	STRING("insw", NOBODY);
	check("INSW alone steps RDI", r.rdi, AREA + 2);
	check("INSW alone leaves RCX", r.rcx, 77);
	begin(0, AREA, 77);
	*(uint8_t *)AREA = 0x3c;
	STRING("outsb", SCRATCH);
	check("OUTSB hands the byte to the device", inb(SCRATCH), 0x3c);
	check("OUTSB steps RSI", r.rsi, AREA + 1);
}

static void no_elements(void)
{
	begin(AREA, 0, 0);
	STRING("rep insb", NOBODY);
	check_raised("REP INSB of nothing goes on", NOTHING, 0);
	check("REP INSB of nothing stores nothing", *(uint64_t *)AREA, 0);
	check("REP INSB of nothing leaves RDI", r.rdi, AREA);
}

static void downwards(void)
{
	begin(AREA + PAGE + 2, 0, 3);
	STRING("std; rep insw; cld", NOBODY);
	check("DF: RDI goes down", r.rdi, AREA + PAGE - 4);
	check("DF: the words lie below", filled(AREA + PAGE - 2, 6, 0xff) && filled(AREA + PAGE - 4, 2, 0), true);
	begin(0, AREA + 1, 2);
	*(uint16_t *)AREA = 0x1122;
	STRING("std; rep outsb; cld", SCRATCH);
	check("DF: OUTSB ends with the lower byte", inb(SCRATCH), 0x22);
}

static void page_borders(void)
{
	begin(AREA + PAGE - 3, 0, 4);
	STRING("rep insl", NOBODY);
	check("elements across a page border arrive", filled(AREA + PAGE - 3, 16, 0xff) && filled(AREA + PAGE + 13, 8, 0), true);
	begin(AREA + PAGE - 1, 0, 3);
	page_table[AREA / PAGE + 1] = (AREA + 2 * PAGE) | PRESENT | WRITABLE | USER;
	invlpg((void *)(AREA + PAGE));
	STRING("rep insb", NOBODY);
	MAP(AREA + PAGE, PRESENT | WRITABLE | USER);
	check("the next linear page may lie anywhere", filled(AREA + 2 * PAGE, 2, 0xff) && filled(AREA + PAGE, 8, 0), true);
	begin(AREA, 0, 2 * PAGE + 100);
	exits_begin("IO_INSTRUCTION=1");
	STRING("rep insb", NOBODY);
	exits_end();
	check("three pages in one exit", filled(AREA, 2 * PAGE + 100, 0xff) && filled(AREA + 2 * PAGE + 100, 8, 0), true);
}

/* What came before the fault has been moved, and the registers say so: the handler can map the page and go on. */
static void faults(void)
{
	begin(AREA + PAGE - 4, 0, 10);
	UNMAP(AREA + PAGE);
	STRING("rep insb", NOBODY);
	check_raised("INS into a page that is not there: #PF for writing", PF, 2);
	check("CR2 is the element's address", raised.cr2, AREA + PAGE);
	check("RCX counts what is left", r.rcx, 6);
	check("RDI points at the element", r.rdi, AREA + PAGE);
	MAP(AREA + PAGE, PRESENT | WRITABLE | USER);
	STRING("rep insb", NOBODY);
	check("with the page there it goes on to its end", filled(AREA + PAGE - 4, 10, 0xff) && r.rcx == 0, true);
	begin(AREA + PAGE - 2, 0, 1);
	UNMAP(AREA + PAGE);
	STRING("rep insl", NOBODY);
	MAP(AREA + PAGE, PRESENT | WRITABLE | USER);
	check_raised("an element half in such a page: #PF", PF, 2);
	check("CR2 is the first byte that is not there", raised.cr2, AREA + PAGE);
	check("the half that is there stays as it was", filled(AREA + PAGE - 2, 2, 0), true);
	MAP(AREA, PRESENT | USER);
	r = (struct registers){ AREA, 0, 1 };
	STRING("rep insb", NOBODY);
	check_raised("INS into a read-only page: #PF, protection", PF, 3);
	r = (struct registers){ 0, AREA, 1 };
	STRING("rep outsb", SCRATCH);
	check_raised("OUTS from a read-only page", NOTHING, 0);
	UNMAP(AREA);
	r = (struct registers){ 0, AREA, 1 };
	STRING("rep outsb", SCRATCH);
	check_raised("OUTS from a page that is not there: #PF for reading", PF, 0);
	MAP(AREA, PRESENT | WRITABLE | USER);
	r = (struct registers){ 1ull << 63, 0, 1 };
	STRING("rep insb", NOBODY);
	check_raised("INS to a non-canonical address: #GP", GP, 0);
}

/* SDM, "Accessed and Dirty Flags": whoever writes a page marks it. */
static void marks(void)
{
	begin(0, 0, 0);
	MAP(AREA, PRESENT | WRITABLE | USER);
	r = (struct registers){ AREA, 0, 1 };
	STRING("rep insb", NOBODY);
	check("INS marks the page accessed and dirty", page_table[AREA / PAGE] & (ACCESSED | DIRTY), ACCESSED | DIRTY);
	MAP(AREA, PRESENT | WRITABLE | USER);
	r = (struct registers){ 0, AREA, 1 };
	STRING("rep outsb", SCRATCH);
	check("OUTS marks it accessed only", page_table[AREA / PAGE] & (ACCESSED | DIRTY), ACCESSED);
}

static void store_one(void)
{
	r = (struct registers){ AREA, 0, 1 };
	STRING("rep insb", NOBODY);
}

static void in_ring3(void)
{
	exits_begin("IO_INSTRUCTION=1");
	call_in_ring3(store_one, 2 | RFLAGS_IOPL3);
	exits_end();
	check_raised("ring 3 with IOPL 3 may", NOTHING, 0);
	MAP(AREA, PRESENT | WRITABLE);
	call_in_ring3(store_one, 2 | RFLAGS_IOPL3);
	MAP(AREA, PRESENT | WRITABLE | USER);
	check_raised("but not into the kernel's page: #PF, protection, write, user", PF, 7);
}

/* SDM, "Address-Size Prefix": it says which part of RCX, RSI and RDI counts; 32-bit results clear the upper halves. */
static void address_sizes(void)
{
	begin(0xaaaaaaaa00000000 | AREA, 0, 0xbbbbbbbb00000002);
	STRING("rep insb (%%dx), %%es:(%%edi)", NOBODY);
	check("address size 32: EDI is the address, and RDI's upper half is cleared", r.rdi, AREA + 2);
	check("address size 32: ECX counts", r.rcx, 0);
	check("address size 32: two bytes", filled(AREA, 2, 0xff) && filled(AREA + 2, 8, 0), true);
	clear();
	call_in_compatibility_mode((void (*)(void))ins_in_compatibility_mode);
	check("address size 16: DI is the address", *(volatile uint32_t *)0x8000, 0xffff);
	call_in_compatibility_mode((void (*)(void))outs_in_compatibility_mode);
	check("a segment's base counts", inb(SCRATCH), 0x5e);
}

void run(void)
{
	widths();
	single();
	no_elements();
	downwards();
	page_borders();
	faults();
	marks();
	in_ring3();
	address_sizes();
}

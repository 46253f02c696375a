/*
 * 2C: string I/O, held to the SDM ("INS/INSB/INSW/INSD", "REP/REPE/REPZ/REPNE/REPNZ"). What holds is said with an exit: one CPUID for each
 * check, in the topic's phase, where the report counts them. What does not hold is said in words, byte by byte: OUTSB may be what is broken.
 */
#include "pc.h"

#define POST    0x80
#define NOBODY  0x5000                          /* reads as ones */
#define SCRATCH 0x3ff                           /* a register that keeps its byte */
#define AREA    0x180000ull
#define SET_PAGE(address, entry) do { page_table[(address) / PAGE] = (entry); invlpg((void *)(address)); } while (0)
#define HERE(address) (((address) & ~(PAGE - 1)) | PRESENT | WRITABLE | USER)

#define LONG    (192 * 1024)                    /* three times BYTES_PER_EXIT of hypervisor/exit/io.c */

enum topic { ONE_EXIT = 0x21, REGISTERS, DIRECTION, PAGES, NOTHING_TO_DO, LET_OTHERS_RUN, WORDS = 0x31, BYTES, THREE_PAGES, LONG_ONE };

static struct { uint64_t rdi, rsi, rcx; } r;

#define STRING(instruction, port) \
	ATTEMPT(instruction, : "+D"(r.rdi), "+S"(r.rsi), "+c"(r.rcx) : "d"(port) : "memory")

static void print(const char *text)
{
	while (*text)
		outb(COM1, *text++);
}

static void holds(const char *what, bool right)
{
	if (right) {
		cpuid(0, 0);
	} else {
		print("does not hold: ");
		print(what);
		print("\n");
	}
}

/* Exits between here and the next phase are counted under this code. */
static void phase(uint8_t code)
{
	outb(POST, code);
}

static bool filled(uint64_t from, uint64_t bytes, uint8_t with)
{
	for (const volatile uint8_t *byte = (uint8_t *)from; byte < (uint8_t *)(from + bytes); byte++)
		if (*byte != with)
			return false;
	return true;
}

static void begin(uint64_t rdi, uint64_t rsi, uint64_t rcx)
{
	for (uint64_t *word = (uint64_t *)AREA; word < (uint64_t *)(AREA + 4 * PAGE); word++)
		*word = 0;
	r.rdi = rdi;
	r.rsi = rsi;
	r.rcx = rcx;
}

static void one_exit(void)
{
	begin(AREA, 0, 256);
	phase(WORDS);
	STRING("rep insw", NOBODY);
	phase(ONE_EXIT);
	holds("REP INSW of 256 words stores 512 bytes, and no more", filled(AREA, 512, 0xff) && filled(AREA + 512, 8, 0));
	begin(0, AREA, 16);
	*(uint64_t *)(AREA + 8) = 0x7a6b5c4d3e2f1001;
	phase(BYTES);
	STRING("rep outsb", SCRATCH);
	phase(ONE_EXIT);
	holds("REP OUTSB of 16 bytes ends with the last", inb(SCRATCH) == 0x7a);
	begin(AREA, 0, 2 * PAGE + 100);
	phase(THREE_PAGES);
	STRING("rep insb", NOBODY);
	phase(ONE_EXIT);
	holds("REP INSB fills three pages", filled(AREA, 2 * PAGE + 100, 0xff) && filled(AREA + 2 * PAGE + 100, 8, 0));
}

static void registers(void)
{
	phase(REGISTERS);
	begin(AREA, 0x1234, 3);
	STRING("rep insl", NOBODY);
	holds("REP INSD of 3: RDI is 12 further, RCX 0", r.rdi == AREA + 12 && r.rcx == 0);
	holds("INS leaves RSI alone", r.rsi == 0x1234);
	begin(0x1234, AREA, 5);
	STRING("rep outsb", SCRATCH);
	holds("REP OUTSB of 5: RSI is 5 further, RCX 0, RDI as it was", r.rsi == AREA + 5 && r.rcx == 0 && r.rdi == 0x1234);
	begin(AREA, 0, 77);
	STRING("insw", NOBODY);
	holds("INSW without REP: RDI is 2 further, RCX as it was", r.rdi == AREA + 2 && r.rcx == 77);
	begin(0xaaaaaaaa00000000 | AREA, 0, 0xbbbbbbbb00000002);
	STRING("rep insb (%%dx), %%es:(%%edi)", NOBODY);
	holds("address size 32: ECX counts, EDI is the address, upper halves are cleared", r.rdi == AREA + 2 && r.rcx == 0 && filled(AREA, 2, 0xff));
}

static void direction(void)
{
	phase(DIRECTION);
	begin(AREA + PAGE + 2, 0, 3);
	STRING("std; rep insw; cld", NOBODY);
	holds("DF: RDI goes down", r.rdi == AREA + PAGE - 4 && r.rcx == 0);
	holds("DF: the words lie below, over the page's border", filled(AREA + PAGE - 2, 6, 0xff) && filled(AREA + PAGE - 4, 2, 0));
	begin(0, AREA + 1, 2);
	*(uint16_t *)AREA = 0x1122;
	STRING("std; rep outsb; cld", SCRATCH);
	holds("DF: OUTSB ends with the lower byte", inb(SCRATCH) == 0x22 && r.rsi == AREA - 1);
}

static void pages(void)
{
	phase(PAGES);
	begin(AREA + PAGE - 3, 0, 4);
	STRING("rep insl", NOBODY);
	holds("elements that lie across a page's border", filled(AREA + PAGE - 3, 16, 0xff) && filled(AREA + PAGE + 13, 8, 0));
	begin(AREA + PAGE - 1, 0, 3);
	SET_PAGE(AREA + PAGE, HERE(AREA + 2 * PAGE));
	STRING("rep insb", NOBODY);
	SET_PAGE(AREA + PAGE, HERE(AREA + PAGE));
	holds("the next linear page may be any page", filled(AREA + 2 * PAGE, 2, 0xff) && filled(AREA + PAGE, 8, 0));
	begin(AREA + PAGE - 4, 0, 10);
	SET_PAGE(AREA + PAGE, 0);
	STRING("rep insb", NOBODY);
	holds("a page that is not there: #PF at the instruction", raised.vector == PF && raised.rip == attempted_rip && raised.cr2 == AREA + PAGE);
	holds("... with RCX and RDI saying how far it came", r.rcx == 6 && r.rdi == AREA + PAGE);
	SET_PAGE(AREA + PAGE, HERE(AREA + PAGE));
	STRING("rep insb", NOBODY);
	holds("... and with the page there it goes on to its end", filled(AREA + PAGE - 4, 10, 0xff) && r.rcx == 0);
}

static void nothing_to_do(void)
{
	phase(NOTHING_TO_DO);
	begin(AREA, 0, 0);
	STRING("rep insb", NOBODY);
	holds("REP of nothing stores nothing", *(uint64_t *)AREA == 0 && r.rdi == AREA && r.rcx == 0);
	begin(1ull << 63, 0, 0);
	STRING("rep insb", NOBODY);
	holds("... and asks for no address", raised.vector == NOTHING);
}

/* Double words: a bound that counts elements is none. */
static void let_others_run(void)
{
	begin(AREA, 0, LONG / 4);
	phase(LONG_ONE);
	STRING("rep insl", NOBODY);
	phase(LET_OTHERS_RUN);
	holds("REP INSD of 192 KiB: RDI is 192 KiB further, RCX 0", r.rdi == AREA + LONG && r.rcx == 0);
	holds("REP INSD of 192 KiB stores them all, and no more", filled(AREA, LONG, 0xff) && filled(AREA + LONG, 8, 0));
}

void run(void)
{
	one_exit();
	registers();
	direction();
	pages();
	nothing_to_do();
	let_others_run();
	phase(0);
}

/* CR0, CR4 and CR8: what exits, what is refused, what other bits do without an exit. SDM, "MOV—Move to/from Control Registers". */
#include "guest.h"

#define CR0_PE   (1ull << 0)
#define CR0_MP   (1ull << 1)
#define CR0_TS   (1ull << 3)
#define CR0_WP   (1ull << 16)
#define CR0_NW   (1ull << 29)
#define CR0_CD   (1ull << 30)
#define CR0_PG   (1ull << 31)
#define CR4_TSD  (1ull << 2)
#define CR4_PAE  (1ull << 5)
#define CR4_MCE  (1ull << 6)
#define CR4_PGE  (1ull << 7)
#define CR4_VMXE (1ull << 13)
#define CR4_SMXE (1ull << 14)
#define CR4_PCIDE (1ull << 17)
#define WINDOW   0x1a0000ull                    /* a linear page whose place changes */
#define PAGE_A   0x1a1000ull
#define PAGE_B   0x1a2000ull

extern char look_without_paging[], pae_paging[], pae_paging_broken[];     /* control_registers.asm */
extern uint32_t seen, seen_cr0;

#define SET_CR0(value) ATTEMPT("mov %0, %%cr0", : : "r"((uint64_t)(value)) : "memory")
#define SET_CR4(value) ATTEMPT("mov %0, %%cr4", : : "r"((uint64_t)(value)) : "memory")

static void refused_cr0(void)
{
	uint64_t cr0 = READ_REGISTER(cr0);

	exits_begin("CONTROL_REGISTER=1");
	SET_CR0(cr0 & ~CR0_PG);
	exits_end();
	check_raised("CR0.PG off in 64-bit mode: #GP", GP, 0);
	SET_CR0(cr0 & ~(CR0_PG | CR0_PE));
	check_raised("CR0.PG and PE off in 64-bit mode: #GP", GP, 0);
	SET_CR0(cr0 & ~CR0_PE);
	check_raised("CR0.PE off with PG on: #GP", GP, 0);
	SET_CR0(cr0 | CR0_NW);
	check_raised("CR0.NW without CD: #GP", GP, 0);
	SET_CR0(cr0 | 1ull << 32);
	check_raised("the upper half of CR0: #GP", GP, 0);
	check("CR0 is as it was", READ_REGISTER(cr0), cr0);
}

static void taken_cr0(void)
{
	uint64_t cr0 = READ_REGISTER(cr0);

	exits_begin("CONTROL_REGISTER=2");
	WRITE_REGISTER(cr0, cr0 | CR0_CD);
	uint64_t uncached = READ_REGISTER(cr0);
	WRITE_REGISTER(cr0, cr0);
	exits_end();
	check("CR0.CD reads as written", uncached, cr0 | CR0_CD);
	exits_begin("");
	WRITE_REGISTER(cr0, (cr0 & ~CR0_WP) | CR0_TS);
	uint64_t changed = READ_REGISTER(cr0);
	asm volatile("clts");
	uint64_t cleared = READ_REGISTER(cr0);
	uint16_t status;
	asm volatile("smsw %0\n\tlmsw %0" : "=r"(status));
	WRITE_REGISTER(cr0, cr0);
	exits_end();
	check("WP and TS change without an exit", changed, (cr0 & ~CR0_WP) | CR0_TS);
	check("CLTS clears TS without an exit", cleared, cr0 & ~CR0_WP);
	check("SMSW and LMSW do not exit", status, (uint16_t)cr0);
}

static void refused_cr4(void)
{
	uint64_t cr4 = READ_REGISTER(cr4);

	check("CR4.VMXE reads 0", cr4 & CR4_VMXE, 0);
	exits_begin("CONTROL_REGISTER=1");
	SET_CR4(cr4 | CR4_VMXE);
	exits_end();
	check_raised("CR4.VMXE: #GP", GP, 0);
	SET_CR4(cr4 | CR4_SMXE);
	check_raised("CR4.SMXE: #GP", GP, 0);
	SET_CR4(cr4 | CR4_PCIDE);
	check_raised("CR4.PCIDE, which CPUID hides: #GP", GP, 0);
	SET_CR4(cr4 | 1ull << 31);
	check_raised("a reserved bit of CR4: #GP", GP, 0);
	SET_CR4(cr4 | 1ull << 63);
	check_raised("the upper half of CR4: #GP", GP, 0);
	SET_CR4(cr4 & ~CR4_PAE);
	check_raised("CR4.PAE off in long mode: #GP", GP, 0);
	check("CR4 is as it was", READ_REGISTER(cr4), cr4);
	exits_begin("");
	WRITE_REGISTER(cr4, cr4 | CR4_TSD | CR4_PGE);
	uint64_t changed = READ_REGISTER(cr4);
	WRITE_REGISTER(cr4, cr4);
	WRITE_REGISTER(cr3, READ_REGISTER(cr3));
	exits_end();
	check("TSD and PGE change without an exit, CR3 as well", changed, cr4 | CR4_TSD | CR4_PGE);
}

static void task_priority(void)
{
	exits_begin("CONTROL_REGISTER=3");
	uint64_t at_start = READ_REGISTER(cr8);
	WRITE_REGISTER(cr8, 11);
	uint64_t written = READ_REGISTER(cr8);
	exits_end();
	check("CR8 starts with 0", at_start, 0);
	check("CR8 keeps what is written", written, 11);
	ATTEMPT("mov %0, %%cr8", : : "r"(16ull) : "memory");
	check_raised("CR8 above 15: #GP", GP, 0);
	check("CR8 is as it was", READ_REGISTER(cr8), 11);
	WRITE_REGISTER(cr8, 0);
}

/* Paging off and on again forgets every translation: no INVLPG is due. SDM, "Operations that Invalidate TLBs". */
static void paging_off(void)
{
	*(volatile uint32_t *)PAGE_A = 0xaaaa;
	*(volatile uint32_t *)PAGE_B = 0xbbbb;
	*(volatile uint32_t *)WINDOW = 0xcccc;
	page_table[WINDOW / PAGE] = PAGE_A | PRESENT | WRITABLE;
	invlpg((void *)WINDOW);
	check("the window shows A", *(volatile uint32_t *)WINDOW, 0xaaaa);
	exits_begin("CONTROL_REGISTER=2");
	call_in_protected_mode((void (*)(void))look_without_paging);
	exits_end();
	check("without paging an address is physical", seen, 0xcccc);
	check("CR0 without paging", seen_cr0, READ_REGISTER(cr0) & ~CR0_PG);
	check("with paging again, the window shows what the table now says", *(volatile uint32_t *)WINDOW, 0xbbbb);
}

/* The CPU loads four directory pointers as PAE paging begins. SDM, "PAE Paging". */
static void pae(void)
{
	exits_begin("CONTROL_REGISTER=4 WRMSR=2");
	call_in_protected_mode((void (*)(void))pae_paging);
	exits_end();
	check("PAE paging: the third pointer's page", seen, 0xaaaa);
	exits_begin("CONTROL_REGISTER=3 WRMSR=2");
	call_in_protected_mode((void (*)(void))pae_paging_broken);
	exits_end();
	check("a directory pointer with a reserved bit: #GP, and paging stays off", seen, 0x6b);
}

void run(void)
{
	refused_cr0();
	taken_cr0();
	refused_cr4();
	task_priority();
	paging_off();
	pae();
}

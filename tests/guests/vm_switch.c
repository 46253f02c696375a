/*
 * What a VM has in the CPU must still be there after other VMs' turns. Several of this one run against each other, each with its
 * own values made from its name's last letter.
 */
#include "guest.h"

#define CR4_OSXSAVE (1ull << 18)
#define DR7_WRITE8_0 0x90402ull
#define TURNS    20
#define A_TURN   20000ull                       /* ticks that show that another VM ran in between */
#define PATIENCE 400000000ull

static uint64_t seed;
static volatile uint64_t watched[32] __attribute__((aligned(32)));
static uint8_t vectors[16][32] __attribute__((aligned(32))), now[16][32] __attribute__((aligned(32)));
static uint16_t fpu_control;
static uint32_t mxcsr;
static uint64_t st0;

static const uint32_t own_msrs[] = { 0xc0000081, 0xc0000082, 0xc0000083, 0xc0000084, 0xc0000102, 0x174, 0x175, 0x176, 0xc0000100, 0xc0000101 };
#define OWN_MSRS (sizeof(own_msrs) / sizeof(own_msrs[0]))

static uint64_t own(unsigned n)
{
	return seed * 0x100000 + n * 0x1000;
}

#define EACH_VECTOR(do) do(0) do(1) do(2) do(3) do(4) do(5) do(6) do(7) do(8) do(9) do(10) do(11) do(12) do(13) do(14) do(15)
#define LOAD_VECTOR(n)  asm volatile("vmovdqa %0, %%ymm" #n : : "m"(vectors[n]));
#define STORE_VECTOR(n) asm volatile("vmovdqa %%ymm" #n ", %0" : "=m"(now[n]));

static void load_fpu(void)
{
	WRITE_REGISTER(cr4, READ_REGISTER(cr4) | CR4_OSXSAVE);
	asm volatile("xsetbv" : : "c"(0), "a"(7), "d"(0));
	for (unsigned i = 0; i < sizeof(vectors); i++)
		vectors[i / 32][i % 32] = seed * 7 + i;
	EACH_VECTOR(LOAD_VECTOR)
	fpu_control = 0x37f | seed % 4 << 10;   /* rounding */
	mxcsr = 0x1f80 | (uint32_t)(seed % 4) << 13;
	st0 = seed;
	asm volatile("fninit; fldcw %0; fildll %1; ldmxcsr %2" : : "m"(fpu_control), "m"(st0), "m"(mxcsr));
}

static unsigned fpu_differs(void)
{
	uint16_t control;
	uint32_t csr;
	uint64_t top;
	unsigned differs = 0;

	EACH_VECTOR(STORE_VECTOR)
	asm volatile("fnstcw %0; stmxcsr %1; fistpll %2; fildll %2" : "=m"(control), "=m"(csr), "=m"(top));
	for (unsigned i = 0; i < sizeof(vectors); i++)
		differs += now[i / 32][i % 32] != vectors[i / 32][i % 32];
	return differs + (control != fpu_control) + (csr != mxcsr) + (top != st0);
}

static void load_registers(void)
{
	for (unsigned i = 0; i < OWN_MSRS; i++)
		wrmsr(own_msrs[i], own(i));
	WRITE_REGISTER(dr0, (uint64_t)&watched[seed % 32]);
	WRITE_REGISTER(dr1, own(21));
	WRITE_REGISTER(dr2, own(22));
	WRITE_REGISTER(dr3, own(23));
	WRITE_REGISTER(dr7, DR7_WRITE8_0);
	WRITE_REGISTER(cr2, own(30));
	WRITE_REGISTER(cr8, seed % 16);
}

static unsigned registers_differ(void)
{
	unsigned differs = 0;

	for (unsigned i = 0; i < OWN_MSRS; i++)
		differs += rdmsr(own_msrs[i]) != own(i);
	differs += READ_REGISTER(dr0) != (uint64_t)&watched[seed % 32];
	differs += READ_REGISTER(dr1) != own(21) || READ_REGISTER(dr2) != own(22) || READ_REGISTER(dr3) != own(23);
	differs += READ_REGISTER(dr7) != DR7_WRITE8_0;
	differs += READ_REGISTER(cr2) != own(30);
	return differs + (READ_REGISTER(cr8) != seed % 16);
}

static void check_breakpoints(void)
{
	ATTEMPT("movq $1, %0", : "=m"(watched[(seed + 1) % 32]));
	check_raised("another VM's breakpoint is not ours", NOTHING, 0);
	WRITE_REGISTER(dr6, 0xffff0ff0);
	ATTEMPT("movq $1, %0", : "=m"(watched[seed % 32]));
	check("our breakpoint is still there", raised.vector, DB);
	check("DR6.B0", raised.dr6, 0xffff0ff1);
}

/* A turn has passed when the time-stamp counter jumps by what others had. */
void run(void)
{
	unsigned turns = 0, fpu = 0, registers = 0;
	const char *name = guest_name;

	while (name[1])
		name++;
	seed = *name;
	load_fpu();
	load_registers();
	for (uint64_t before = rdtsc(), deadline = before + PATIENCE; turns < TURNS && before < deadline; ) {
		uint64_t after = rdtsc();

		if (after - before > A_TURN) {
			turns++;
			fpu += fpu_differs();
			registers += registers_differ();
			after = rdtsc();
		}
		before = after;
	}
	check("other VMs had their turns", turns, TURNS);
	check("x87, SSE and AVX are as they were", fpu, 0);
	check("MSRs, debug registers, CR2 and CR8 are as they were", registers, 0);
	check_breakpoints();
}

#pragma once
/*
 * What every tiny guest is made of. It does one family of things that exit, says on its console what came of each, and beside
 * that which exits this must have caused; tests/guests/judge.awk holds that against the hypervisor's report.
 *
 *   ok WHAT                              a check that held
 *   not ok WHAT: expected …, got …
 *   exits 0xPHASE NAME=COUNT …           the exits of this phase, all of them but the machine's own (interrupts, time slices);
 *                                        NAME=*: any number
 *   ends off after N checks              the last line: how the VM's life must end;
 *   ends faulted after N checks: TEXT    TEXT must be in the hypervisor's reason
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "pv.h"

/* ---- What a guest writes ---- */
extern const char *guest_name;                  /* the VM's, from the command line */
bool is_named(const char *name);

void run(void);                                 /* the guest itself; when it returns, the VM is powered off */

/* ---- Checks ---- */
void check(const char *what, uint64_t got, uint64_t expected);
void say(const char *format, ...);              /* %s, %u (unsigned), %lx (uint64_t); at most 190 characters */

/* From here to exits_end() just these exits may happen. At most 18 such stretches. */
void exits_begin(const char *expected);
void exits_end(void);

/* Power off now, or after what comes next the hypervisor must stop this VM with a reason that contains this text. */
_Noreturn void end_off(void);
void end_faulted(const char *reason);

/* ---- Exceptions and interrupts ---- */
enum { NOTHING = -1, DB = 1, UD = 6, NM = 7, DF = 8, TS = 10, NP = 11, SS = 12, GP = 13, PF = 14, AC = 17 };

struct trap_frame {
	uint64_t vector, error_code, rip, cs, rflags, rsp, ss;
};

struct exception {
	int vector;                             /* NOTHING: none came */
	uint64_t error_code, rip, cr2, dr6, rflags;
};
extern volatile struct exception raised;        /* by the last ATTEMPT */
extern volatile uint64_t attempted_rip, resume_at;
extern volatile unsigned interrupts[64];        /* how often each vector came */
extern volatile uint64_t interrupted_rip;
extern void (*on_interrupt)(unsigned vector);

/* Run instructions of which one may raise an exception, and go on behind them. The first of them is attempted_rip. */
#define ATTEMPT(instructions, ...) do { \
	attempt_begin(); \
	asm volatile("movq $1f, attempted_rip\n\tmovq $2f, resume_at\n1:\t" instructions "\n2:" __VA_ARGS__); \
	resume_at = 0; \
} while (0)
void attempt_begin(void);

/* The instruction of the last ATTEMPT raised this (or NOTHING), at itself, with this error code. */
void check_raised(const char *what, int vector, uint64_t error_code);

void call_in_ring3(void (*f)(void), uint64_t rflags);
void call_in_protected_mode(void (*f)(void));
void call_in_compatibility_mode(void (*f)(void));

/* ---- The CPU ---- */
extern volatile uint64_t pml4[512], page_table[512];
extern uint64_t gdt[];
#define PAGE      4096ull
#define PRESENT   1ull
#define WRITABLE  2ull
#define USER      4ull
#define ACCESSED  (1ull << 5)
#define DIRTY     (1ull << 6)
#define RFLAGS_TF (1ull << 8)
#define RFLAGS_IF (1ull << 9)
#define RFLAGS_AC (1ull << 18)
#define RFLAGS_IOPL3 (3ull << 12)

struct cpuid { uint32_t eax, ebx, ecx, edx; };

static inline struct cpuid cpuid(uint32_t leaf, uint32_t subleaf)
{
	struct cpuid r;

	asm volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx) : "a"(leaf), "c"(subleaf));
	return r;
}

static inline uint64_t rdtsc(void)
{
	uint32_t low, high;

	asm volatile("rdtsc" : "=a"(low), "=d"(high));
	return low | (uint64_t)high << 32;
}

static inline uint64_t rdmsr(uint32_t msr)
{
	uint32_t low, high;

	asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return low | (uint64_t)high << 32;
}

static inline void wrmsr(uint32_t msr, uint64_t value)
{
	asm volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}

#define READ_REGISTER(name) ({ uint64_t value; asm volatile("mov %%" #name ", %0" : "=r"(value) : : "memory"); value; })
#define WRITE_REGISTER(name, value) asm volatile("mov %0, %%" #name : : "r"((uint64_t)(value)) : "memory")

static inline void invlpg(const void *address)
{
	asm volatile("invlpg (%0)" : : "r"(address) : "memory");
}

static inline void outb(uint16_t port, uint8_t value)
{
	asm volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t inb(uint16_t port)
{
	uint8_t value;

	asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

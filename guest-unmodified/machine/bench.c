/* What only a PC can do: the work of `bench console` and `bench disk` in the ways that ask most of the machine, and least. */
#include "lib.h"
#include "machine.h"
#include "pc.h"
#include "portio.h"

#define COM1_DATA       0x3f8
#define ATA_DATA        0x1f0
#define NAIVE_SECTORS   128
#define WORDS_PER_SECTOR 256
#define CONSOLE_BYTES   1024
#define FIFO_SIZE       16
#define CPUID_CALLS     10000

#define PHASE_DISK_NAIVE     (PHASE_MACHINE + 0)
#define PHASE_CONSOLE_NAIVE  (PHASE_MACHINE + 1)
#define PHASE_CPUID          (PHASE_MACHINE + 2)
#define PHASE_CONSOLE_STRING (PHASE_MACHINE + 3)

static void fill_line(char *block)
{
	memset(block, '.', CONSOLE_BYTES);
	memcpy(block + CONSOLE_BYTES - 2, "\r\n", 2);
}

static void print_result(const char *what, uint64_t ticks)
{
	printk("%s\n  time: %lu ticks\n", what, ticks);
}

static int read_word_by_word(uint16_t *words)
{
	if (disk_begin_read(0, NAIVE_SECTORS) < 0)
		return -1;
	for (int sector = 0; sector < NAIVE_SECTORS; sector++) {
		if (disk_wait_for_sector() < 0)
			return -1;
		for (int i = 0; i < WORDS_PER_SECTOR; i++)
			words[i] = inw(ATA_DATA);
	}
	return 0;
}

static int disk_naive(void)
{
	uint16_t words[WORDS_PER_SECTOR];

	machine_phase(PHASE_DISK_NAIVE);
	uint64_t start = cpu_ticks();
	int error = read_word_by_word(words);
	uint64_t ticks = cpu_ticks() - start;
	machine_phase(PHASE_OTHER);
	if (error)
		return error;
	print_result("disk-naive: 64 KiB read, one IN for each word", ticks);
	return 0;
}

static int console_naive(void)
{
	static char block[CONSOLE_BYTES];

	fill_line(block);
	console_drain();
	console_use_fifo(false);
	machine_phase(PHASE_CONSOLE_NAIVE);
	uint64_t start = cpu_ticks();
	console_write_polled(block, sizeof(block));
	uint64_t ticks = cpu_ticks() - start;
	machine_phase(PHASE_OTHER);
	console_drain();
	console_use_fifo(true);
	print_result("console-naive: 1024 bytes written, polled, no FIFO", ticks);
	return 0;
}

/* Polled, but 16 bytes in one instruction: the fewest exits that this chip allows. */
static int console_string(void)
{
	static char block[CONSOLE_BYTES];

	fill_line(block);
	machine_phase(PHASE_CONSOLE_STRING);
	uint64_t start = cpu_ticks();
	for (size_t i = 0; i < sizeof(block); i += FIFO_SIZE) {
		console_drain();
		outsb(COM1_DATA, block + i, FIFO_SIZE);
	}
	uint64_t ticks = cpu_ticks() - start;
	machine_phase(PHASE_OTHER);
	print_result("console-string: 1024 bytes written, one OUTSB for 16", ticks);
	return 0;
}

/* In assembly, so that a round is exactly four instructions and the rest of the ticks is the exit's. */
static int cpuid(void)
{
	uint64_t calls = CPUID_CALLS;

	machine_phase(PHASE_CPUID);
	uint64_t start = cpu_ticks();
	asm volatile("1: xor %%eax, %%eax; cpuid; dec %0; jnz 1b" : "+D"(calls) : : "rax", "rbx", "rcx", "rdx", "cc");
	uint64_t ticks = cpu_ticks() - start;
	machine_phase(PHASE_OTHER);
	print_result("cpuid: 10000 times", ticks);
	return 0;
}

const struct machine_bench machine_benches[] = {
	{ "disk-naive", "read 64 KiB, one IN for each word", disk_naive },
	{ "console-naive", "write 1 KiB, polled, without the FIFO", console_naive },
	{ "cpuid", "CPUID, 10000 times", cpuid },
	{ "console-string", "write 1 KiB, polled, 16 bytes in one OUTSB", console_string },
	{ NULL, NULL, NULL },
};

/* What the two machines are compared by. A phase is marked around the work alone; results are printed outside of it. */
#include "commands.h"
#include "console.h"
#include "disk.h"
#include "errors.h"
#include "fs.h"
#include "fs_format.h"
#include "lib.h"
#include "memory.h"
#include "thread.h"

#define MS 1000000ull
#define CONSOLE_BYTES 1024
#define TEXT_FILE "text.txt"
#define TEXT_BYTES 4096u
#define DISK_FILE "numbers.txt"
#define DISK_KIB 64
#define DISK_MAX_KIB 256
#define CLOCK_READINGS 1000
#define SIEVE_SIZE 1000000u
#define CHECKSUM_SIZE 500000

static uint64_t phase_start;

static void begin(enum phase phase)
{
	machine_phase(phase);
	phase_start = cpu_ticks();
}

/* Ticks since begin(). */
static uint64_t end(void)
{
	uint64_t ticks = cpu_ticks() - phase_start;

	machine_phase(PHASE_OTHER);
	return ticks;
}

/* On a line of its own that a comparison of two machines can leave out. */
static void print_ticks(uint64_t ticks)
{
	printk("  time: %lu ticks\n", ticks);
}

/* ---- The console ---- */

static void bench_console(uint64_t argument)
{
	static char block[CONSOLE_BYTES];

	(void)argument;
	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = i % 64 == 62 ? '\r' : i % 64 == 63 ? '\n' : (char)('!' + (i / 64 + i % 64) % 90);
	begin(PHASE_CONSOLE);
	console_write_raw(block, sizeof(block));
	uint64_t ticks = end();
	printk("console: %d bytes written\n", CONSOLE_BYTES);
	print_ticks(ticks);
}

static int read_text(char *page)
{
	int inode = fs_find(TEXT_FILE);

	return inode < 0 ? inode : fs_read(inode, 0, page, TEXT_BYTES);
}

static void print_text(enum phase phase)
{
	char *page = pages_alloc(1);
	int n = page ? read_text(page) : -E_NO_MEMORY;

	if (n < 0) {
		printk(TEXT_FILE ": %s\n", error_text(n));
	} else {
		begin(phase);
		console_write_raw(page, (size_t)n);
		uint64_t ticks = end();
		printk("text: %d bytes written\n", n);
		print_ticks(ticks);
	}
	if (page)
		pages_free(page, 1);
}

static void bench_text(uint64_t argument)
{
	(void)argument;
	print_text(PHASE_CONSOLE);
}

void command_text(char *arguments)
{
	(void)arguments;
	print_text(PHASE_OTHER);
}

/* ---- The disk ---- */

/* Read sectors in the largest requests; the checksum says whether they were the right ones. */
static int read_sectors(uint64_t first, uint32_t count, uint8_t *buffer)
{
	int error = 0;

	begin(PHASE_DISK);
	for (uint32_t done = 0; done < count && !error; done += DISK_REQUEST_SECTORS)
		error = disk_read_uncached(first + done, buffer + done * SECTOR_SIZE, MIN(count - done, DISK_REQUEST_SECTORS));
	uint64_t ticks = end();
	if (error)
		return error;
	printk("disk: %u KiB read, checksum %08x\n", count / 2, crc32(0, buffer, count * SECTOR_SIZE));
	print_ticks(ticks);
	return 0;
}

static void bench_disk(uint64_t kib)
{
	uint32_t count = (uint32_t)MIN(kib ? kib : DISK_KIB, DISK_MAX_KIB) * 1024 / SECTOR_SIZE;
	size_t pages = count * SECTOR_SIZE / PAGE_SIZE + 1;
	const struct fs_inode *inode = fs_inode(fs_find(DISK_FILE));
	uint8_t *buffer = pages_alloc(pages);
	int error = !buffer ? -E_NO_MEMORY : !inode || inode->extents[0].count < count ? -E_NOT_FOUND : 0;

	if (!error)
		error = read_sectors(inode->extents[0].start, count, buffer);
	if (error)
		printk(DISK_FILE ": %s\n", error_text(error));
	if (buffer)
		pages_free(buffer, pages);
}

/* ---- The clock ---- */

static void bench_clock(uint64_t argument)
{
	uint64_t last = 0, backwards = 0;

	(void)argument;
	begin(PHASE_CLOCK);
	for (int i = 0; i < CLOCK_READINGS; i++) {
		uint64_t now = machine_clock_ns();
		backwards += now < last;
		last = now;
	}
	uint64_t ticks = end();
	printk("clock: %d readings, %lu times backwards\n", CLOCK_READINGS, backwards);
	print_ticks(ticks);
}

/* ---- Two threads that never yield: only the timer can switch between them ---- */

struct counter {
	volatile uint64_t count;
	volatile bool *stop;
};

static void count_until_stopped(void *argument)
{
	struct counter *counter = argument;

	while (!*counter->stop)
		counter->count++;
}

static void start_two_threads(struct counter *counters, struct thread **threads)
{
	for (int i = 0; i < 2; i++) {
		threads[i] = thread_create("counter", count_until_stopped, &counters[i], NULL);
		if (!threads[i])
			kernel_panic("no memory for two threads");
	}
}

/* At least 100 ms, and until both were preempted; gives up after 5 s. */
static void run_two_threads(enum phase phase)
{
	volatile bool stop = false;
	struct counter counters[2] = { { 0, &stop }, { 0, &stop } };
	struct thread *threads[2];
	bool both = false;

	start_two_threads(counters, threads);
	begin(phase);
	for (int i = 0; i < 50 && !both; i++) {
		thread_sleep_until(machine_clock_ns() + 100 * MS);
		both = threads[0]->preemptions > 0 && threads[1]->preemptions > 0 && counters[0].count && counters[1].count;
	}
	uint64_t ticks = end();
	unsigned preemptions = threads[0]->preemptions + threads[1]->preemptions;
	stop = true;
	thread_join(threads[0]);
	thread_join(threads[1]);
	printk("two threads, none yields: %s\n", both ? "both were preempted, both went on" : "one of them starved");
	printk("  time: %u preemptions, counted to %lu and %lu\n", preemptions, counters[0].count, counters[1].count);
	print_ticks(ticks);
}

static void bench_timer(uint64_t argument)
{
	(void)argument;
	run_two_threads(PHASE_TIMER);
}

void command_threads(char *arguments)
{
	(void)arguments;
	run_two_threads(PHASE_OTHER);
}

/* ---- Nothing to do ---- */

static void bench_idle(uint64_t argument)
{
	uint64_t start = machine_clock_ns();

	(void)argument;
	begin(PHASE_IDLE);
	thread_sleep_until(start + 1000 * MS);
	uint64_t ticks = end();
	printk("idle: slept %s\n", machine_clock_ns() - start >= 1000 * MS ? "one second" : "too short");
	print_ticks(ticks);
}

/* ---- Nothing but the CPU ---- */

static uint32_t count_primes(uint8_t *composite)
{
	uint32_t primes = 0;

	for (uint32_t i = 2; i < SIEVE_SIZE; i++) {
		if (composite[i])
			continue;
		primes++;
		for (uint64_t j = (uint64_t)i * i; j < SIEVE_SIZE; j += i)
			composite[j] = 1;
	}
	return primes;
}

static void bench_compute(uint64_t argument)
{
	size_t pages = SIEVE_SIZE / PAGE_SIZE + 1;
	uint8_t *composite = pages_alloc(pages);

	(void)argument;
	if (!composite) {
		printk("compute: %s\n", error_text(E_NO_MEMORY));
		return;
	}
	begin(PHASE_COMPUTE);
	uint32_t primes = count_primes(composite);
	uint32_t checksum = crc32(primes, composite, CHECKSUM_SIZE);
	uint64_t ticks = end();
	pages_free(composite, pages);
	printk("compute: %u primes below %u, checksum %08x\n", primes, SIEVE_SIZE, checksum);
	print_ticks(ticks);
}

/* ---- The command ---- */

static const struct bench {
	const char *name, *what;
	void (*run)(uint64_t argument);
	bool in_all;
} benches[] = {
	{ "console", "write 1 KiB", bench_console, true },
	{ "text", "write the 4 KiB of " TEXT_FILE, bench_text, false },
	{ "disk", "read 64 KiB, or as many as you say (to 256)", bench_disk, true },
	{ "clock", "read the clock 1000 times", bench_clock, true },
	{ "timer", "two threads that never yield, 100 ms", bench_timer, true },
	{ "idle", "sleep for a second", bench_idle, true },
	{ "compute", "primes and checksums, nothing else", bench_compute, true },
};

static void list_benches(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(benches); i++)
		printk("  %-16s %s\n", benches[i].name, benches[i].what);
	for (const struct machine_bench *b = machine_benches; b->name; b++)
		printk("  %-16s %s\n", b->name, b->what);
	printk("  %-16s %s\n", "all", "console disk clock timer idle compute");
}

static void run_machine_bench(const char *name)
{
	for (const struct machine_bench *b = machine_benches; b->name; b++) {
		if (strcmp(b->name, name) != 0)
			continue;
		if (b->run() != 0)
			printk("%s: failed\n", name);
		machine_phase(PHASE_OTHER);
		return;
	}
	printk("bench %s: there is none; `bench` lists them\n", name);
}

void command_bench(char *arguments)
{
	const char *name = next_word(&arguments);
	uint64_t argument = 0;
	bool found = false, all = strcmp(name, "all") == 0;

	if (!*name) {
		list_benches();
		return;
	}
	parse_number(next_word(&arguments), &argument);
	for (size_t i = 0; i < ARRAY_LENGTH(benches); i++) {
		if (!(all && benches[i].in_all) && strcmp(name, benches[i].name) != 0)
			continue;
		benches[i].run(argument);
		found = true;
	}
	if (!found)
		run_machine_bench(name);
}

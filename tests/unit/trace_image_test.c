/* tools/trace: the log out of a disk's image, and what is written of it: on a made-up run of two VMs. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "../../tools/trace/run.h"
#include "paravirt/abi.h"
#include "vmx/vmcs.h"

#define NONCE "00112233445566778899aabbccddeeff"
#define SECTOR 512
#define FIRST  3                        /* the partition's first sector */
#define SECTORS 12                      /* header and 46 records */
#define BOOT 1000

static struct image {
	uint8_t mbr[SECTOR];
	uint8_t gap[(FIRST - 1) * SECTOR];
	union {
		struct trace_log_header header;
		uint8_t page[TRACE_LOG_HEADER_BYTES];
	};
	struct trace_log_record records[23];
} __attribute__((packed)) image;

/* 1 MHz: a tick is a microsecond. In the order in which they end. */
static const struct trace_log_record made_up[] = {
	{ .kind = TRACE_LOG_EXIT, .vm = 0, .start = BOOT + 20, .end = BOOT + 25, .reason = EXIT_IO_INSTRUCTION,
		.qualification = 0x800000, .rax = 0x10, .rip = 0x100004, .phase = 0x10 },
	{ .kind = TRACE_LOG_EXIT, .vm = 0, .start = BOOT + 35, .end = BOOT + 36, .reason = EXIT_HLT, .rip = 0x40000000,
		.phase = 0x10 },
	{ .kind = TRACE_LOG_TURN, .vm = 0, .start = BOOT + 10, .end = BOOT + 40 },
	{ .kind = TRACE_LOG_INTERRUPT, .vm = TRACE_LOG_NO_VM, .start = BOOT + 60, .end = BOOT + 62, .interruption = 0x20 },
	{ .kind = TRACE_LOG_IDLE, .vm = TRACE_LOG_NO_VM, .start = BOOT + 50, .end = BOOT + 63 },
	{ .kind = TRACE_LOG_DELIVERY, .vm = 1, .start = BOOT + 72, .end = BOOT + 72, .interruption = 0x28 },
	{ .kind = TRACE_LOG_EXIT, .vm = 1, .start = BOOT + 80, .end = BOOT + 90, .reason = EXIT_VMCALL, .rax = PV_HC_SHUTDOWN,
		.rip = 0x100010 },
	{ .kind = TRACE_LOG_TURN, .vm = 1, .start = BOOT + 70, .end = BOOT + 91 },
};
#define MADE_UP (sizeof(made_up) / sizeof(made_up[0]))

static void make_image(void)
{
	static const uint8_t entry[16] = { [4] = 0xda, [8] = FIRST, [12] = SECTORS };

	memset(&image, 0, sizeof(image));
	memcpy(image.mbr + 446 + 2 * 16, entry, sizeof(entry));
	image.mbr[510] = 0x55;
	image.mbr[511] = 0xaa;
	image.header = (struct trace_log_header){ .record_bytes = sizeof(struct trace_log_record), .vm_count = 2,
		.tsc_hz = 1000000, .boot = BOOT, .end = BOOT + 100, .records = MADE_UP };
	memcpy(image.header.magic, TRACE_LOG_MAGIC, 8);
	memcpy(image.header.nonce, NONCE, 32);
	strcpy(image.header.vms[0].name, "old");
	strcpy(image.header.vms[1].name, "new");
	image.header.vms[1].kind = TRACE_LOG_PARAVIRT;
	strcpy(image.header.reasons[EXIT_IO_INSTRUCTION], "IO_INSTRUCTION");
	strcpy(image.header.reasons[EXIT_HLT], "HLT");
	strcpy(image.header.reasons[EXIT_VMCALL], "VMCALL");
	memcpy(image.records, made_up, sizeof(made_up));
}

static const char *read_image(struct trace_log *log, unsigned partition, size_t bytes)
{
	char name[] = "/tmp/twinlab-trace.XXXXXX";
	int file = mkstemp(name);

	assert_true(file >= 0);
	assert_int_equal(write(file, &image, bytes), bytes);
	close(file);

	const char *problem = trace_log_read(log, name, partition, NONCE);

	unlink(name);
	return problem;
}

/* The image as it is now must be refused, with this in the sentence. */
static void assert_refused(unsigned partition, size_t bytes, const char *words)
{
	struct trace_log log;
	const char *problem = read_image(&log, partition, bytes);

	assert_non_null(problem);
	assert_non_null(strstr(problem, words));
	assert_null(log.records);
	make_image();
}

static void test_read(void **state)
{
	struct trace_log log;

	make_image();
	assert_null(read_image(&log, 3, sizeof(image)));
	assert_int_equal(log.header.records, MADE_UP);
	for (unsigned i = 1; i < MADE_UP; i++)
		assert_true(log.records[i - 1].start <= log.records[i].start);
	assert_int_equal(log.records[0].kind, TRACE_LOG_TURN);
	trace_log_free(&log);
}

static void test_refused(void **state)
{
	make_image();
	assert_refused(2, sizeof(image), "no partition for a log");
	image.mbr[511] = 0;
	assert_refused(3, sizeof(image), "no partition table");
	assert_refused(3, 100, "no partition table");
	image.header.magic[0] = 0;
	assert_refused(3, sizeof(image), "there is no log");
	image.header.nonce[31] = '0';
	assert_refused(3, sizeof(image), "another run's");
	image.header.record_bytes++;
	assert_refused(3, sizeof(image), "another version");
	image.header.vm_count = TRACE_LOG_VMS + 1;
	assert_refused(3, sizeof(image), "another version");
	image.header.tsc_hz = 0;
	assert_refused(3, sizeof(image), "another version");
	image.header.records = (SECTORS * SECTOR - TRACE_LOG_HEADER_BYTES) / sizeof(struct trace_log_record) + 1;
	assert_refused(3, sizeof(image), "more than its partition can");
	image.header.records = UINT64_MAX;
	assert_refused(3, sizeof(image), "more than its partition can");
	assert_refused(3, FIRST * SECTOR + 100, "ends before the log");
	assert_refused(3, FIRST * SECTOR + TRACE_LOG_HEADER_BYTES + 100, "ends within the log");
}

static void test_damaged_records(void **state)
{
	make_image();
	image.records[0].kind = TRACE_LOG_KINDS;
	assert_refused(3, sizeof(image), "damaged");
	image.records[0].vm = 2;
	assert_refused(3, sizeof(image), "damaged");
	image.records[2].vm = TRACE_LOG_NO_VM;
	assert_refused(3, sizeof(image), "damaged");
	image.records[5].vm = TRACE_LOG_NO_VM;
	assert_refused(3, sizeof(image), "damaged");
	image.records[1].end = image.records[1].start - 1;
	assert_refused(3, sizeof(image), "damaged");
	image.records[4].start = BOOT - 1;
	assert_refused(3, sizeof(image), "damaged");
}

/* Names without an end do not run into what follows. */
static void test_endless_names(void **state)
{
	struct trace_log log;

	make_image();
	memset(image.header.vms[0].name, 'x', sizeof(image.header.vms[0].name));
	memset(image.header.reasons[0], 'x', sizeof(image.header.reasons[0]));
	assert_null(read_image(&log, 3, sizeof(image)));
	assert_int_equal(strlen(log.header.vms[0].name), sizeof(log.header.vms[0].name) - 1);
	assert_int_equal(strlen(log.header.reasons[0]), sizeof(log.header.reasons[0]) - 1);
	trace_log_free(&log);
}

/* What write() makes of the made-up run; its VM "old" has two functions. The caller frees it. */
static char *written(void (*write)(const struct run *run, FILE *file), uint64_t lost)
{
	static char start[] = "start", loop[] = "loop";
	static struct symbol functions[] = { { 0x100000, 0x100008, start }, { 0x100008, 0x100020, loop } };
	struct run run = { .symbols[0] = { functions, 2 } };
	char *text;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	make_image();
	image.header.lost = lost;
	assert_null(read_image(&run.log, 3, sizeof(image)));
	assert_int_equal(run_decode(&run), 0);
	write(&run, file);
	fclose(file);
	run.symbols[0] = (struct symbols){ 0 };
	run_free(&run);
	return text;
}

static void assert_written(void (*write)(const struct run *run, FILE *file), uint64_t lost, const char *const lines[],
	size_t count)
{
	char *text = written(write, lost), *from = text;

	for (size_t i = 0; i < count; i++) {
		char *found = strstr(from, lines[i]);

		if (!found)
			fail_msg("'%s' is not, or not in this place, in: %s", lines[i], text);
		from = found + strlen(lines[i]);
	}
	free(text);
}

#define ASSERT_WRITTEN(write, lost, ...) do { \
	static const char *const lines[] = { __VA_ARGS__ }; \
	assert_written(write, lost, lines, sizeof(lines) / sizeof(lines[0])); \
} while (0)

static void test_table(void **state)
{
	ASSERT_WRITTEN(table_write, 0, ": 3, of 2 VMs.\n# time:",
		"        20.000  old                1  IO_INSTRUCTION             5  "
			"start+0x4                            OUT 0x80 ← 0x10 (POST code)\n",
		"        35.000  old                2  HLT                        1  user 0x40000000                      \n",
		"        80.000  new                1  VMCALL                    10  "
			"0x100010                             shutdown(0x0) = 0\n");
	ASSERT_WRITTEN(table_write, 7, "# THE END IS MISSING: the log was full, 7 later exits and events are not in it.\n");
}

static void test_summary(void **state)
{
	ASSERT_WRITTEN(summary_write, 0, "old: 2 exits\n", "HLT                                 1            1\n",
		"IO_INSTRUCTION                      1            5\n", "start                               1            5\n",
		"user programs                       1            1\n", "new: 1 exits\n",
		"VMCALL                              1           10\n");
	ASSERT_WRITTEN(summary_write, 7, "The log was full: 7 later exits");
}

/* A slice is drawn shorter by what tools/trace/timeline.c says. */
#define SLICE(tid, category, name, ts, dur) \
	"{\"ph\":\"X\",\"pid\":1,\"tid\":" #tid \
	",\"cat\":\"" category "\",\"name\":\"" name "\",\"ts\":" #ts ".000,\"dur\":" #dur

static void test_timeline(void **state)
{
	ASSERT_WRITTEN(timeline_write, 0, "{\"displayTimeUnit\":\"ns\"",
		"\"tid\":0,\"name\":\"thread_name\",\"args\":{\"name\":\"hypervisor\"}}",
		"\"tid\":1,\"name\":\"thread_name\",\"args\":{\"name\":\"old\"}}",
		"\"tid\":2,\"name\":\"thread_name\",\"args\":{\"name\":\"new\"}}",
		SLICE(1, "phase", "phase: none", 10, 14.998) "}", SLICE(1, "phase", "phase: boot", 25, 14.998) "}",
		SLICE(2, "phase", "phase: none", 70, 20.998) "}",
		SLICE(0, "turn", "old", 10, 29.998) "}", SLICE(1, "guest", "guest", 10, 9.996) "}",
		SLICE(1, "exit", "IO_INSTRUCTION", 20, 4.996) ",\"args\":{\"number\":1,\"ticks\":5,"
			"\"rip\":\"0x100004\",\"where\":\"start+0x4\","
			"\"what\":\"OUT 0x80 ← 0x10 (POST code)\",\"qualification\":\"0x800000\"}}",
		SLICE(1, "guest", "guest", 25, 9.996) "}", SLICE(1, "exit", "HLT", 35, 0.996),
		SLICE(0, "idle", "idle", 50, 12.998) "}", SLICE(0, "interrupt", "IRQ 0, timer", 60, 1.996) "}",
		SLICE(0, "turn", "new", 70, 20.998) "}",
		"{\"ph\":\"i\",\"s\":\"t\",\"pid\":1,\"tid\":2,\"cat\":\"delivery\",\"name\":\"interrupt 0x28\",\"ts\":72.000}",
		SLICE(2, "guest", "guest", 70, 9.996) "}", SLICE(2, "exit", "VMCALL", 80, 9.996), "\n]}\n");
}

static void test_symbols(void **state)
{
	struct symbols symbols;

	assert_null(symbols_read(&symbols, "/proc/self/exe"));

	/* A position-independent program's addresses are counted from its start. */
	uint64_t here = 0;

	for (unsigned i = 0; i < symbols.count; i++)
		if (!strcmp(symbols.list[i].name, "test_symbols"))
			here = symbols.list[i].address;
	assert_true(here);
	assert_string_equal(symbols_find(&symbols, here + 1)->name, "test_symbols");
	assert_null(symbols_find(&symbols, UINT64_MAX));
	symbols_free(&symbols);
	assert_null(symbols_find(&symbols, here));
	assert_string_equal(symbols_read(&symbols, "/dev/null"), "it cannot be read");
	assert_string_equal(symbols_read(&symbols, "tests/run"), "it is no ELF file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_damaged_records),
		cmocka_unit_test(test_endless_names),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_summary),
		cmocka_unit_test(test_timeline),
		cmocka_unit_test(test_symbols),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

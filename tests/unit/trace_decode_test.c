/* tools/trace/decode.c: exits in words. The rows are exits that real runs have recorded, and some that no guest here causes. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "../../tools/trace/decode.h"
#include "paravirt/abi.h"
#include "vmx/vmcs.h"

static void assert_words(struct decoder *decoder, struct trace_log_record exit, const char *words)
{
	char text[160];

	decode_exit(decoder, &exit, text, sizeof(text));
	assert_string_equal(text, words);
}

#define IO(port, bits) .reason = EXIT_IO_INSTRUCTION, .qualification = (uint64_t)(port) << 16 | (bits)
#define IN     8
#define STRING 16
#define REP    32

static void test_port_io(void **state)
{
	struct decoder pc = { 0 };

	assert_words(&pc, (struct trace_log_record){ IO(0x3f8, 0), .rax = 0xffff0041 }, "OUT 0x3f8 ← 0x41 'A' (16550 THR)");
	assert_words(&pc, (struct trace_log_record){ IO(0x3f8, 0), .rax = 0x0a }, "OUT 0x3f8 ← 0x0a (16550 THR)");
	assert_words(&pc, (struct trace_log_record){ IO(0x3f8, IN), .rax_after = 0x61 }, "IN 0x3f8 → 0x61 'a' (16550 RBR)");
	assert_words(&pc, (struct trace_log_record){ IO(0x1f7, IN), .rax = 0xff, .rax_after = 0x50 },
		"IN 0x1f7 → 0x50 (ATA status)");
	assert_words(&pc, (struct trace_log_record){ IO(0x1f7, 0), .rax = 0xc4 },
		"OUT 0x1f7 ← 0xc4 (ATA command: READ MULTIPLE)");
	assert_words(&pc, (struct trace_log_record){ IO(0x604, 1), .rax = 0x2000 }, "OUT 0x604 ← 0x2000 (ACPI PM1a control)");
	assert_words(&pc, (struct trace_log_record){ IO(0xcfc, IN | 3), .rax_after = ~0ull }, "IN 0xcfc → 0xffffffff");
}

static void test_string_io(void **state)
{
	struct decoder pc = { 0 };

	assert_words(&pc, (struct trace_log_record){ IO(0x1f0, IN | STRING | REP | 1), .rcx = 256 },
		"REP INSW 0x1f0 × 256 (ATA data)");
	assert_words(&pc, (struct trace_log_record){ IO(0x3f8, STRING | 0), .rcx = 256 }, "OUTSB 0x3f8 (16550 THR)");
	assert_words(&pc, (struct trace_log_record){ IO(0x1000, STRING | 3) }, "OUTSD 0x1000");
}

/* While LCR.DLAB is set the first two ports are the divisor latch, of this VM's 16550 only. */
static void test_divisor_latch(void **state)
{
	struct decoder pc = { 0 }, other = { 0 };

	assert_words(&pc, (struct trace_log_record){ IO(0x3fb, 0), .rax = 0x83 }, "OUT 0x3fb ← 0x83 (16550 LCR)");
	assert_words(&pc, (struct trace_log_record){ IO(0x3f8, 0), .rax = 0x41 }, "OUT 0x3f8 ← 0x41 (16550 DLL)");
	assert_words(&pc, (struct trace_log_record){ IO(0x3f9, IN) }, "IN 0x3f9 → 0x00 (16550 DLM)");
	assert_words(&other, (struct trace_log_record){ IO(0x3f9, 0), .rax = 2 }, "OUT 0x3f9 ← 0x02 (16550 IER)");
	assert_words(&pc, (struct trace_log_record){ IO(0x3fb, 0), .rax = 0x03 }, "OUT 0x3fb ← 0x03 (16550 LCR)");
	assert_words(&pc, (struct trace_log_record){ IO(0x3f9, 0), .rax = 1 }, "OUT 0x3f9 ← 0x01 (16550 IER)");
}

static void test_hypercalls(void **state)
{
	struct decoder paravirt = { .paravirt = 1 }, unmodified = { 0 };
	struct trace_log_record call = { .reason = EXIT_VMCALL, .rax = PV_HC_CONSOLE_WRITE, .rbx = 0x10b000, .rcx = 64,
		.rdx = 7, .rax_after = 64 };

	assert_words(&paravirt, call, "console_write(0x10b000, 0x40) = 64");
	assert_words(&paravirt, (struct trace_log_record){ .reason = EXIT_VMCALL, .rax = PV_HC_IDLE }, "idle() = 0");
	assert_words(&paravirt, (struct trace_log_record){ .reason = EXIT_VMCALL, .rax = PV_HC_END, .rax_after = -1000ull },
		"unknown hypercall 0x10b = -1000");
	call.injected = INTR_VALID | INTR_TYPE_HARDWARE_EXCEPTION | 6;
	assert_words(&unmodified, call, "⇒ #UD");
}

static void test_registers(void **state)
{
	struct decoder pc = { 0 };

	assert_words(&pc, (struct trace_log_record){ .reason = EXIT_CPUID, .rax = 0x80000000, .rcx = 1, .rax_after = 0x80000008 },
		"leaf 0x80000000, subleaf 0x1 → EAX 0x80000008");
	assert_words(&pc, (struct trace_log_record){ .reason = EXIT_WRMSR, .rax = 0x900, .rcx = 0xc0000080, .rdx = 0 },
		"MSR 0xc0000080 ← 0x900 (IA32_EFER)");
	assert_words(&pc, (struct trace_log_record){ .reason = EXIT_WRMSR, .rax = 5, .rcx = 0x123, .rdx = 1,
		.injected = INTR_VALID | INTR_DELIVER_ERROR | INTR_TYPE_HARDWARE_EXCEPTION | 13 },
		"MSR 0x123 ← 0x100000005 ⇒ #GP");
	assert_words(&pc, (struct trace_log_record){ .reason = EXIT_RDMSR, .rcx = 0xc0000080, .rax_after = 0xd00 },
		"MSR 0xc0000080 → EAX 0xd00 (IA32_EFER)");
	assert_words(&pc, (struct trace_log_record){ .reason = EXIT_CONTROL_REGISTER, .qualification = 0x000, .rax = 0x80010011 },
		"CR0 ← 0x80010011 (RAX)");
	assert_words(&pc, (struct trace_log_record){ .reason = EXIT_CONTROL_REGISTER, .qualification = 0x304, .rbx = 0x20 },
		"CR4 ← 0x20 (RBX)");
	assert_words(&pc, (struct trace_log_record){ .reason = EXIT_CONTROL_REGISTER, .qualification = 0x618 }, "CR8 → RSI");
	assert_words(&pc, (struct trace_log_record){ .reason = EXIT_XSETBV, .rax = 7 }, "XCR0 ← 0x7");
}

static void test_events(void **state)
{
	struct decoder pc = { 0 };

	assert_words(&pc, (struct trace_log_record){ .reason = EXIT_EXTERNAL_INTERRUPT, .interruption = INTR_VALID | 0x2e },
		"IRQ 14, disk");
	assert_words(&pc, (struct trace_log_record){ .reason = EXIT_EXTERNAL_INTERRUPT, .interruption = INTR_VALID | 0x25 },
		"IRQ 5");
	assert_words(&pc, (struct trace_log_record){ .reason = EXIT_EXTERNAL_INTERRUPT, .interruption = INTR_VALID | 0x80 },
		"vector 0x80");
	assert_words(&pc, (struct trace_log_record){ .reason = EXIT_EXCEPTION_OR_NMI,
		.interruption = INTR_VALID | INTR_TYPE_HARDWARE_EXCEPTION | 1,
		.injected = INTR_VALID | INTR_TYPE_HARDWARE_EXCEPTION | 1 }, "vector 1 #DB ⇒ #DB");
	assert_words(&pc, (struct trace_log_record){ .reason = EXIT_EPT_VIOLATION, .qualification = 0x182 }, "write");
	assert_words(&pc, (struct trace_log_record){ .reason = EXIT_EPT_VIOLATION, .qualification = 0x081 },
		"read of a page table");
	assert_words(&pc, (struct trace_log_record){ .reason = EXIT_HLT }, "");
	assert_words(&pc, (struct trace_log_record){ .reason = 0xffff }, "");
}

/* However short the room, the text ends within it. */
static void test_short_room(void **state)
{
	struct decoder pc = { 0 };
	struct trace_log_record exit = { IO(0x1f7, 0), .rax = 0xc4, .injected = INTR_VALID | INTR_TYPE_HARDWARE_EXCEPTION | 13 };

	for (size_t size = 1; size < 60; size++) {
		char text[60];

		memset(text, 'x', sizeof(text));
		decode_exit(&pc, &exit, text, size);
		assert_true(strlen(text) < size);
		assert_int_equal(text[size], 'x');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_port_io),
		cmocka_unit_test(test_string_io),
		cmocka_unit_test(test_divisor_latch),
		cmocka_unit_test(test_hypercalls),
		cmocka_unit_test(test_registers),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_short_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

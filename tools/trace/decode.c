#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include "decode.h"
#include "hw/pic.h"
#include "paravirt/abi.h"
#include "vmx/vmcs.h"

/* Exit qualification. SDM: "Exit Qualification for I/O Instructions" */
#define IO_SIZE(q)      ((unsigned)((q) & 7) + 1)
#define IO_IS_IN(q)     ((q) >> 3 & 1)
#define IO_IS_STRING(q) ((q) >> 4 & 1)
#define IO_IS_REP(q)    ((q) >> 5 & 1)
#define IO_PORT(q)      ((unsigned)((q) >> 16 & 0xffff))
#define LCR             0x3fb
#define LCR_DLAB        0x80
#define ATA_COMMAND     0x1f7

/* The text as it grows. */
struct text {
	char *bytes;
	size_t size, used;
};

static __attribute__((format(printf, 2, 3))) void say(struct text *text, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	int length = vsnprintf(text->bytes + text->used, text->size - text->used, format, arguments);
	va_end(arguments);
	if (length > 0)
		text->used += length;
	if (text->used >= text->size)
		text->used = text->size - 1;
}

static const char *exception_name(unsigned vector)
{
	static const char *const names[] = { "#DE", "#DB", "NMI", "#BP", "#OF", "#BR", "#UD", "#NM", "#DF", "", "#TS", "#NP",
		"#SS", "#GP", "#PF", "", "#MF", "#AC", "#MC", "#XM" };

	return vector < sizeof(names) / sizeof(names[0]) ? names[vector] : "";
}

void decode_vector(unsigned vector, char *text, size_t size)
{
	static const char *const lines[16] = { [0] = "timer", [1] = "keyboard", [3] = "COM2 or COM4", [4] = "COM1 or COM3",
		[8] = "clock", [14] = "disk", [15] = "second disk" };
	unsigned line = vector - PIC_VECTOR_BASE;

	if (line >= 16)
		snprintf(text, size, "vector 0x%x", vector);
	else
		snprintf(text, size, lines[line] ? "IRQ %u, %s" : "IRQ %u", line, lines[line]);
}

static uint64_t low_bytes(uint64_t value, unsigned size)
{
	return value & (0xffffffffull >> (32 - 8 * size));
}

static void decode_string_io(const struct decoder *decoder, const struct trace_log_record *exit, struct text *text)
{
	uint64_t q = exit->qualification;
	static const char letters[] = "?BW?D???";
	const char *name = port_name(IO_PORT(q), IO_IS_IN(q), decoder->divisor_latch);

	say(text, "%s%s%c 0x%x", IO_IS_REP(q) ? "REP " : "", IO_IS_IN(q) ? "INS" : "OUTS", letters[IO_SIZE(q)], IO_PORT(q));
	if (IO_IS_REP(q))
		say(text, " × %" PRIu64, exit->rcx);
	if (name)
		say(text, " (%s)", name);
}

static void decode_single_io(struct decoder *decoder, const struct trace_log_record *exit, struct text *text)
{
	uint64_t q = exit->qualification;
	unsigned size = IO_SIZE(q) <= 4 ? IO_SIZE(q) : 4, port = IO_PORT(q);
	uint64_t value = low_bytes(IO_IS_IN(q) ? exit->rax_after : exit->rax, size);
	int is_text = port == 0x3f8 && !decoder->divisor_latch && value >= 0x20 && value < 0x7f;
	const char *name = port_name(port, IO_IS_IN(q), decoder->divisor_latch);
	const char *command = port == ATA_COMMAND && !IO_IS_IN(q) ? ata_command_name(value) : NULL;

	say(text, "%s 0x%x %s 0x%0*" PRIx64, IO_IS_IN(q) ? "IN" : "OUT", port, IO_IS_IN(q) ? "→" : "←", 2 * size, value);
	if (is_text)
		say(text, " '%c'", (char)value);
	if (name)
		say(text, command ? " (%s: %s)" : " (%s)", name, command);
	if (port == LCR && !IO_IS_IN(q))
		decoder->divisor_latch = (value & LCR_DLAB) != 0;
}

static void decode_io(struct decoder *decoder, const struct trace_log_record *exit, struct text *text)
{
	if (IO_IS_STRING(exit->qualification))
		decode_string_io(decoder, exit, text);
	else
		decode_single_io(decoder, exit, text);
}

static const struct {
	const char *name;
	unsigned arguments;
} hypercalls[PV_HC_END - PV_HC_FIRST] = {
	[PV_HC_NULL          - PV_HC_FIRST] = { "null", 0 },
	[PV_HC_CONSOLE_WRITE - PV_HC_FIRST] = { "console_write", 2 },
	[PV_HC_CONSOLE_READ  - PV_HC_FIRST] = { "console_read", 2 },
	[PV_HC_EVENT_SETUP   - PV_HC_FIRST] = { "event_setup", 2 },
	[PV_HC_SET_TIMER     - PV_HC_FIRST] = { "set_timer", 1 },
	[PV_HC_IDLE          - PV_HC_FIRST] = { "idle", 0 },
	[PV_HC_BLOCK_SETUP   - PV_HC_FIRST] = { "block_setup", 1 },
	[PV_HC_BLOCK_NOTIFY  - PV_HC_FIRST] = { "block_notify", 0 },
	[PV_HC_BALLOON       - PV_HC_FIRST] = { "balloon", 3 },
	[PV_HC_SHUTDOWN      - PV_HC_FIRST] = { "shutdown", 1 },
	[PV_HC_PHASE         - PV_HC_FIRST] = { "phase", 1 },
};

static void decode_hypercall(struct decoder *decoder, const struct trace_log_record *exit, struct text *text)
{
	uint64_t index = exit->rax - PV_HC_FIRST;
	const uint64_t arguments[] = { exit->rbx, exit->rcx, exit->rdx };

	if (!decoder->paravirt)
		return;
	if (index >= PV_HC_END - PV_HC_FIRST) {
		say(text, "unknown hypercall 0x%" PRIx64 " = %" PRId64, exit->rax, (int64_t)exit->rax_after);
		return;
	}
	say(text, "%s(", hypercalls[index].name);
	for (unsigned i = 0; i < hypercalls[index].arguments; i++)
		say(text, "%s0x%" PRIx64, i ? ", " : "", arguments[i]);
	say(text, ") = %" PRId64, (int64_t)exit->rax_after);
}

static void decode_cpuid(struct decoder *decoder, const struct trace_log_record *exit, struct text *text)
{
	(void)decoder;
	say(text, "leaf 0x%" PRIx64 ", subleaf 0x%" PRIx64 " → EAX 0x%" PRIx64, low_bytes(exit->rax, 4), low_bytes(exit->rcx, 4),
		low_bytes(exit->rax_after, 4));
}

static const char *msr_name(uint32_t msr)
{
	switch (msr) {
	case 0x10: return "IA32_TIME_STAMP_COUNTER";
	case 0x1b: return "IA32_APIC_BASE";
	case 0x1a0: return "IA32_MISC_ENABLE";
	case 0x277: return "IA32_PAT";
	case 0xc0000080: return "IA32_EFER";
	case MSR_KVM_WALL_CLOCK_NEW: return "MSR_KVM_WALL_CLOCK_NEW";
	case MSR_KVM_SYSTEM_TIME_NEW: return "MSR_KVM_SYSTEM_TIME_NEW";
	case MSR_KVM_STEAL_TIME: return "MSR_KVM_STEAL_TIME";
	default: return NULL;
	}
}

static void decode_msr(struct decoder *decoder, const struct trace_log_record *exit, struct text *text)
{
	const char *name = msr_name(exit->rcx);

	(void)decoder;
	if (exit->reason == EXIT_WRMSR)
		say(text, "MSR 0x%" PRIx32 " ← 0x%" PRIx64, (uint32_t)exit->rcx, exit->rdx << 32 | (uint32_t)exit->rax);
	else
		say(text, "MSR 0x%" PRIx32 " → EAX 0x%" PRIx32, (uint32_t)exit->rcx, (uint32_t)exit->rax_after);
	if (name)
		say(text, " (%s)", name);
}

static void decode_xsetbv(struct decoder *decoder, const struct trace_log_record *exit, struct text *text)
{
	(void)decoder;
	say(text, "XCR%" PRIu32 " ← 0x%" PRIx64, (uint32_t)exit->rcx, exit->rdx << 32 | (uint32_t)exit->rax);
}

/* Exit qualification. SDM: "Exit Qualification for Control-Register Accesses" */
static void decode_control_register(struct decoder *decoder, const struct trace_log_record *exit, struct text *text)
{
	static const char *const registers[16] = { "RAX", "RCX", "RDX", "RBX", "RSP", "RBP", "RSI", "RDI", "R8", "R9", "R10",
		"R11", "R12", "R13", "R14", "R15" };
	const uint64_t values[] = { exit->rax, exit->rcx, exit->rdx, exit->rbx };
	unsigned cr = exit->qualification & 15, access = exit->qualification >> 4 & 3, operand = exit->qualification >> 8 & 15;

	(void)decoder;
	if (access == 0 && operand < 4)
		say(text, "CR%u ← 0x%" PRIx64 " (%s)", cr, values[operand], registers[operand]);
	else if (access < 2)
		say(text, access == 0 ? "CR%u ← %s" : "CR%u → %s", cr, registers[operand]);
	else
		say(text, access == 2 ? "CLTS" : "LMSW");
}

/* Exit qualification. SDM: "Exit Qualification for EPT Violations" */
static void decode_ept_violation(struct decoder *decoder, const struct trace_log_record *exit, struct text *text)
{
	(void)decoder;
	say(text, exit->qualification & 4 ? "fetch" : exit->qualification & 2 ? "write" : "read");
	if ((exit->qualification & 0x180) == 0x80)
		say(text, " of a page table");
}

static void decode_interrupt(struct decoder *decoder, const struct trace_log_record *exit, struct text *text)
{
	char line[40];

	(void)decoder;
	decode_vector(exit->interruption & INTR_VECTOR_MASK, line, sizeof(line));
	say(text, "%s", line);
}

static void decode_exception(struct decoder *decoder, const struct trace_log_record *exit, struct text *text)
{
	unsigned vector = exit->interruption & INTR_VECTOR_MASK;

	(void)decoder;
	say(text, "vector %u %s", vector, exception_name(vector));
}

static void (*const decoders[EXIT_REASONS])(struct decoder *decoder, const struct trace_log_record *exit, struct text *text) = {
	[EXIT_EXCEPTION_OR_NMI] = decode_exception,
	[EXIT_EXTERNAL_INTERRUPT] = decode_interrupt,
	[EXIT_CPUID] = decode_cpuid,
	[EXIT_VMCALL] = decode_hypercall,
	[EXIT_CONTROL_REGISTER] = decode_control_register,
	[EXIT_IO_INSTRUCTION] = decode_io,
	[EXIT_RDMSR] = decode_msr,
	[EXIT_WRMSR] = decode_msr,
	[EXIT_XSETBV] = decode_xsetbv,
	[EXIT_EPT_VIOLATION] = decode_ept_violation,
};

void decode_exit(struct decoder *decoder, const struct trace_log_record *exit, char *bytes, size_t size)
{
	struct text text = { bytes, size, 0 };

	bytes[0] = '\0';
	if (exit->reason < EXIT_REASONS && decoders[exit->reason])
		decoders[exit->reason](decoder, exit, &text);
	if ((exit->injected & (INTR_VALID | INTR_TYPE_MASK)) == (INTR_VALID | INTR_TYPE_HARDWARE_EXCEPTION))
		say(&text, "%s⇒ %s", text.used ? " " : "", exception_name(exit->injected & INTR_VECTOR_MASK));
}

/* The console, the checks, the end. */
#include <stdarg.h>
#include "guest.h"
#include "traps.h"

#define COM1        0x3f8
#define POST        0x80
#define PM1A_CNT    0x604
#define SOFT_OFF    0x2000
#define LINE_SIZE   200

extern uint32_t boot_information[];
const char *guest_name;
static bool paravirt;
static unsigned checks, phase;

bool is_named(const char *name)
{
	const char *mine = guest_name;

	while (*name && *name == *mine)
		name++, mine++;
	return *name == *mine;
}

/* A whole line at a time: one exit, and lines of several VMs do not mix. */
static void put_line(const char *line, uint64_t length)
{
	if (paravirt)
		hypercall(PV_HC_CONSOLE_WRITE, (uint64_t)line, length, 0);
	else
		asm volatile("rep outsb" : "+S"(line), "+c"(length) : "d"(COM1) : "memory");
}

struct line {
	char text[LINE_SIZE];
	unsigned length;
};

static void put(struct line *line, char c)
{
	if (line->length < LINE_SIZE - 1)
		line->text[line->length++] = c;
}

static void put_number(struct line *line, uint64_t value, unsigned base)
{
	if (value >= base)
		put_number(line, value / base, base);
	put(line, "0123456789abcdef"[value % base]);
}

static void put_string(struct line *line, const char *string)
{
	while (*string)
		put(line, *string++);
}

void say(const char *format, ...)
{
	struct line line = { .length = 0 };
	va_list args;

	va_start(args, format);
	for (; *format; format++) {
		if (*format != '%') {
			put(&line, *format);
		} else if (*++format == 's') {
			put_string(&line, va_arg(args, const char *));
		} else if (*format == 'u') {
			put_number(&line, va_arg(args, unsigned), 10);
		} else {
			put_number(&line, va_arg(args, uint64_t), 16);
			format++;
		}
	}
	va_end(args);
	line.text[line.length++] = '\n';
	put_line(line.text, line.length);
}

void check(const char *what, uint64_t got, uint64_t expected)
{
	checks++;
	if (got == expected)
		say("ok %s", what);
	else
		say("not ok %s: expected 0x%lx, got 0x%lx", what, expected, got);
}

void check_raised(const char *what, int vector, uint64_t error_code)
{
	checks++;
	if (raised.vector == vector && (vector == NOTHING || (raised.error_code == error_code && raised.rip == attempted_rip)))
		say("ok %s", what);
	else if (raised.vector == NOTHING)
		say("not ok %s: expected exception %u, got none", what, (unsigned)vector);
	else
		say("not ok %s: expected exception %s%u error 0x%lx at 0x%lx, got %u error 0x%lx at 0x%lx", what, vector < 0 ? "-" : "",
			(unsigned)(vector < 0 ? -vector : vector), error_code, attempted_rip, (unsigned)raised.vector, raised.error_code, raised.rip);
}

static void set_phase(uint8_t code)
{
	if (paravirt)
		hypercall(PV_HC_PHASE, code, 0, 0);
	else
		outb(POST, code);
}

void exits_begin(const char *expected)
{
	phase++;
	say("exits 0x%s%lx %s", phase < 16 ? "0" : "", (uint64_t)phase, expected);
	set_phase(phase);
}

void exits_end(void)
{
	set_phase(0);
}

_Noreturn void end_off(void)
{
	say("ends off after %u checks", checks);
	if (paravirt)
		hypercall(PV_HC_SHUTDOWN, PV_SHUTDOWN_POWER_OFF, 0, 0);
	asm volatile("outw %w0, %w1" : : "a"(SOFT_OFF), "d"(PM1A_CNT));
	for (;;)
		;
}

void end_faulted(const char *reason)
{
	say("ends faulted after %u checks: %s", checks, reason);
}

_Noreturn void unexpected(const struct trap_frame *frame)
{
	say("not ok unexpected exception %u, error 0x%lx at 0x%lx, CR2 0x%lx", (unsigned)frame->vector, frame->error_code, frame->rip,
		READ_REGISTER(cr2));
	end_off();
}

void guest_main(void)
{
	char *name = (char *)(uint64_t)((uint32_t *)(uint64_t)boot_information[0])[4];

	paravirt = cpuid(1, 0).ecx & PV_CPUID_HYPERVISOR_BIT;
	guest_name = name;
	while (*name && *name != ' ')
		name++;
	*name = '\0';
	traps_init();
	run();
	end_off();
}

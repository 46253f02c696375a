/* System calls, start-up and printing. The kernel passes the arguments as one line, in RDI. */
#include "user.h"

#define MAX_ARGUMENTS 16

static int64_t system_call(uint64_t number, uint64_t a, uint64_t b, uint64_t c)
{
	int64_t result;

	asm volatile("int $0x80" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "memory");
	return result;
}

int64_t write(int descriptor, const void *bytes, size_t n)
{
	return system_call(SYS_WRITE, (uint64_t)descriptor, (uint64_t)bytes, n);
}

int64_t read(int descriptor, void *buffer, size_t n)
{
	return system_call(SYS_READ, (uint64_t)descriptor, (uint64_t)buffer, n);
}

int64_t open(const char *name, uint64_t mode)
{
	return system_call(SYS_OPEN, (uint64_t)name, mode, 0);
}

int64_t close(int descriptor)
{
	return system_call(SYS_CLOSE, (uint64_t)descriptor, 0, 0);
}

int64_t yield(void)
{
	return system_call(SYS_YIELD, 0, 0, 0);
}

int64_t sleep_ms(uint64_t milliseconds)
{
	return system_call(SYS_SLEEP, milliseconds, 0, 0);
}

int64_t getpid(void)
{
	return system_call(SYS_GETPID, 0, 0, 0);
}

int64_t spawn(const char *name, const char *arguments)
{
	return system_call(SYS_SPAWN, (uint64_t)name, (uint64_t)arguments, 0);
}

int64_t wait(int64_t pid)
{
	return system_call(SYS_WAIT, (uint64_t)pid, 0, 0);
}

static int split(char *line, char **argv)
{
	int argc = 0;

	while (argc < MAX_ARGUMENTS) {
		while (*line == ' ')
			*line++ = '\0';
		if (!*line)
			break;
		argv[argc++] = line;
		while (*line && *line != ' ')
			line++;
	}
	return argc;
}

static __attribute__((used)) _Noreturn void run_main(char *line)
{
	char *argv[MAX_ARGUMENTS];
	int argc = split(line, argv);

	for (uint64_t code = (uint64_t)main(argc, argv);;)
		system_call(SYS_EXIT, code, 0, 0);
}

/* The stack as C expects it, then C. */
asm(".globl _start\n_start:\n\tandq $-16, %rsp\n\tcall run_main\n");

void print(const char *text)
{
	size_t n = 0;

	while (text[n])
		n++;
	write(1, text, n);
}

void print_number(int64_t number)
{
	char digits[24], *first = digits + sizeof(digits) - 1;
	uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;

	*first = '\0';
	do
		*--first = (char)('0' + rest % 10);
	while ((rest /= 10) > 0);
	if (number < 0)
		*--first = '-';
	print(first);
}

int64_t number_of(const char *text)
{
	int64_t value = 0;

	for (; *text; text++) {
		if (*text < '0' || *text > '9' || value > INT32_MAX)
			return 0;
		value = value * 10 + *text - '0';
	}
	return value;
}

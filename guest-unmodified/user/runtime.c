/* Start-up and printing. The kernel passes the arguments as one line, in RDI. */
#include "user.h"

#define MAX_ARGUMENTS 16

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

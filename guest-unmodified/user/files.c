/* Writes a file and reads it back, then starts a child and waits for it: the system calls about files and processes. */
#include "user.h"

#define NAME "squares.txt"

static int write_squares(void)
{
	int64_t file = open(NAME, OPEN_WRITE);
	char line[] = "0 squared is 00\n";

	for (int i = 0; file >= 0 && i < 10; i++) {
		line[0] = (char)('0' + i);
		line[13] = (char)('0' + i * i / 10);
		line[14] = (char)('0' + i * i % 10);
		if (write((int)file, line, sizeof(line) - 1) < 0)
			return -1;
	}
	return file < 0 ? -1 : (int)close((int)file);
}

static int print_file(const char *name)
{
	int64_t file = open(name, OPEN_READ), n;
	char buffer[100];

	if (file < 0)
		return -1;
	while ((n = read((int)file, buffer, sizeof(buffer))) > 0)
		write(1, buffer, (size_t)n);
	close((int)file);
	return (int)n;
}

int main(int argc, char **argv)
{
	(void)argc, (void)argv;
	if (write_squares() < 0 || print_file(NAME) < 0) {
		print("files: cannot write and read " NAME "\n");
		return 1;
	}
	print("files: a child reports\n");
	int64_t child = spawn("hello", "from a child");
	return child < 0 ? 2 : (int)wait(child);
}

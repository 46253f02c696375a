#include "errors.h"

static const char *const texts[ERRORS] = {
	[0] = "no error",
	[E_NOT_FOUND] = "no such file",
	[E_BAD_NAME] = "a name has 1 to 27 printable characters, no blank and no slash",
	[E_NO_SPACE] = "the disk is full",
	[E_TOO_MANY_FILES] = "too many files",
	[E_DISK] = "the disk reports an error",
	[E_DAMAGED] = "no file system on the disk, or a damaged one",
	[E_NO_DISK] = "there is no disk",
	[E_NO_MEMORY] = "out of memory",
	[E_BAD_PROGRAM] = "not a program for this system",
	[E_BAD_ADDRESS] = "bad address",
	[E_BAD_DESCRIPTOR] = "bad file descriptor",
	[E_BAD_CALL] = "no such system call",
	[E_INTERRUPTED] = "interrupted",
	[E_TOO_LARGE] = "too large",
};

const char *error_text(int error)
{
	unsigned index = (unsigned)(error < 0 ? -error : error);

	return index < ERRORS ? texts[index] : "unknown error";
}

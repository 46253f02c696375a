#pragma once
/* What a file or a system call can fail with. System calls return them negative. */

enum error {
	E_NOT_FOUND = 1, E_BAD_NAME, E_NO_SPACE, E_TOO_MANY_FILES, E_DISK, E_DAMAGED, E_NO_DISK, E_NO_MEMORY, E_BAD_PROGRAM,
	E_BAD_ADDRESS, E_BAD_DESCRIPTOR, E_BAD_CALL, E_INTERRUPTED, E_TOO_LARGE,
	ERRORS
};

/* A sentence's second half: "no such file"; for both signs. */
const char *error_text(int error);

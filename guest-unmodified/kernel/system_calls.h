#pragma once
/*
 * The system calls: INT 0x80, the number in RAX, arguments in RDI, RSI, RDX; the result in RAX, a negative error (errors.h) if it
 * failed; no other register changes. User programs include this header too.
 */

enum system_call {
	SYS_EXIT,               /* (code) */
	SYS_WRITE,              /* (descriptor, bytes, n) → bytes taken, at most 4096 a call */
	SYS_READ,               /* (descriptor, buffer, n) → bytes read, at most 4096 a call; 0: the end; of the console, a line */
	SYS_OPEN,               /* (name, OPEN_READ or OPEN_WRITE) → descriptor */
	SYS_CLOSE,              /* (descriptor): what was written becomes the file, as a whole */
	SYS_YIELD,
	SYS_SLEEP,              /* (milliseconds) */
	SYS_TIME,               /* seconds since 1970 */
	SYS_CLOCK,              /* nanoseconds since boot */
	SYS_GETPID,
	SYS_SPAWN,              /* (name, arguments) → pid */
	SYS_WAIT,               /* (pid of a child) → its exit code; -1 if it was killed */
	SYSTEM_CALLS
};

#define OPEN_READ  0
#define OPEN_WRITE 1

/* The console: whole buffers, one hypercall each. */
#include "backend/console.h"
#include "lib/errno.h"
#include "paravirt/services.h"
#include "vm/vm.h"

#define LENGTH_MAX  (64 * 1024)
#define CHUNK_BYTES 4096

/* On their way between a guest and its console. One is enough: hypercalls run one after the other, to their end. */
static char chunk[CHUNK_BYTES];

static void console_event(void *vm)
{
	event_raise(vm, PV_EVENT_CONSOLE);
}

/* In an enlightened guest the UART listens as well, and to it goes what is typed, until the guest reads the console by call. */
void console_service_listen(struct vm *vm)
{
	console_set_listener(vm->console, console_event, console_event, vm);
}

/* lab 2B: what a guest may name as its buffer */
static int64_t check_buffer(struct vm *vm, uint64_t address, uint64_t length)
{
	if (length > LENGTH_MAX)
		return -EINVAL;
	return guest_owns(&vm->memory, address, length) ? 0 : -EFAULT;
}
/* end of 2B */

static size_t smallest(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/* lab 2B: take a guest's buffer and print it */
/* The whole buffer is checked before its first byte is printed: a call that fails prints nothing. */
int64_t hypercall_console_write(struct vm *vm, uint64_t address, uint64_t length, uint64_t rdx, uint64_t rsi)
{
	int64_t error = check_buffer(vm, address, length);
	if (error)
		return error;

	uint64_t taken = 0;
	size_t n;
	while ((n = smallest(length - taken, console_room(vm->console), CHUNK_BYTES)) > 0) {
		if (copy_from_guest(&vm->memory, chunk, address + taken, n) != 0)
			return -EFAULT;
		taken += console_write(vm->console, chunk, n);
	}
	return taken;
}
/* end of 2B */

/* Checked first here too: bytes taken from the console and then not delivered would be lost. */
int64_t hypercall_console_read(struct vm *vm, uint64_t address, uint64_t length, uint64_t rdx, uint64_t rsi)
{
	int64_t error = check_buffer(vm, address, length);
	if (error)
		return error;

	console_service_listen(vm);

	uint64_t stored = 0;
	size_t n;
	while ((n = console_read(vm->console, chunk, smallest(length - stored, CHUNK_BYTES, CHUNK_BYTES))) > 0) {
		if (copy_to_guest(&vm->memory, address + stored, chunk, n) != 0)
			return -EFAULT;
		stored += n;
	}
	return stored;
}

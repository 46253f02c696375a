/* What ring 3 hands over is checked against its own page tables, then copied through the process' bounce page. */
#include "syscall.h"
#include "errors.h"
#include "lib.h"
#include "machine.h"
#include "paging.h"
#include "process.h"
#include "system_calls.h"
#include "thread.h"
#include "trap.h"

#define EXIT_CODE_MAX 255
#define SLEEP_MAX_MS (1000ull * 60 * 60 * 24)

static struct process *self(void)
{
	return thread_current()->process;
}

static struct file *file_of(uint64_t descriptor)
{
	struct file *file = descriptor < PROCESS_FILES ? &self()->files[descriptor] : NULL;

	return file && file->kind != FILE_CLOSED ? file : NULL;
}

/* size bytes with the terminating 0; -E_BAD_ADDRESS if the string is not readable or longer. */
static int copy_string(char *to, uint64_t from, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (!address_space_allows(self()->space, from + i, 1, false))
			return -E_BAD_ADDRESS;
		to[i] = *(const char *)(from + i);
		if (!to[i])
			return 0;
	}
	return -E_BAD_ADDRESS;
}

static int64_t sys_exit(uint64_t code, uint64_t b, uint64_t c)
{
	(void)b, (void)c;
	process_exit((int)(code & EXIT_CODE_MAX));
}

static int64_t sys_write(uint64_t descriptor, uint64_t bytes, uint64_t n)
{
	struct file *file = file_of(descriptor);

	n = MIN(n, PAGE_SIZE);
	if (!file)
		return -E_BAD_DESCRIPTOR;
	if (!address_space_allows(self()->space, bytes, n, false))
		return -E_BAD_ADDRESS;
	memcpy(self()->bounce, (const void *)bytes, n);
	return file_write(file, self()->bounce, (uint32_t)n);
}

static int64_t sys_read(uint64_t descriptor, uint64_t buffer, uint64_t n)
{
	struct file *file = file_of(descriptor);

	n = MIN(n, PAGE_SIZE);
	if (!file)
		return -E_BAD_DESCRIPTOR;
	if (!address_space_allows(self()->space, buffer, n, true))
		return -E_BAD_ADDRESS;
	int got = file_read(file, self()->bounce, (uint32_t)n);
	if (got > 0)
		memcpy((void *)buffer, self()->bounce, (size_t)got);
	return got;
}

static int64_t sys_open(uint64_t name, uint64_t mode, uint64_t c)
{
	char copy[FS_NAME_SIZE];
	int error = copy_string(copy, name, sizeof(copy));

	(void)c;
	if (error)
		return error;
	for (int i = 0; i < PROCESS_FILES; i++) {
		if (self()->files[i].kind != FILE_CLOSED)
			continue;
		error = file_open(&self()->files[i], copy, mode);
		return error ? error : i;
	}
	return -E_TOO_MANY_FILES;
}

static int64_t sys_close(uint64_t descriptor, uint64_t b, uint64_t c)
{
	struct file *file = file_of(descriptor);

	(void)b, (void)c;
	return file ? file_close(file) : -E_BAD_DESCRIPTOR;
}

static int64_t sys_yield(uint64_t a, uint64_t b, uint64_t c)
{
	(void)a, (void)b, (void)c;
	thread_yield();
	return 0;
}

static int64_t sys_sleep(uint64_t milliseconds, uint64_t b, uint64_t c)
{
	(void)b, (void)c;
	thread_sleep_until(machine_clock_ns() + MIN(milliseconds, SLEEP_MAX_MS) * 1000000);
	return 0;
}

static int64_t sys_time(uint64_t a, uint64_t b, uint64_t c)
{
	(void)a, (void)b, (void)c;
	return (int64_t)machine_wall_clock();
}

static int64_t sys_clock(uint64_t a, uint64_t b, uint64_t c)
{
	(void)a, (void)b, (void)c;
	return (int64_t)machine_clock_ns();
}

static int64_t sys_getpid(uint64_t a, uint64_t b, uint64_t c)
{
	(void)a, (void)b, (void)c;
	return thread_current()->id;
}

static int64_t sys_spawn(uint64_t name, uint64_t arguments, uint64_t c)
{
	char program[FS_NAME_SIZE], line[PROCESS_ARGUMENTS_SIZE];
	struct thread *thread;
	int error = copy_string(program, name, sizeof(program));

	(void)c;
	if (!error)
		error = copy_string(line, arguments, sizeof(line));
	if (!error)
		error = process_spawn(program, line, &thread);
	return error ? error : thread->id;
}

static int64_t sys_wait(uint64_t pid, uint64_t b, uint64_t c)
{
	struct thread *thread = pid <= INT32_MAX ? thread_find((int)pid) : NULL;

	(void)b, (void)c;
	if (!thread || thread->parent != thread_current())
		return -E_NOT_FOUND;
	return thread_join(thread);
}

static int64_t (*const handlers[SYSTEM_CALLS])(uint64_t a, uint64_t b, uint64_t c) = {
	[SYS_EXIT] = sys_exit,
	[SYS_WRITE] = sys_write,
	[SYS_READ] = sys_read,
	[SYS_OPEN] = sys_open,
	[SYS_CLOSE] = sys_close,
	[SYS_YIELD] = sys_yield,
	[SYS_SLEEP] = sys_sleep,
	[SYS_TIME] = sys_time,
	[SYS_CLOCK] = sys_clock,
	[SYS_GETPID] = sys_getpid,
	[SYS_SPAWN] = sys_spawn,
	[SYS_WAIT] = sys_wait,
};

void system_call(struct trap_frame *frame)
{
	interrupts_restore(true);
	if (frame->rax < SYSTEM_CALLS)
		frame->rax = (uint64_t)handlers[frame->rax](frame->rdi, frame->rsi, frame->rdx);
	else
		frame->rax = (uint64_t)-E_BAD_CALL;
	interrupts_save_disable();
}

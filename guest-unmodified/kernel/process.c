#include "process.h"
#include "errors.h"
#include "fs.h"
#include "lib.h"
#include "memory.h"
#include "paging.h"
#include "program.h"
#include "thread.h"

#define USER_STACK_PAGES 4
#define ARGUMENTS_ADDRESS (USER_END - PROCESS_ARGUMENTS_SIZE)   /* at the upper end of the stack */

_Static_assert(sizeof(struct process) <= PAGE_SIZE, "a process is one page");

_Noreturn void enter_user(uint64_t rip, uint64_t rsp, uint64_t argument);

static void process_free(struct process *p)
{
	for (int i = 0; i < PROCESS_FILES; i++)
		file_discard(&p->files[i]);
	if (p->bounce)
		pages_free(p->bounce, 1);
	if (p->space)
		address_space_destroy(p->space);
	pages_free(p, 1);
}

static void process_start(void *argument)
{
	struct process *p = argument;

	interrupts_save_disable();              /* a kill from here on is seen at the next trap */
	if (thread_current()->killed)
		process_exit(PROCESS_KILLED);
	enter_user(p->entry, ARGUMENTS_ADDRESS, ARGUMENTS_ADDRESS);
}

static int make_stack(struct process *p, const char *arguments)
{
	uint8_t *page = NULL;

	for (int i = USER_STACK_PAGES; i > 0; i--) {
		page = address_space_add_page(p->space, USER_END - (uint64_t)i * PAGE_SIZE, PAGE_WRITABLE);
		if (!page)
			return -E_NO_MEMORY;
	}
	string_copy((char *)page + PAGE_SIZE - PROCESS_ARGUMENTS_SIZE, arguments, PROCESS_ARGUMENTS_SIZE);
	return 0;
}

static int fill(struct process *p, const char *program, const char *arguments)
{
	int inode = fs_find(program);

	if (inode < 0)
		return inode;
	p->space = address_space_create();
	p->bounce = pages_alloc(1);
	p->files[0].kind = p->files[1].kind = FILE_CONSOLE;
	if (!p->space || !p->bounce)
		return -E_NO_MEMORY;
	int error = program_load(p->space, inode, &p->entry);
	return error ? error : make_stack(p, arguments);
}

int process_spawn(const char *program, const char *arguments, struct thread **thread)
{
	struct process *p = pages_alloc(1);
	int error = p ? fill(p, program, arguments) : -E_NO_MEMORY;

	*thread = error ? NULL : thread_create(program, process_start, p, p);
	if (!*thread && !error)
		error = -E_NO_MEMORY;
	if (error && p)
		process_free(p);
	return error;
}

void process_exit(int code)
{
	struct process *p = thread_current()->process;

	for (int i = 0; i < PROCESS_FILES && !thread_current()->killed && code != PROCESS_KILLED; i++)
		file_close(&p->files[i]);
	interrupts_save_disable();
	thread_current()->process = NULL;
	address_space_activate(NULL);
	process_free(p);
	thread_exit(code);
}

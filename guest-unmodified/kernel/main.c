/* The kernel starts here, on the boot stack, interrupts off. The order is the order of need. */
#include "../boot/gdt.h"
#include "lib.h"
#include "machine.h"
#include "memory.h"
#include "multiboot.h"
#include "paging.h"
#include "shell.h"
#include "thread.h"
#include "trap.h"

static char command_line[COMMAND_LINE_SIZE];

static void copy_command_line(const struct multiboot_info *info)
{
	if (info->flags & MULTIBOOT_INFO_CMDLINE)
		string_copy(command_line, (const char *)(uint64_t)info->cmdline, sizeof(command_line));
}

_Noreturn void kernel_main(const struct multiboot_info *info, uint32_t magic)
{
	machine_init_console();                 /* from here on something can be said */
	if (magic != MULTIBOOT_LOADER_MAGIC)
		kernel_panic("not started by a Multiboot loader");
	gdt_init();                             /* the stacks for ring 3 and for a double fault */
	trap_init();                            /* a fault is reported */
	copy_command_line(info);                /* before its memory is given away */
	memory_init(info);                      /* pages */
	paging_init();                          /* code is read-only, data not executable */
	threads_init();                         /* this is the idle thread */
	machine_init();                         /* interrupts, timer, console input, disk */
	if (!thread_create("shell", shell_main, command_line, NULL))
		kernel_panic("no memory for the shell");
	threads_run();                          /* interrupts on; idles for ever */
}

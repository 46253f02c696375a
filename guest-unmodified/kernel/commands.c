#include "commands.h"
#include "console.h"
#include "disk.h"
#include "errors.h"
#include "fs.h"
#include "fs_format.h"
#include "lib.h"
#include "memory.h"
#include "process.h"
#include "shell.h"
#include "thread.h"

#define FILE_BUFFER_PAGES 16                    /* 64 KiB: as much as one request to the disk carries */

static void complain(const char *what, int error)
{
	printk("%s: %s\n", what, error_text(error));
}

static void command_help(char *arguments)
{
	char usage[32];

	(void)arguments;
	for (const struct command *c = commands; c->name; c++) {
		format_string(usage, sizeof(usage), "%s %s", c->name, c->arguments);
		printk("  %-22s %s\n", usage, c->help);
	}
}

static void command_ps(char *arguments)
{
	static const char *const states[] = { "unused", "ready", "runs", "sleeps", "dead" };

	(void)arguments;
	printk("   id  ring  state   name\n");
	for (size_t i = 0; i < MAX_THREADS; i++) {
		const struct thread *t = thread_at(i);
		if (t)
			printk("%5d  %4d  %-6s  %s\n", t->id, t->process ? 3 : 0, states[t->state], t->name);
	}
}

static void command_mem(char *arguments)
{
	(void)arguments;
	printk("memory: %zu KiB, free %zu KiB; disk: free %u KiB\n", memory_total_pages() * 4, memory_free_pages() * 4,
		fs_free_bytes() / 1024);
}

static void command_ls(char *arguments)
{
	(void)arguments;
	for (int i = 0; i < FS_INODES; i++) {
		const struct fs_inode *inode = fs_inode(i);
		if (inode)
			printk("%8u  %s\n", inode->size, inode->name);
	}
}

static int print_file(int inode, char *buffer)
{
	uint32_t offset = 0;
	int got;

	while ((got = fs_read(inode, offset, buffer, FILE_BUFFER_PAGES * PAGE_SIZE)) > 0) {
		console_write(buffer, (size_t)got);
		offset += (uint32_t)got;
	}
	return got;
}

static void command_cat(char *arguments)
{
	const char *name = next_word(&arguments);
	char *buffer = pages_alloc(FILE_BUFFER_PAGES);
	int error = fs_find(name);

	if (!buffer)
		error = -E_NO_MEMORY;
	if (error >= 0)
		error = print_file(error, buffer);
	if (error < 0)
		complain(name, error);
	if (buffer)
		pages_free(buffer, FILE_BUFFER_PAGES);
}

static void command_write(char *arguments)
{
	const char *name = next_word(&arguments);
	size_t n = strlen(arguments);

	arguments[n] = '\n';                    /* over the terminating 0: the line is not needed as a string any more */
	int error = fs_write_file(name, arguments, (uint32_t)n + 1);
	if (error)
		complain(name, error);
}

static void command_rm(char *arguments)
{
	const char *name = next_word(&arguments);
	int error = fs_remove(name);

	if (error)
		complain(name, error);
}

static void command_uptime(char *arguments)
{
	uint64_t ms = machine_clock_ns() / 1000000;

	(void)arguments;
	printk("up %lu.%03lu seconds\n", ms / 1000, ms % 1000);
}

static bool is_leap_year(uint64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static uint64_t days_of_month(uint64_t year, int month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month] + (month == 1 && is_leap_year(year));
}

static void command_date(char *arguments)
{
	uint64_t now = machine_wall_clock(), days = now / 86400, second = now % 86400, year = 1970;
	int month = 0;

	(void)arguments;
	for (; days >= 365u + is_leap_year(year); year++)
		days -= 365u + is_leap_year(year);
	for (; days >= days_of_month(year, month); month++)
		days -= days_of_month(year, month);
	printk("%lu-%02d-%02lu %02lu:%02lu:%02lu UTC\n", year, month + 1, days + 1, second / 3600, second / 60 % 60, second % 60);
}

static void command_uname(char *arguments)
{
	(void)arguments;
	printk("toy OS, x86-64, on a %s\n", machine_name);
}

static void command_echo(char *arguments)
{
	printk("%s\n", arguments);
}

static void command_run(char *arguments)
{
	const char *name = next_word(&arguments);
	struct thread *thread;
	int error = process_spawn(name, arguments, &thread);

	if (error) {
		complain(name, error);
		return;
	}
	console_set_foreground(thread);
	int code = thread_join(thread);
	console_set_foreground(NULL);
	if (code == PROCESS_KILLED)
		printk("%s: killed\n", name);
	else if (code)
		printk("%s: exit code %d\n", name, code);
}

static void run_script(char *script)
{
	while (*script && !console_interrupted()) {
		char *line = script;
		while (*script && *script != '\n')
			script++;
		if (*script)
			*script++ = '\0';
		if (*line && *line != '#')
			shell_run_echoed(line);
	}
}

static void command_sh(char *arguments)
{
	const char *name = next_word(&arguments);
	char *script = pages_alloc(1);
	int got = fs_find(name);

	if (!script)
		got = -E_NO_MEMORY;
	if (got >= 0)
		got = fs_read(got, 0, script, PAGE_SIZE - 1);
	if (got < 0)
		complain(name, got);
	else
		run_script(script);
	if (script)
		pages_free(script, 1);
}

static void command_halt(char *arguments)
{
	(void)arguments;
	disk_flush();
	printk("halted\n");
	machine_power_off();
}

static void command_reboot(char *arguments)
{
	(void)arguments;
	disk_flush();
	printk("rebooting\n");
	machine_reset();
}

const struct command commands[] = {
	{ "help", "", "this list", PHASE_OTHER, command_help },
	{ "ps", "", "threads and programs", PHASE_OTHER, command_ps },
	{ "mem", "", "memory and disk space", PHASE_OTHER, command_mem },
	{ "ls", "", "files and their sizes", PHASE_SHELL, command_ls },
	{ "cat", "FILE", "print a file", PHASE_SHELL, command_cat },
	{ "write", "FILE TEXT", "make a file of one line", PHASE_SHELL, command_write },
	{ "rm", "FILE", "remove a file", PHASE_SHELL, command_rm },
	{ "uptime", "", "time since boot", PHASE_OTHER, command_uptime },
	{ "date", "", "date and time (UTC)", PHASE_OTHER, command_date },
	{ "uname", "", "which system on which machine", PHASE_OTHER, command_uname },
	{ "echo", "TEXT", "print a text", PHASE_OTHER, command_echo },
	{ "run", "FILE ARGUMENTS", "run a program in ring 3; ^C ends it", PHASE_SHELL, command_run },
	{ "threads", "", "two threads that never yield", PHASE_OTHER, command_threads },
	{ "text", "", "print text.txt in one piece", PHASE_OTHER, command_text },
	{ "sh", "FILE", "run the commands in a file", PHASE_OTHER, command_sh },
	{ "bench", "NAME", "measure; without a name: what there is", PHASE_OTHER, command_bench },
	{ "halt", "", "switch the machine off", PHASE_OTHER, command_halt },
	{ "reboot", "", "start again", PHASE_OTHER, command_reboot },
	{ NULL, NULL, NULL, PHASE_OTHER, NULL },
};

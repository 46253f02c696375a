#include "shell.h"
#include "commands.h"
#include "console.h"
#include "errors.h"
#include "fs.h"
#include "lib.h"
#include "line_editor.h"

#define PROMPT "$ "

static const struct command *find_command(const char *name)
{
	for (const struct command *c = commands; c->name; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

static void run(const char *text)
{
	char line[LINE_SIZE], *rest = line;

	string_copy(line, text, sizeof(line));
	char *name = next_word(&rest);
	const struct command *command = find_command(name);
	if (!*name)
		return;
	if (!command) {
		printk("%s: no such command; `help` lists them\n", name);
		return;
	}
	machine_phase(command->phase);
	command->run(rest);
	machine_phase(PHASE_OTHER);
}

void shell_run_echoed(const char *line)
{
	printk(PROMPT "%s\n", line);
	run(line);
}

/*
 * The commands of autorun="…; …"; false if there are none. GRUB takes quotes away, puts others around the whole word and
 * backslashes before those inside, so neither belongs to a command: a first quote is skipped, the next one ends the list.
 */
static bool find_autorun(const char *command_line, char *list, size_t size)
{
	static const char key[] = "autorun=";
	const char *at = command_line;
	size_t n = 0;

	while (*at && strncmp(at, key, sizeof(key) - 1) != 0)
		at++;
	if (!*at)
		return false;
	for (at += sizeof(key) - 1; *at && n + 1 < size; at++) {
		if (*at == '"' && n > 0)
			break;
		if (*at != '"' && *at != '\\')
			list[n++] = *at;
	}
	list[n] = '\0';
	return n > 0;
}

static char *next_command(char **list)
{
	char *command = *list, *end = command;

	while (*end && *end != ';')
		end++;
	*list = *end ? end + 1 : end;
	*end = '\0';
	while (*command == ' ')
		command++;
	return command;
}

static void boot_messages(void)
{
	int error = fs_mount();

	printk("The toy OS on a %s. Type `help` for the commands.\n", machine_name);
	if (error)
		printk("No files: %s.\n", error_text(error));
	printk(PROMPT);
	machine_phase(PHASE_OTHER);
}

void shell_main(void *command_line)
{
	static char list[COMMAND_LINE_SIZE];
	char line[LINE_SIZE], *rest = list;

	boot_messages();
	if (find_autorun(command_line, list, sizeof(list))) {
		while (*rest) {
			const char *command = next_command(&rest);
			printk("%s\n", command);
			run(command);
			printk(PROMPT);
		}
	}
	for (;;) {
		if (console_read_line(line, sizeof(line)) >= 0)
			run(line);
		console_interrupted();
		printk(PROMPT);
	}
}

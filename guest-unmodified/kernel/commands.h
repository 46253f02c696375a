#pragma once
/* The shell's commands; shell.c looks names up here. */
#include "machine.h"

struct command {
	const char *name, *arguments, *help;
	enum phase phase;                       /* what its run counts as */
	void (*run)(char *arguments);           /* may write to its arguments */
};

extern const struct command commands[];         /* ends with .name = NULL */

void command_bench(char *arguments);
void command_threads(char *arguments);
void command_text(char *arguments);

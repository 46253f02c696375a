#pragma once
/* The shell: reads commands from the console, a script or the kernel's command line. */

#define COMMAND_LINE_SIZE 512

/* A thread's entry; argument: the kernel's command line. */
void shell_main(void *command_line);

/* Show the prompt and the command, then run it, as if it had been typed. */
void shell_run_echoed(const char *line);

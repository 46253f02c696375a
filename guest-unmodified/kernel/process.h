#pragma once
/* A user program: a thread with an address space, run in ring 3. Its pid is the thread's id. */
#include <stdint.h>
#include "file.h"

#define PROCESS_FILES 8
#define PROCESS_KILLED (-1)                     /* exit code of one that did not end by itself */
#define PROCESS_ARGUMENTS_SIZE 128

struct thread;

struct process {
	struct address_space *space;
	uint64_t entry;
	uint8_t *bounce;                        /* a page to copy user memory through */
	struct file files[PROCESS_FILES];       /* 0 and 1: the console */
};

/* Load a program from the file system and let it run. The caller joins *thread. */
int process_spawn(const char *program, const char *arguments, struct thread **thread);

/* Ends the current thread; a process' files are closed, or forgotten if it is killed. */
_Noreturn void process_exit(int code);

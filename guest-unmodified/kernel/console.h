#pragma once
/* The console: lines in, text out. printk() and kernel_panic() are in machine.h. */
#include "machine.h"

struct thread;

/* "\n" becomes "\r\n" on the way. One writer at a time. */
void console_write(const char *bytes, size_t n);
/* As it is, in one request to the machine. */
void console_write_raw(const char *bytes, size_t n);

/* Edit a line; sleeps until it is typed. Its length, -1 after ^C (or when the thread is killed). */
int console_read_line(char *line, size_t size);

/* ^C ends this thread while it is in the foreground; NULL: nobody. */
void console_set_foreground(struct thread *thread);
/* Was ^C typed since the last call? */
bool console_interrupted(void);

/* After this printk() asks for no lock and no interrupt. */
void kernel_panic_begin(void);
bool kernel_panicking(void);

#pragma once
/* A traced run: its log, the functions of its guests, and every exit in words. */
#include <stdio.h>
#include "image.h"
#include "symbols.h"

struct run {
	struct trace_log log;
	struct symbols symbols[TRACE_LOG_VMS];
	char **what;                    /* for each record */
};

/* Decode all exits of the log. -1: too little memory. */
int run_decode(struct run *run);
void run_free(struct run *run);

uint64_t run_ns(const struct run *run, uint64_t tsc);           /* since the machine started */
const char *run_vm_name(const struct run *run, unsigned vm);
const char *run_reason(const struct run *run, unsigned reason);
int run_is_hosts_own(const struct trace_log_record *exit);      /* asynchronous: no guest asked for it */

/* "uart_putc+0x12", or "user 0x40000123" where no function of the kernel is. */
void run_place(const struct run *run, const struct trace_log_record *exit, char *text, size_t size);

void table_write(const struct run *run, FILE *file);            /* table.c: a line for each exit */
void timeline_write(const struct run *run, FILE *file);         /* timeline.c: Chrome's trace-event JSON */
void summary_write(const struct run *run, FILE *file);          /* summary.c: what took most */

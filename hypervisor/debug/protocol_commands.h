#pragma once
/* What the files of the protocol share: protocol.c has the table of commands, protocol_data.c and protocol_run.c most of what it calls. */
#include "debug/protocol.h"

#define EVERY (~0ull)                   /* "-1" as a process or thread */

typedef enum protocol_next protocol_command(struct debug_session *session, const char *arguments, size_t length);

/* session->reply gets this text. */
enum protocol_next protocol_answer(struct debug_session *session, const char *text);

/* "OK" or the error. E14 is EFAULT, E22 EINVAL; GDB shows only that it is one. */
enum protocol_next protocol_done(struct debug_session *session, bool ok, const char *error);

bool protocol_is_attached(const struct debug_session *session, uint64_t process);

/* Step over a character if it is there. */
bool protocol_skip(const char **text, char c);

/* "pPROCESS.THREAD", "pPROCESS" or "THREAD": the two numbers are the same here. 0: any; EVERY: all. */
bool protocol_get_thread(const char **text, uint64_t *process);
void protocol_put_thread(struct debug_session *session, unsigned process);

/* "ADDRESS,LENGTH" */
bool protocol_get_range(const char **text, uint64_t *address, uint64_t *length);

/* protocol_data.c: registers, memory, breakpoints */
protocol_command protocol_read_registers, protocol_write_registers, protocol_read_register, protocol_write_register;
protocol_command protocol_read_memory, protocol_write_memory, protocol_write_binary;
protocol_command protocol_insert_breakpoint, protocol_remove_breakpoint;

/* protocol_run.c: why it stands still, how it goes on */
protocol_command protocol_why_stopped, protocol_continue_actions, protocol_list_actions, protocol_continue_all, protocol_step_one;
protocol_command protocol_detach, protocol_kill_all, protocol_attach;

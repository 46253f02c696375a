#pragma once
/* The IDT and the task state segment. */
struct trap_frame;

void traps_init(void);

/* lib/guest.c: an exception that no ATTEMPT asked for. */
_Noreturn void unexpected(const struct trap_frame *frame);

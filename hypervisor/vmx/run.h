#pragma once
#include <stdint.h>

struct vm;

/* What vmx_exit of enter.asm calls at each exit: handle_exit, or what trace/ puts around it. Returns when the handling ended (TSC). */
extern uint64_t (*exit_handler)(struct vm *vm);
uint64_t handle_exit(struct vm *vm);

/* Run all VMs until each is off or faulted. */
void run_all(void);

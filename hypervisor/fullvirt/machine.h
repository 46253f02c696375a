#pragma once
/* The emulated PC: its devices, their ports and interrupt lines (machine.c is one screen). */
#include <stdbool.h>
#include <stdint.h>

struct vm;
struct portbus;
struct pic8259;

struct pc {
	struct portbus *ports;
	struct pic8259 *pic;
};

/* Build the PC: sets vm->pc and vm->acknowledge. vm->console, vm->disk (may be NULL) and vm->timers
   are ready. */
void pc_create(struct vm *vm);

#pragma once
/* The keyboard controller of the emulated PC, with no keyboard. It is here because of what else hangs on it: reset, and the
   A20 gate. */
struct i8042;
struct portbus;
struct vm;

struct i8042 *i8042_create(struct portbus *ports, struct vm *vm);

#pragma once
/* The ports that end the emulated PC's life, and the port that tells how far it got. */
struct portbus;
struct power;
struct vm;

struct power *power_create(struct portbus *ports, struct vm *vm);

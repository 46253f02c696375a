#pragma once
/* The real-time clock of the emulated PC, and the battery-backed memory in which its firmware leaves what it found. */
#include <stdbool.h>
#include <stdint.h>

struct cmos;
struct portbus;
struct vm;

/* The clock starts at the machine's time in UTC. memory_bytes and has_disk: what the firmware found. */
struct cmos *cmos_create(struct portbus *ports, struct vm *vm, uint64_t memory_bytes, bool has_disk);

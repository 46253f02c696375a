#pragma once
/* Where each VM's time went. */
#include <stdint.h>

struct vm;

/* Book the time since the last call: on the CPU for on_cpu (NULL: for none), and for each of the others waiting or asleep. */
void accounts_write(const struct vm *on_cpu, uint64_t now);

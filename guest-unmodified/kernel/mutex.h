#pragma once
/* A lock whose waiters sleep. Free during early boot, when there is one thread. */
#include "machine.h"

struct mutex {
	bool held;
	struct wait_queue waiters;
};

void mutex_lock(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);

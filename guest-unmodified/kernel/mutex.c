#include "mutex.h"

void mutex_lock(struct mutex *mutex)
{
	bool on = interrupts_save_disable();

	while (mutex->held && threads_running())
		wait_queue_sleep(&mutex->waiters);
	mutex->held = true;
	interrupts_restore(on);
}

void mutex_unlock(struct mutex *mutex)
{
	mutex->held = false;
	wait_queue_wake_all(&mutex->waiters);
}

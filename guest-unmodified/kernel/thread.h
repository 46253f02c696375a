#pragma once
/*
 * Preemptive threads on one CPU: round robin, a quantum of 10 ms, no priorities.
 * A user program is a thread with a process (process.h). wait_queue_sleep() and its kin are in machine.h.
 */
#include "machine.h"

#define MAX_THREADS 32
#define THREAD_NAME_SIZE 16

enum thread_state { THREAD_UNUSED, THREAD_RUNNABLE, THREAD_RUNNING, THREAD_SLEEPING, THREAD_DEAD };

struct thread {
	enum thread_state state;
	int id;
	char name[THREAD_NAME_SIZE];
	uint8_t *stack;
	uint64_t rsp;                           /* while it does not run */
	struct thread *next;                    /* in the run queue or in a wait queue, never in two */
	struct wait_queue *waiting_on;
	uint64_t wake_at;                       /* ns; while it sleeps for a time */
	unsigned preemptions;                   /* how often the CPU was taken away */
	bool interruptible;                     /* it sleeps in thread_wait() */
	bool killed;                            /* to end before it returns to ring 3 */
	void (*entry)(void *argument);
	void *argument;
	struct thread *parent;                  /* who will join; NULL: nobody */
	struct wait_queue ended;
	int exit_code;
	struct process *process;                /* NULL for a thread of the kernel */
};

/* The caller becomes the idle thread. */
void threads_init(void);
_Noreturn void threads_run(void);

/* NULL without memory or a free slot. It runs when the scheduler comes to it. */
struct thread *thread_create(const char *name, void (*entry)(void *), void *argument, struct process *process);
_Noreturn void thread_exit(int exit_code);

/* Waits for the end of a thread that the caller created; the exit code. The thread may not be named afterwards. */
int thread_join(struct thread *thread);

struct thread *thread_current(void);
struct thread *thread_find(int id);             /* NULL if there is none */
const struct thread *thread_at(size_t slot);    /* 0 to MAX_THREADS - 1, for `ps`; NULL if the slot is free */

void thread_yield(void);
void thread_sleep_until(uint64_t deadline_ns);  /* earlier if it is killed */
void thread_kill(struct thread *thread);        /* it and its children end before they return to ring 3 */

/* wait_queue_sleep() for a wait that may last for ever: ends at once, and is false, when the thread is killed. */
bool thread_wait(struct wait_queue *queue);

/* For trap() and the timer. */
void thread_preempt_if_due(void);
void thread_make_runnable(struct thread *thread);
void thread_request_preemption(void);

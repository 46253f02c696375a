#pragma once
/*
 * Time for device models and services: nanoseconds since the hypervisor started, and a queue of timers per VM.
 * The scheduler runs a VM's expired timers before it enters the VM, and programs the VMX preemption timer for the next one.
 */
#include <stdbool.h>
#include <stdint.h>

/* Read the machine's CMOS clock. After tsc_init(). */
void clock_init(void);

uint64_t clock_now_ns(void);

/* Seconds since 1970-01-01 UTC, from the machine's CMOS clock at boot plus clock_now_ns(). */
uint64_t clock_wall_seconds(void);

struct timer {
	struct timer *next;                     /* in the queue, soonest first */
	struct timer_queue *queue;
	uint64_t deadline_ns;
	bool armed;
	uint64_t armed_in;                      /* the queue's runs when it was armed */
	void (*expired)(void *context);
	void *context;
};

struct timer_queue {
	struct timer *first;
	uint64_t runs;                          /* of timer_queue_run */
};

/* The guest that runs now may run undisturbed until this value of the time-stamp counter. Whatever wants the run loop's attention
   before, a sooner timer, an interrupt, a change of state, sets it to 0. */
extern uint64_t run_until;

#define TIMER_NEVER UINT64_MAX

void timer_init(struct timer *timer, struct timer_queue *queue, void (*expired)(void *context), void *context);

/* (Re)arm for an absolute time (TIMER_NEVER: cancel), or take out of the queue. expired() is called once; it may arm the timer
   again. */
void timer_set(struct timer *timer, uint64_t deadline_ns);
void timer_cancel(struct timer *timer);

/* When the next timer is due, or TIMER_NEVER. */
uint64_t timer_queue_next(const struct timer_queue *queue);

/* Call expired() of all timers that are due at now_ns, soonest first; one that is armed meanwhile for a time already due waits
   for the next call, so that this one ends. */
void timer_queue_run(struct timer_queue *queue, uint64_t now_ns);

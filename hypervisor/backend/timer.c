#include "backend/clock.h"
#include <stddef.h>

uint64_t run_until;

void timer_init(struct timer *timer, struct timer_queue *queue, void (*expired)(void *context), void *context)
{
	*timer = (struct timer){ .queue = queue, .expired = expired, .context = context };
}

/* Timers of the same deadline stay in the order in which they were armed. */
static void insert(struct timer_queue *queue, struct timer *timer)
{
	struct timer **link = &queue->first;

	while (*link && (*link)->deadline_ns <= timer->deadline_ns)
		link = &(*link)->next;
	timer->next = *link;
	*link = timer;
	if (queue->first == timer)
		run_until = 0;
	timer->armed = true;
	timer->armed_in = queue->runs;
}

void timer_cancel(struct timer *timer)
{
	struct timer **link = &timer->queue->first;

	if (!timer->armed)
		return;
	while (*link != timer)
		link = &(*link)->next;
	*link = timer->next;
	timer->armed = false;
}

void timer_set(struct timer *timer, uint64_t deadline_ns)
{
	timer_cancel(timer);
	timer->deadline_ns = deadline_ns;
	if (deadline_ns != TIMER_NEVER)
		insert(timer->queue, timer);
}

uint64_t timer_queue_next(const struct timer_queue *queue)
{
	return queue->first ? queue->first->deadline_ns : TIMER_NEVER;
}

static struct timer *first_due(const struct timer_queue *queue, uint64_t now_ns)
{
	for (struct timer *timer = queue->first; timer && timer->deadline_ns <= now_ns; timer = timer->next)
		if (timer->armed_in != queue->runs)
			return timer;
	return NULL;
}

void timer_queue_run(struct timer_queue *queue, uint64_t now_ns)
{
	struct timer *timer;

	queue->runs++;
	while ((timer = first_due(queue, now_ns))) {
		timer_cancel(timer);
		timer->expired(timer->context);
	}
}

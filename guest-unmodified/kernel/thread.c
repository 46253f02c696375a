#include "thread.h"
#include "../boot/gdt.h"
#include "console.h"
#include "lib.h"
#include "memory.h"
#include "paging.h"
#include "process.h"
#include "timer.h"
#include "trap.h"

#define STACK_PAGES 2
#define STACK_GUARD 0x6b63617473646e65ull       /* at the lowest end of each stack, checked at each switch */
#define CALLEE_SAVED 6                          /* registers that context_switch() pops */

void context_switch(uint64_t *save_rsp, uint64_t load_rsp);
void thread_first_step(void);
_Noreturn void thread_started(void);

static struct thread threads[MAX_THREADS];      /* the first one is the idle thread, on the boot stack */
static struct thread *const idle = &threads[0];
static struct thread *current = &threads[0];
static struct { struct thread *first, *last; } run_queue;
static bool running, preempt;
static int next_id;

void threads_init(void)
{
	idle->state = THREAD_RUNNING;
	string_copy(idle->name, "idle", sizeof(idle->name));
}

bool threads_running(void)
{
	return running && !in_interrupt() && !kernel_panicking();
}

struct thread *thread_current(void)
{
	return current;
}

static void check_stack(const struct thread *t)
{
	if (t->stack && *(const uint64_t *)t->stack != STACK_GUARD)
		kernel_panic("thread %s has run over the end of its stack", t->name);
}

/* Give the CPU to the next runnable thread, or to idle. Interrupts off; returns when the caller's turn comes again. */
static void schedule(void)
{
	struct thread *previous = current, *next = run_queue.first ? run_queue.first : idle;

	check_stack(previous);
	if (next != idle)
		run_queue.first = next->next;
	idle->state = THREAD_RUNNABLE;
	next->next = NULL;
	next->state = THREAD_RUNNING;
	current = next;
	preempt = false;
	timer_quantum(next != idle && run_queue.first);
	if (next == previous)
		return;
	gdt_set_kernel_stack((uint64_t)next->stack + STACK_PAGES * PAGE_SIZE);
	address_space_activate(next->process ? next->process->space : NULL);
	context_switch(&previous->rsp, next->rsp);
}

static void append_to_run_queue(struct thread *t)
{
	t->state = THREAD_RUNNABLE;
	t->waiting_on = NULL;
	t->next = NULL;
	if (run_queue.first)
		run_queue.last->next = t;
	else
		run_queue.first = t;
	run_queue.last = t;
}

void thread_make_runnable(struct thread *t)
{
	append_to_run_queue(t);
	if (current != idle)
		timer_contend();
}

void thread_yield(void)
{
	bool on = interrupts_save_disable();

	if (run_queue.first) {
		if (current != idle)
			append_to_run_queue(current);
		schedule();
	}
	interrupts_restore(on);
}

void thread_request_preemption(void)
{
	preempt = true;
}

void thread_preempt_if_due(void)
{
	if (!preempt)
		return;
	preempt = false;
	current->preemptions++;
	thread_yield();
}

void wait_queue_sleep(struct wait_queue *queue)
{
	struct thread **end = &queue->first;

	while (*end)
		end = &(*end)->next;
	*end = current;
	current->next = NULL;
	current->state = THREAD_SLEEPING;
	current->waiting_on = queue;
	schedule();
}

void wait_queue_wake_all(struct wait_queue *queue)
{
	bool on = interrupts_save_disable();

	while (queue->first) {
		struct thread *t = queue->first;
		queue->first = t->next;
		thread_make_runnable(t);
	}
	interrupts_restore(on);
}

bool thread_wait(struct wait_queue *queue)
{
	if (current->killed)
		return false;
	current->interruptible = true;
	wait_queue_sleep(queue);
	current->interruptible = false;
	return !current->killed;
}

static void leave_wait_queue(struct thread *t)
{
	struct thread **link = &t->waiting_on->first;

	while (*link != t)
		link = &(*link)->next;
	*link = t->next;
}

void thread_kill(struct thread *t)
{
	bool on = interrupts_save_disable();

	t->killed = true;
	for (size_t i = 1; i < MAX_THREADS; i++)
		if (threads[i].state != THREAD_UNUSED && threads[i].parent == t && !threads[i].killed)
			thread_kill(&threads[i]);
	if (t->state == THREAD_SLEEPING && t->interruptible) {
		leave_wait_queue(t);
		thread_make_runnable(t);
	}
	interrupts_restore(on);
}

void thread_sleep_until(uint64_t deadline_ns)
{
	bool on = interrupts_save_disable();

	current->wake_at = deadline_ns;
	while (machine_clock_ns() < deadline_ns && thread_wait(&timer_sleepers))
		;
	interrupts_restore(on);
}

static void free_slot(struct thread *t)
{
	pages_free(t->stack, STACK_PAGES);
	t->state = THREAD_UNUSED;
}

/* The dead whom nobody will join. */
static void free_orphans(void)
{
	for (size_t i = 1; i < MAX_THREADS; i++)
		if (threads[i].state == THREAD_DEAD && !threads[i].parent)
			free_slot(&threads[i]);
}

static struct thread *find_slot(void)
{
	free_orphans();
	for (size_t i = 1; i < MAX_THREADS; i++)
		if (threads[i].state == THREAD_UNUSED)
			return &threads[i];
	return NULL;
}

static void prepare_stack(struct thread *t)
{
	uint64_t *top = (uint64_t *)(t->stack + STACK_PAGES * PAGE_SIZE);

	*(uint64_t *)t->stack = STACK_GUARD;
	*--top = (uint64_t)thread_first_step;
	t->rsp = (uint64_t)(top - CALLEE_SAVED);
}

struct thread *thread_create(const char *name, void (*entry)(void *), void *argument, struct process *process)
{
	bool on = interrupts_save_disable();
	struct thread *t = find_slot();
	uint8_t *stack = t ? pages_alloc(STACK_PAGES) : NULL;

	if (stack) {
		*t = (struct thread){ .id = ++next_id, .stack = stack, .entry = entry, .argument = argument, .parent = current,
			.process = process };
		string_copy(t->name, name, sizeof(t->name));
		prepare_stack(t);
		thread_make_runnable(t);
	}
	interrupts_restore(on);
	return stack ? t : NULL;
}

void thread_started(void)
{
	asm volatile("sti");
	current->entry(current->argument);
	thread_exit(0);
}

void thread_exit(int exit_code)
{
	interrupts_save_disable();
	for (size_t i = 0; i < MAX_THREADS; i++)
		if (threads[i].parent == current)
			threads[i].parent = NULL;
	current->exit_code = exit_code;
	current->state = THREAD_DEAD;
	wait_queue_wake_all(&current->ended);
	schedule();
	kernel_panic("a dead thread runs");
}

int thread_join(struct thread *t)
{
	bool on = interrupts_save_disable();

	while (t->state != THREAD_DEAD)
		wait_queue_sleep(&t->ended);
	int exit_code = t->exit_code;
	free_slot(t);
	free_orphans();
	interrupts_restore(on);
	return exit_code;
}

struct thread *thread_find(int id)
{
	for (size_t i = 1; i < MAX_THREADS; i++)
		if (threads[i].state != THREAD_UNUSED && threads[i].id == id)
			return &threads[i];
	return NULL;
}

const struct thread *thread_at(size_t slot)
{
	return threads[slot].state == THREAD_UNUSED ? NULL : &threads[slot];
}

void threads_run(void)
{
	running = true;
	for (;;) {
		interrupts_save_disable();
		if (run_queue.first)
			thread_yield();
		else
			machine_idle();
	}
}

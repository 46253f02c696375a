/*
 * 5B: a fuzzer. It knows nothing of a UART but its ports: it reads and writes them at random, types, and lets the console fill
 * and drain, until a sanitizer or the chip's own invariant stops it. Then it leaves out every step that is not needed, and
 * shows what is left. The numbers are pseudo-random from a fixed seed, so each run does the same.
 *
 * Each life runs in a process of its own, and every life has its own taste: how often which step comes. (A plain uniform choice
 * resets the chip again before anything fills up. Groce et al., "Swarm Testing", ISSTA 2012.)
 */
#include <sys/wait.h>
#include <unistd.h>
#include "fullvirt_fakes.h"
#include "host_main.h"
#include "fullvirt/devices.h"
#include "fullvirt/uart_fifo.h"

#define COM1  0x3f8
#define LIVES 400
#define STEPS 300
#define TYPE  8                         /* steps 0 to 7 write a port, 8 types, 9 makes room, 10 to 17 read a port */
#define ROOM  9
#define READ  10
#define KINDS 18

struct step {
	uint8_t kind, value;
};

static struct step steps[STEPS];
static unsigned count;
static uint64_t seed = 0x5eed;

static uint64_t number(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

void vm_fault(struct vm *vm, const char *format, ...)
{
	fail_msg("stopped: %s", format);
}

static void irq_set(void *controller, unsigned irq, bool level)
{
}

static void take(struct step step, struct console *console)
{
	char byte = step.value;

	if (step.kind < TYPE)
		out8(COM1 + step.kind, step.value);
	else if (step.kind == TYPE)
		console_type(console, &byte, 1);
	else if (step.kind == ROOM)
		console_make_room(console, step.value % 4);
	else
		in8(COM1 + step.kind - READ);
}

static void live(void)
{
	struct console console = { .capacity = 2 };

	fakes_reset();
	vm.console = &console;
	uart16550_create(ports, COM1, (struct irq_line){ irq_set, NULL, 4 }, &vm);
	for (unsigned i = 0; i < count; i++)
		take(steps[i], &console);
}

static void new_life(void)
{
	unsigned weights[KINDS], sum = 0;

	for (unsigned i = 0; i < KINDS; i++)
		sum += weights[i] = number() % 4 ? number() % 4 : number() % 30;
	count = STEPS;
	for (unsigned i = 0; i < STEPS; i++) {
		unsigned kind = 0, at = number() % (sum + 1);

		while (kind < KINDS - 1 && at >= weights[kind])
			at -= weights[kind++];
		steps[i] = (struct step){ kind, number() >> 11 };
	}
}

static bool shown;

/* The address sanitizer's report takes a hundred times as long as the life that it tells of: write it only where somebody reads it. */
void __asan_on_error(void)
{
	if (!shown)
		_exit(1);
}

const char *__asan_default_options(void)
{
	return "print_legend=0";
}

/* In a process of its own: does it come to a bad end? */
static bool dies(void)
{
	int status;
	pid_t child;

	fflush(NULL);
	child = fork();
	if (child == 0) {
		if (!shown)
			freopen("/dev/null", "w", stderr);
		live();
		_exit(0);
	}
	assert_true(child > 0 && waitpid(child, &status, 0) == child);
	return status != 0;
}

static void shrink(void)
{
	for (unsigned piece = count / 2; piece; piece /= 2)
		for (unsigned at = 0; at + piece <= count; ) {
			struct step before[STEPS];

			memcpy(before, steps, sizeof(steps));
			memmove(&steps[at], &steps[at + piece], (count - at - piece) * sizeof(steps[0]));
			count -= piece;
			if (dies())
				continue;
			memcpy(steps, before, sizeof(steps));
			count += piece;
			at += piece;
		}
}

static void show(void)
{
	static const char *const written[] = { "THR", "IER", "FCR", "LCR", "MCR", "LSR", "MSR", "SCR" };
	static const char *const read[] = { "RBR", "IER", "IIR", "LCR", "MCR", "LSR", "MSR", "SCR" };

	for (unsigned i = 0; i < count; i++) {
		struct step step = steps[i];

		if (step.kind < TYPE)
			printf("  OUT 0x%x, 0x%02x   (%s)\n", COM1 + step.kind, step.value, written[step.kind]);
		else if (step.kind >= READ)
			printf("  IN 0x%x          (%s)\n", COM1 + step.kind - READ, read[step.kind - READ]);
		else
			printf("  the console %s\n", step.kind == TYPE ? "is typed at" : "has room for more");
	}
}

static void survives_every_life(void **state)
{
	(void)state;
	for (unsigned i = 0; i < LIVES; i++) {
		new_life();
		if (!dies())
			continue;
		shrink();
		printf("Life %u of %u came to a bad end. These %u steps are enough:\n", i + 1, LIVES, count);
		show();
		shown = true;
		dies();
		fail_msg("a guest breaks the chip in %u steps", count);
	}
	printf("%u lives of %u steps each, all well.\n", LIVES, STEPS);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(survives_every_life),
};

LAB_MAIN(tests)

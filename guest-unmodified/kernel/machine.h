#pragma once
/*
 * The seam. Everything the kernel wants of the machine under it, and nothing else.
 * guest-unmodified/machine/ implements it with the chips of a PC, guest-paravirt/machine/ with hypercalls;
 * kernel/ is the same for both, and `diff -r` of the two directories is what paravirtualization costs in code.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- What the machine provides ---- */

extern const char machine_name[];               /* printed by `uname`: "PC" or "Twinlab paravirtual machine" */

/* Called first, interrupts off, on the boot stack: make the console work, polled, and mark PHASE_BOOT. A machine that cannot be used
   says so and stops here. All memory below 1 GiB is mapped one to one: virtual = physical for the kernel. */
void machine_init_console(void);

/* Called after memory, the IDT and threads are up, interrupts still off: interrupt controller, timer, console input, disk. */
void machine_init(void);

/* An interrupt of vector 32 to 255 arrived (interrupts off): find its cause, tell the kernel, acknowledge it. */
void machine_interrupt(uint8_t vector);

/* Write n bytes; returns when the machine took them all. The thread may sleep, once threads run. */
void machine_console_write(const char *bytes, size_t n);

/* Nanoseconds since boot, monotonic. The unmodified machine reads the 8254's counter, the paravirtual one the pvclock page. */
uint64_t machine_clock_ns(void);

/* Seconds since 1970-01-01 UTC. */
uint64_t machine_wall_clock(void);

/* Call timer_interrupt() at deadline_ns or soon after (one-shot; a later call replaces it; UINT64_MAX: never). A machine whose timer only
   ticks rounds up to its next tick. */
void machine_timer_set(uint64_t deadline_ns);

/* Nothing to run: wait for an interrupt. Called with interrupts off, returns with interrupts on. */
void machine_idle(void);

/* The disk. Sectors of 512 bytes; 0 without a disk. buffer is kernel memory, physically contiguous. The calling thread sleeps meanwhile.
   0, or a negative value if the disk said no. */
uint64_t machine_disk_sectors(void);
int machine_disk_read(uint64_t sector, void *buffer, uint32_t count);
int machine_disk_write(uint64_t sector, const void *buffer, uint32_t count);
int machine_disk_flush(void);

_Noreturn void machine_power_off(void);
_Noreturn void machine_reset(void);

/* Mark a phase of the kernel's work for whoever watches: a POST code to port 0x80, or a hypercall. */
enum phase {
	PHASE_OTHER   = 0x00,
	PHASE_BOOT    = 0x10,
	PHASE_CONSOLE = 0x11,
	PHASE_DISK    = 0x12,
	PHASE_CLOCK   = 0x13,
	PHASE_TIMER   = 0x14,
	PHASE_IDLE    = 0x15,
	PHASE_COMPUTE = 0x16,
	PHASE_SHELL   = 0x17,                   /* files and programs */
	PHASE_MACHINE = 0x18,                   /* 0x18 to 0x1f: the machine's own benches, in order */
};
void machine_phase(enum phase phase);

/* Benches that only this machine can do (`bench NAME`): one naive CPUID or port access, one null hypercall, … Ends with .name = NULL. */
struct machine_bench {
	const char *name;
	const char *what;                       /* one line for `bench` without a name */
	int (*run)(void);                       /* prints its own result; 0 if it worked */
};
extern const struct machine_bench machine_benches[];

/* ---- What the kernel provides to the machine ---- */

void console_input(char byte);                  /* one typed byte; from an interrupt */
void timer_interrupt(void);                     /* the deadline of machine_timer_set has come; from an interrupt. May switch threads on return */

struct wait_queue { struct thread *first; };
void wait_queue_sleep(struct wait_queue *queue);        /* interrupts off on call and on return; another thread or idle runs meanwhile */
void wait_queue_wake_all(struct wait_queue *queue);     /* any context */
bool threads_running(void);                             /* false during early boot: poll instead of sleeping */

void printk(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void kernel_panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

static inline bool interrupts_save_disable(void)
{
	uint64_t flags;
	asm volatile("pushfq; popq %0; cli" : "=r"(flags) : : "memory");
	return flags & (1u << 9);
}
static inline void interrupts_restore(bool on)
{
	if (on)
		asm volatile("sti" : : : "memory");
}

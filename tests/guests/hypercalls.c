/*
 * Every hypercall with good arguments and with wild ones, through VMCALL: hypervisor/paravirt/abi.h. Nothing a guest
 * passes may hurt more than the call itself.
 */
#include "guest.h"

#define MEMORY     0x200000ull                  /* mem=2M */
#define LENGTH_MAX 65536
#define CALL(number, rbx, rcx, rdx) ((uint64_t)hypercall(number, rbx, rcx, rdx))
#define ERROR(errno) ((uint64_t)-(int64_t)(errno))

static const uint64_t wild[] = { MEMORY, MEMORY + 4096, 1ull << 32, 1ull << 47, 1ull << 63, ~0ull, ~0ull - 7, ~0ull << 12 };
#define WILD (sizeof(wild) / sizeof(wild[0]))

static struct pv_event_page events;
static struct pv_block_setup setup;
static struct pvclock_time_info clock __attribute__((aligned(32)));
static uint64_t from_ring3;

struct all_registers { uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15, rflags; };
static volatile struct all_registers before, after;
void call_null(volatile struct all_registers *before, volatile struct all_registers *after);       /* hypercalls.asm */

static void clobbers_nothing(void)
{
	uint64_t differs = 0;

	for (unsigned i = 0; i < 15; i++)
		((volatile uint64_t *)&before)[i] = 0x0101010101010101 * (i + 1);
	before.rax = PV_HC_NULL;
	before.rflags = 0xcd7;                  /* OF DF SF ZF AF PF CF */
	exits_begin("VMCALL=1");
	call_null(&before, &after);
	exits_end();
	for (unsigned i = 1; i < 16; i++)
		differs += ((volatile uint64_t *)&before)[i] != ((volatile uint64_t *)&after)[i];
	check("null: 0", after.rax, 0);
	check("no register but RAX changes", differs, 0);
}

static void unknown_numbers(void)
{
	static const uint64_t numbers[] = { 0, 1, PV_HC_FIRST - 1, PV_HC_END, PV_HC_FIRST | 1ull << 32, 1ull << 63, ~0ull };
	uint64_t wrong = 0;

	for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		wrong += CALL(numbers[i], 0, 0, 0) != ERROR(ENOSYS);
	check("unknown numbers: -ENOSYS", wrong, 0);
}

static void ring3(void)
{
	from_ring3 = CALL(PV_HC_SHUTDOWN, PV_SHUTDOWN_POWER_OFF, 0, 0);
}

/* How many wild addresses the call did not refuse with -EFAULT. */
static unsigned not_refused(uint64_t number, uint64_t rcx, uint64_t alignment)
{
	unsigned wrong = 0;

	for (unsigned i = 0; i < WILD; i++)
		wrong += CALL(number, wild[i] & ~(alignment - 1), rcx, 0) != ERROR(EFAULT);
	return wrong;
}

static void console(void)
{
	check("console_write: outside memory", not_refused(PV_HC_CONSOLE_WRITE, 2, 1), 0);
	check("console_write: over the end of memory", CALL(PV_HC_CONSOLE_WRITE, MEMORY - 1, 2, 0), ERROR(EFAULT));
	check("console_write: longer than 64 KiB", CALL(PV_HC_CONSOLE_WRITE, 0, LENGTH_MAX + 1, 0), ERROR(EINVAL));
	check("console_write: a length that wraps around", CALL(PV_HC_CONSOLE_WRITE, 4096, ~0ull, 0), ERROR(EINVAL));
	check("console_write: nothing", CALL(PV_HC_CONSOLE_WRITE, (uint64_t)&events, 0, 0), 0);
	check("console_read: outside memory", not_refused(PV_HC_CONSOLE_READ, 2, 1), 0);
	check("console_read: over the end of memory", CALL(PV_HC_CONSOLE_READ, MEMORY - 1, 2, 0), ERROR(EFAULT));
	check("console_read: longer than 64 KiB", CALL(PV_HC_CONSOLE_READ, 0, LENGTH_MAX + 1, 0), ERROR(EINVAL));
	check("console_read: nothing typed", CALL(PV_HC_CONSOLE_READ, (uint64_t)&events, 8, 0), 0);
}

static void event_setup(void)
{
	check("idle before event_setup", CALL(PV_HC_IDLE, 0, 0, 0), ERROR(EINVAL));
	check("event_setup: outside memory", not_refused(PV_HC_EVENT_SETUP, 40, 8), 0);
	check("event_setup: not aligned", CALL(PV_HC_EVENT_SETUP, (uint64_t)&events + 4, 40, 0), ERROR(EINVAL));
	check("event_setup: an exception's vector", CALL(PV_HC_EVENT_SETUP, (uint64_t)&events, 31, 0), ERROR(EINVAL));
	check("event_setup: a vector above 255", CALL(PV_HC_EVENT_SETUP, (uint64_t)&events, 256, 0), ERROR(EINVAL));
	check("event_setup", CALL(PV_HC_EVENT_SETUP, (uint64_t)&events, 40, 0), 0);
}

static void clock_msrs(void)
{
	static const uint32_t msrs[] = { MSR_KVM_WALL_CLOCK_NEW, MSR_KVM_SYSTEM_TIME_NEW, MSR_KVM_STEAL_TIME };
	unsigned taken = 0;

	for (unsigned m = 0; m < 3; m++)
		for (unsigned i = 0; i < WILD; i++) {
			uint64_t value = (wild[i] & ~63ull) | (m > 0);  /* bit 0 turns the other two on */

			ATTEMPT("wrmsr", : : "c"(msrs[m]), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
			taken += raised.vector != GP;
		}
	check("clock MSRs: an address outside memory raises #GP", taken, 0);
	ATTEMPT("wrmsr", : : "c"(MSR_KVM_SYSTEM_TIME_NEW), "a"(4096 - 16 + 1), "d"(0) : "memory");
	check_raised("a clock page across a page border: #GP", GP, 0);
	wrmsr(MSR_KVM_SYSTEM_TIME_NEW, (uint64_t)&clock | 1);
	check("the clock page is filled", clock.version % 2 == 0 &&
		clock.tsc_to_system_mul && clock.flags == PVCLOCK_TSC_STABLE_BIT, true);
}

/* KVM's formula; the page never changes here. */
static uint64_t clock_ns(void)
{
	uint64_t delta = rdtsc() - clock.tsc_timestamp;

	delta = clock.tsc_shift < 0 ? delta >> -clock.tsc_shift : delta << clock.tsc_shift;
	return clock.system_time + (uint64_t)((unsigned __int128)delta * clock.tsc_to_system_mul >> 32);
}

static void timer_and_idle(void)
{
	exits_begin("VMCALL=2");
	uint64_t deadline = clock_ns() + 5000000, set = CALL(PV_HC_SET_TIMER, deadline, 0, 0), idle = CALL(PV_HC_IDLE, 0, 0, 0);
	uint64_t woken = clock_ns(), pending = events.pending;
	exits_end();
	check("set_timer", set, 0);
	check("idle returns", idle, 0);
	check("not before the deadline", woken >= deadline, 1);
	check("the timer's event is pending", pending, 1 << PV_EVENT_TIMER);
	check("idle with an event pending returns at once", CALL(PV_HC_IDLE, 0, 0, 0), 0);
	exits_begin("INTERRUPT_WINDOW=1");
	asm volatile("sti; nop; nop; cli" : : : "memory");
	exits_end();
	check("the callback came, once", interrupts[40], 1);
	events.pending = 0;
	check("set_timer in the past", CALL(PV_HC_SET_TIMER, 1, 0, 0), 0);
	check("is due at once", CALL(PV_HC_IDLE, 0, 0, 0) == 0 && events.pending == 1 << PV_EVENT_TIMER, true);
}

static void others(void)
{
	check("block_setup without a disk", CALL(PV_HC_BLOCK_SETUP, (uint64_t)&setup, 0, 0), ERROR(ENODEV));
	check("block_notify without a disk", CALL(PV_HC_BLOCK_NOTIFY, 0, 0, 0), ERROR(ENODEV));
	check("balloon: outside memory", CALL(PV_HC_BALLOON, MEMORY / 4096, 1, PV_BALLOON_GIVE), ERROR(EINVAL));
	check("balloon: a count that wraps around", CALL(PV_HC_BALLOON, 1, ~0ull, PV_BALLOON_GIVE), ERROR(EINVAL));
	check("balloon: a page number that wraps around", CALL(PV_HC_BALLOON, 1ull << 52, 1, PV_BALLOON_GIVE), ERROR(EINVAL));
	check("balloon: no such direction", CALL(PV_HC_BALLOON, 0x180, 1, 2), ERROR(EINVAL));
	check("balloon: taking what it has", CALL(PV_HC_BALLOON, 0x180, 1, PV_BALLOON_TAKE), ERROR(EINVAL));
	check("balloon: 16 pages away", CALL(PV_HC_BALLOON, 0x180, 16, PV_BALLOON_GIVE), 16);
	check("balloon: giving them twice", CALL(PV_HC_BALLOON, 0x180, 16, PV_BALLOON_GIVE), ERROR(EINVAL));
	check("a page that is away is no buffer", CALL(PV_HC_CONSOLE_WRITE, 0x17ffff, 2, 0), ERROR(EFAULT));
	check("balloon: and back", CALL(PV_HC_BALLOON, 0x180, 16, PV_BALLOON_TAKE), 16);
	check("shutdown: no such reason", CALL(PV_HC_SHUTDOWN, 3, 0, 0), ERROR(EINVAL));
	check("phase: not a POST code", CALL(PV_HC_PHASE, 256, 0, 0), ERROR(EINVAL));
	call_in_ring3(ring3, 2);
	check("from ring 3: -EPERM", from_ring3, ERROR(EPERM));
}

void run(void)
{
	clobbers_nothing();
	unknown_numbers();
	console();
	event_setup();
	clock_msrs();
	timer_and_idle();
	others();
}

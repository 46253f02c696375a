/*
 * When the machine stands still, and the talk with GDB until it goes on. Every stop is a trap of the hypervisor: its own breakpoint or
 * step, or the INT3 of stop_machine() below, so that GDB always finds a true frame of the hypervisor too.
 */
#include <stddef.h>
#include "cpu/cpu.h"
#include "debug/debug.h"
#include "debug/machine.h"
#include "hw/serial.h"
#include "hw/tsc.h"
#include "lib/log.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "vm/scheduler.h"
#include "vm/vms.h"
#include "vmx/vmx.h"

#define COM2           2
#define SIGINT         2
#define SIGILL         4
#define SIGTRAP        5
#define SIGABRT        6
#define SIGFPE         8
#define SIGSEGV        11
#define SILENCE_S      10               /* GDB answers a stop at once; if it does not, it is gone */

bool debug_engaged;

static struct serial_port *line;
static struct packet_reader reader;
static struct debug_session session = { .target = &debug_target };
static enum packet_event arrived;       /* while the machine ran: to be looked at when it stands still */
static bool owes_report;                /* GDB let the machine go on and waits for the next stop */
static struct debug_stop next_stop;     /* of stop_machine() */
static bool guest_has_stopped;          /* in an exit's handler: next_stop says why */

/* ---- COM2 ---- */

/* A whole packet or Ctrl-C wants the machine to stand still. Anything else on the line is noise. */
static void take_input(void *unused)
{
	char byte;

	(void)unused;
	while (arrived == PACKET_NOTHING && serial_read(line, &byte, 1)) {
		enum packet_event event = packet_receive(&reader, byte);

		if (event == PACKET_COMPLETE || (event == PACKET_INTERRUPT && owes_report))
			arrived = event;
		if (event == PACKET_DAMAGED)
			serial_write(line, "-", 1);
	}
	if (arrived != PACKET_NOTHING) {
		debug_engaged = true;
		run_until = 0;
	}
}

static void send_reply(void)
{
	serial_write_all(line, session.reply.frame, session.reply.length);
}

/* The next event that matters; PACKET_NOTHING if the line is silent up to the deadline. */
static enum packet_event wait_for_event(uint64_t deadline)
{
	enum packet_event event = arrived;
	char byte;

	arrived = PACKET_NOTHING;
	while (event == PACKET_NOTHING || event == PACKET_ACKNOWLEDGED)
		if (serial_read(line, &byte, 1))
			event = packet_receive(&reader, byte);
		else if (rdtsc() >= deadline)
			return PACKET_NOTHING;
		else
			serial_pause();
	return event;
}

/* ---- The talk ---- */

/* Returns true when the machine goes on. */
static bool handle_packet(void)
{
	if (!session.no_acknowledge)
		serial_write_all(line, "+", 1);
	switch (protocol_handle(&session, reader.payload, reader.length)) {
	case PROTOCOL_RESUME:
		owes_report = true;
		return true;
	case PROTOCOL_REPLY:
		packet_end(&session.reply);
		send_reply();
		break;
	case PROTOCOL_SILENT:
		break;
	}
	return !session.attached;
}

static void give_up(void)
{
	printf("GDB does not answer: its breakpoints are removed, the machine goes on\n");
	protocol_begin(&session);
	session.attached = 0;
}

/* After a report GDB has SILENCE_S to say something; after that it may take its time. */
static void talk(bool reported)
{
	uint64_t deadline = reported ? rdtsc() + SILENCE_S * tsc_hz() : UINT64_MAX;

	for (;;) {
		enum packet_event event = wait_for_event(deadline);

		deadline = UINT64_MAX;
		if (event == PACKET_NOTHING) {
			give_up();
			return;
		}
		if (event == PACKET_COMPLETE && handle_packet())
			return;
		if (event == PACKET_DAMAGED)
			serial_write_all(line, "-", 1);
		if (event == PACKET_REFUSED)
			send_reply();
	}
}

static bool report(const struct debug_stop *stop)
{
	bool due = owes_report && arrived != PACKET_COMPLETE;   /* else somebody new has connected, who will ask */

	session.stop = *stop;
	owes_report = false;
	if (due) {
		session.general = stop->process;
		protocol_report(&session);
		packet_end(&session.reply);
		send_reply();
	}
	return due;
}

/* The guests' clocks and time-stamp counters have not moved. */
static void forget_time_since(uint64_t since)
{
	uint64_t ticks = rdtsc() - since;

	for (unsigned i = 0; i < vm_count; i++) {
		target_select(vms[i]);
		vmcs_write(TSC_OFFSET, vmcs_read(TSC_OFFSET) - ticks);
	}
	tsc_stand_still(ticks);
}

/* Until the hypervisor's own breakpoints are lifted nothing outside of debug/ is called, and nothing after they are planted. */
static void stand_still(struct trap_frame *frame, const struct debug_stop *stop)
{
	uint64_t since = rdtsc();

	target_freeze(frame);
	breakpoints_lift();
	step_cancel();
	serial_use_polling(line);
	if (log_port())
		serial_flush(log_port());
	talk(report(stop));
	debug_engaged = session.attached;
	owes_report = owes_report && session.attached;
	if (!owes_report)
		session.step = (struct debug_step){ .resumed = ~0u };
	serial_use_interrupts(line);
	take_input(NULL);
	forget_time_since(since);
	breakpoints_plant(session.step.resumed);
	step_begin(&session.step);
	target_thaw();
}

/* ---- Traps of the hypervisor ---- */

extern char debug_int3[];

/* GDB steps over a breakpoint by letting its process alone go on, and takes no word of another then. */
bool debug_holds(const struct vm *vm)
{
	return !(session.step.resumed >> debug_process(vm) & 1) || monitor_holds(vm);
}

static unsigned who_was_interrupted(unsigned process)
{
	return session.step.resumed >> process & 1 ? process : session.step.process;
}

static __attribute__((noinline)) void stop_machine(unsigned process, unsigned signal, enum stop_reason reason)
{
	next_stop.process = process;
	next_stop.signal = signal;
	next_stop.reason = reason;
	asm volatile(".global debug_int3\ndebug_int3: int3" : : : "memory");
}

static unsigned signal_of(uint64_t vector)
{
	switch (vector) {
	case 0: return SIGFPE;
	case VECTOR_UD: return SIGILL;
	case VECTOR_DB: case VECTOR_BP: return SIGTRAP;
	default: return SIGSEGV;
	}
}

/* Any other exception is a bug of the hypervisor. GDB may look at it, and move RIP; else it ends in panic() as it would without GDB. */
static bool stop_at_exception(struct trap_frame *frame)
{
	struct debug_stop stop = { .process = PROCESS_HYPERVISOR, .signal = signal_of(frame->vector) };
	uint64_t rip = frame->rip;

	if (!debug_engaged)
		return false;
	stand_still(frame, &stop);
	return frame->rip != rip;
}

static bool serve_trap(struct trap_frame *frame)
{
	struct debug_stop stop = { .process = PROCESS_HYPERVISOR, .signal = SIGTRAP };
	uint64_t causes = frame->vector == VECTOR_DB ? debug_registers_take_causes() : 0;
	bool step_done;

	if (breakpoint_fired(PROCESS_HYPERVISOR, causes, &stop) && !target_is_own_code(frame->rip)) {
		stand_still(frame, &stop);
		return true;
	}
	if (frame->vector == VECTOR_BP && frame->rip == (uint64_t)debug_int3 + 1) {
		stand_still(frame, &next_stop);
		return true;
	}
	if (frame->vector == VECTOR_BP && breakpoint_is_at(PROCESS_HYPERVISOR, frame->rip - 1)) {
		frame->rip--;
		stop.reason = STOP_SOFTWARE_BREAKPOINT;
		stand_still(frame, &stop);
		return true;
	}
	if ((frame->vector == VECTOR_BP || frame->vector == VECTOR_DB) && step_trap(frame, &step_done)) {
		if (step_done)
			stand_still(frame, &stop);
		return true;
	}
	return causes || stop_at_exception(frame);
}

/* No trap may come within a trap: the debug registers see nothing meanwhile. */
bool debug_trap(struct trap_frame *frame)
{
	debug_registers_disarm();

	bool ours = line && serve_trap(frame);

	debug_registers_arm();
	return ours;
}

/* ---- Guests ---- */

bool debug_guest_exception(struct vm *vm, unsigned vector)
{
	uint64_t causes = vector == VECTOR_DB ? vmcs_read(EXIT_QUALIFICATION) : 0;

	if (!debug_engaged)
		return false;
	if (vector == VECTOR_BP && breakpoint_is_at(debug_process(vm), vmcs_read(GUEST_RIP))) {
		next_stop.reason = STOP_SOFTWARE_BREAKPOINT;
		guest_has_stopped = true;
	} else if ((causes & DR6_CAUSES) && breakpoint_fired(debug_process(vm), causes, &next_stop)) {
		guest_has_stopped = true;
	} else {
		return (causes & DR6_BS) && step_debug_exception(vm);
	}
	return true;
}

void debug_before_entry(struct vm *vm)
{
	debug_registers_before_entry(vm);
	if (debug_is_stepping(vm))
		step_enter(vm);
}

static bool first_fault(const struct vm *vm)
{
	static uint32_t told;
	bool first = vm->state == VM_FAULTED && !(told >> vm->id & 1);

	told |= (uint32_t)first << vm->id;
	return first;
}

/* Bochs takes no interrupt while a guest runs with interrupts off, so COM2 is looked at by hand as well. */
void debug_after_exit(struct vm *vm)
{
	bool stopped = guest_has_stopped, done = step_is_done(vm);

	debug_registers_after_exit(vm);
	debug_registers_arm();
	guest_has_stopped = false;
	serial_poll(line);
	if (stopped)
		stop_machine(debug_process(vm), SIGTRAP, next_stop.reason);
	else if (first_fault(vm))
		stop_machine(debug_process(vm), SIGABRT, STOP_SIGNAL);
	else if (done)
		stop_machine(debug_process(vm), SIGTRAP, STOP_SIGNAL);
	else if (arrived != PACKET_NOTHING)
		stop_machine(who_was_interrupted(debug_process(vm)), SIGINT, STOP_SIGNAL);
}

void debug_after_idle(void)
{
	if (arrived != PACKET_NOTHING)
		stop_machine(who_was_interrupted(PROCESS_HYPERVISOR), SIGINT, STOP_SIGNAL);
}

/* ---- Begin and end ---- */

static bool contains(const char *text, const char *word)
{
	size_t length = strlen(word);

	for (; *text; text++)
		if (!strncmp(text, word, length))
			return true;
	return false;
}

void debug_init(const char *command_line)
{
	if (contains(command_line, "console=com2"))
		return;                         /* a VM uses it */
	line = serial_open(COM2);
	if (!line)
		return;
	serial_set_listener(line, take_input, NULL, NULL);
	serial_use_interrupts(line);
	if (contains(command_line, "gdb=wait")) {
		printf("waiting for GDB on COM2\n");
		stop_machine(PROCESS_HYPERVISOR, SIGTRAP, STOP_SIGNAL);
	}
}

/* "W00": ended well. */
void debug_end(void)
{
	if (!debug_engaged || !owes_report)
		return;
	packet_begin(&session.reply);
	packet_put(&session.reply, session.multiprocess ? "W00;process:1" : "W00");
	packet_end(&session.reply);
	send_reply();
	serial_flush(line);
}

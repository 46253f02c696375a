#include "debug/protocol_commands.h"

#define ALL (~0u)

void protocol_report(struct debug_session *session)
{
	static const char *const watch_names[] = { [WATCHPOINT_WRITE] = "watch:", [WATCHPOINT_READ] = "rwatch:", [WATCHPOINT_ACCESS] = "awatch:" };
	const struct debug_stop *stop = &session->stop;
	uint8_t signal = stop->signal;

	packet_begin(&session->reply);
	packet_put(&session->reply, "T");
	packet_put_hex(&session->reply, &signal, 1);
	packet_put(&session->reply, "thread:");
	protocol_put_thread(session, stop->process);
	packet_put(&session->reply, ";");
	if (stop->reason == STOP_SOFTWARE_BREAKPOINT && session->swbreak)
		packet_put(&session->reply, "swbreak:;");
	if (stop->reason == STOP_HARDWARE_BREAKPOINT && session->hwbreak)
		packet_put(&session->reply, "hwbreak:;");
	if (stop->reason == STOP_WATCHPOINT) {
		packet_put(&session->reply, watch_names[stop->watchpoint]);
		packet_put_number(&session->reply, stop->address);
		packet_put(&session->reply, ";");
	}
}

enum protocol_next protocol_why_stopped(struct debug_session *session, const char *arguments, size_t length)
{
	(void)arguments, (void)length;
	protocol_report(session);
	return PROTOCOL_REPLY;
}

/* One action of vCont: c, CSIGNAL, s, SSIGNAL or rSTART,END. A guest knows no signals, so they are left out. */
static bool get_action(const char **text, bool *step, struct debug_step *range)
{
	uint64_t signal;
	char action = **text;

	if (!action)
		return false;
	++*text;
	*step = action == 's' || action == 'S' || action == 'r';
	if (action == 'C' || action == 'S')
		return packet_get_number(text, &signal);
	if (action == 'r')
		return protocol_get_range(text, &range->start, &range->end);
	return action == 'c' || action == 's';
}

enum protocol_next protocol_continue_actions(struct debug_session *session, const char *arguments, size_t length)
{
	struct debug_step step = { 0 };

	(void)length;
	while (protocol_skip(&arguments, ';')) {
		struct debug_step range = { 0 };
		uint64_t process = EVERY;
		bool is_step;

		if (!get_action(&arguments, &is_step, &range) || (protocol_skip(&arguments, ':') && !protocol_get_thread(&arguments, &process)))
			return protocol_answer(session, "E22");
		step.resumed |= process == EVERY || process == 0 ? ALL : 1u << (process & 31);
		if (!is_step || step.process)
			continue;
		range.process = process == EVERY || process == 0 ? session->stop.process : process;
		if (!protocol_is_attached(session, process == EVERY || process == 0 ? session->stop.process : process))
			return protocol_answer(session, "E22");
		range.resumed = step.resumed;
		step = range;
	}
	if (*arguments)
		return protocol_answer(session, "E22");
	session->step = step;
	return PROTOCOL_RESUME;
}

enum protocol_next protocol_list_actions(struct debug_session *session, const char *arguments, size_t length)
{
	(void)arguments, (void)length;
	return protocol_answer(session, "vCont;c;C;s;S;r");
}

enum protocol_next protocol_continue_all(struct debug_session *session, const char *arguments, size_t length)
{
	(void)arguments, (void)length;
	session->step = (struct debug_step){ .resumed = ALL };
	return PROTOCOL_RESUME;
}

enum protocol_next protocol_step_one(struct debug_session *session, const char *arguments, size_t length)
{
	(void)arguments, (void)length;
	session->step = (struct debug_step){ .resumed = ALL, .process = session->general };
	return PROTOCOL_RESUME;
}

static void leave(struct debug_session *session, unsigned process)
{
	session->target->remove_all(process);
	session->attached &= ~(1u << process);
}

static void leave_all(struct debug_session *session)
{
	for (unsigned process = 1; process <= session->target->processes(); process++)
		leave(session, process);
}

/* "D" or "D;PROCESS", "vKill;PROCESS". The machine goes on when no process is attached any more; GDB cannot kill it. */
enum protocol_next protocol_detach(struct debug_session *session, const char *arguments, size_t length)
{
	uint64_t process;

	(void)length;
	if (!protocol_skip(&arguments, ';'))
		leave_all(session);
	else if (packet_get_number(&arguments, &process) && protocol_is_attached(session, process))
		leave(session, process);
	else
		return protocol_answer(session, "E22");
	return protocol_answer(session, "OK");
}

enum protocol_next protocol_kill_all(struct debug_session *session, const char *arguments, size_t length)
{
	(void)arguments, (void)length;
	leave_all(session);
	return PROTOCOL_SILENT;
}

enum protocol_next protocol_attach(struct debug_session *session, const char *arguments, size_t length)
{
	uint64_t process;

	(void)length;
	if (!packet_get_number(&arguments, &process) || process < 1 || process > session->target->processes())
		return protocol_answer(session, "E22");
	session->attached |= 1u << process;
	session->general = process;
	session->stop = (struct debug_stop){ .process = process };
	protocol_report(session);
	return PROTOCOL_REPLY;
}

#include "debug/protocol_commands.h"
#include "lib/printf.h"
#include "lib/string.h"

enum protocol_next protocol_answer(struct debug_session *session, const char *text)
{
	packet_put(&session->reply, text);
	return PROTOCOL_REPLY;
}

enum protocol_next protocol_done(struct debug_session *session, bool ok, const char *error)
{
	return protocol_answer(session, ok ? "OK" : error);
}

bool protocol_is_attached(const struct debug_session *session, uint64_t process)
{
	return process >= 1 && process <= session->target->processes() && (session->attached >> process & 1);
}

bool protocol_skip(const char **text, char c)
{
	if (**text != c)
		return false;
	++*text;
	return true;
}

static bool get_id(const char **text, uint64_t *id)
{
	if ((*text)[0] == '-' && (*text)[1] == '1') {
		*text += 2;
		*id = EVERY;
		return true;
	}
	return packet_get_number(text, id);
}

bool protocol_get_thread(const char **text, uint64_t *process)
{
	uint64_t thread;

	if (!protocol_skip(text, 'p'))
		return get_id(text, process);
	if (!get_id(text, process))
		return false;
	if (!protocol_skip(text, '.'))
		return true;
	return get_id(text, &thread) && (*process == EVERY || thread == EVERY || thread == 0 || thread == *process);
}

void protocol_put_thread(struct debug_session *session, unsigned process)
{
	if (session->multiprocess) {
		packet_put(&session->reply, "p");
		packet_put_number(&session->reply, process);
		packet_put(&session->reply, ".");
	}
	packet_put_number(&session->reply, process);
}

bool protocol_get_range(const char **text, uint64_t *address, uint64_t *length)
{
	return packet_get_number(text, address) && protocol_skip(text, ',') && packet_get_number(text, length);
}

static enum protocol_next set_thread(struct debug_session *session, const char *arguments, size_t length)
{
	uint64_t process;
	char operation = *arguments;

	(void)length;
	if (!operation)
		return protocol_answer(session, "E22");
	arguments++;
	if (!protocol_get_thread(&arguments, &process))
		return protocol_answer(session, "E22");
	if (operation != 'g')
		return protocol_answer(session, "OK");           /* Hc: vCont says which thread is meant */
	if (process == EVERY || process == 0)
		process = session->stop.process;
	if (protocol_is_attached(session, process))
		session->general = process;
	return protocol_done(session, session->general == process, "E22");
}

static enum protocol_next is_thread_alive(struct debug_session *session, const char *arguments, size_t length)
{
	uint64_t process;

	(void)length;
	return protocol_done(session, protocol_get_thread(&arguments, &process) && protocol_is_attached(session, process), "E22");
}

static enum protocol_next current_thread(struct debug_session *session, const char *arguments, size_t length)
{
	(void)arguments;
	if (length)                             /* qCRC: another packet */
		return PROTOCOL_REPLY;
	packet_put(&session->reply, "QC");
	protocol_put_thread(session, session->stop.process);
	return PROTOCOL_REPLY;
}

static enum protocol_next list_threads(struct debug_session *session, const char *arguments, size_t length)
{
	const char *separator = "m";

	(void)arguments, (void)length;
	for (unsigned process = 1; process <= session->target->processes(); process++)
		if (protocol_is_attached(session, process)) {
			packet_put(&session->reply, separator);
			protocol_put_thread(session, process);
			separator = ",";
		}
	return *separator == 'm' ? protocol_answer(session, "l") : PROTOCOL_REPLY;
}

static enum protocol_next end_of_list(struct debug_session *session, const char *arguments, size_t length)
{
	(void)arguments, (void)length;
	return protocol_answer(session, "l");
}

static enum protocol_next was_attached(struct debug_session *session, const char *arguments, size_t length)
{
	(void)arguments, (void)length;
	return protocol_answer(session, "1");            /* so GDB detaches when it ends, where it would kill what it had started */
}

/* qXfer:OBJECT:read:ANNEX:OFFSET,LENGTH: a piece of a document, 'l' before the last one. */
static enum protocol_next send_piece(struct debug_session *session, const char *document, size_t size, const char *range)
{
	uint64_t offset, length;

	if (!protocol_get_range(&range, &offset, &length))
		return protocol_answer(session, "E22");
	if (offset > size)
		offset = size;
	if (length > size - offset)
		length = size - offset;
	if (length > (PACKET_MAX - 1) / 2)              /* each byte may need an escape */
		length = (PACKET_MAX - 1) / 2;
	packet_put(&session->reply, offset + length == size ? "l" : "m");
	packet_put_binary(&session->reply, document + offset, length);
	return PROTOCOL_REPLY;
}

static enum protocol_next read_description(struct debug_session *session, const char *arguments, size_t length)
{
	size_t size;
	const char *document = register_description(&size);

	(void)length;
	return send_piece(session, document, size, arguments);
}

static enum protocol_next read_thread_names(struct debug_session *session, const char *arguments, size_t length)
{
	static char document[64 + 80 * 32];
	size_t used = snprintf(document, sizeof(document), "<?xml version=\"1.0\"?><threads>");

	(void)length;
	for (unsigned process = 1; process <= session->target->processes(); process++) {
		char id[24];

		snprintf(id, sizeof(id), session->multiprocess ? "p%x.%x" : "%x", process, process);
		if (protocol_is_attached(session, process))
			used += snprintf(document + used, sizeof(document) - used, "<thread id=\"%s\" name=\"%s\"/>", id,
				session->target->name(process));
	}
	snprintf(document + used, sizeof(document) - used, "</threads>");
	return send_piece(session, document, strlen(document), arguments);
}

static bool offers(const char *features, const char *feature)
{
	size_t length = strlen(feature);

	for (; *features; features++)
		if (!strncmp(features, feature, length) && features[length] == '+')
			return true;
	return false;
}

/* GDB's first packet: who was connected before is gone. */
static enum protocol_next negotiate(struct debug_session *session, const char *arguments, size_t length)
{
	(void)length;
	protocol_begin(session);
	session->multiprocess = offers(arguments, "multiprocess");
	session->swbreak = offers(arguments, "swbreak");
	session->hwbreak = offers(arguments, "hwbreak");
	packet_put(&session->reply, "PacketSize=");
	packet_put_number(&session->reply, PACKET_MAX);
	return protocol_answer(session, ";multiprocess+;swbreak+;hwbreak+;QStartNoAckMode+;vContSupported+;"
		"qXfer:features:read+;qXfer:threads:read+");
}

/* qRcmd,TEXT in hexadecimal: what the user types behind `monitor`. */
static enum protocol_next run_monitor_command(struct debug_session *session, const char *arguments, size_t length)
{
	static char command[PACKET_MAX / 2 + 1], answer[PACKET_MAX / 2];

	if (!session->target->monitor)
		return PROTOCOL_REPLY;
	if (length % 2 || length / 2 >= sizeof(command) || !packet_get_hex(&arguments, command, length / 2))
		return protocol_answer(session, "E22");
	command[length / 2] = '\0';
	answer[0] = '\0';
	session->target->monitor(command, answer, sizeof(answer));
	packet_put_hex(&session->reply, answer, strlen(answer));
	return answer[0] ? PROTOCOL_REPLY : protocol_answer(session, "OK");
}

static enum protocol_next stop_acknowledging(struct debug_session *session, const char *arguments, size_t length)
{
	(void)arguments, (void)length;
	session->no_acknowledge = true;
	return protocol_answer(session, "OK");
}

static enum protocol_next say_ok(struct debug_session *session, const char *arguments, size_t length)
{
	(void)arguments, (void)length;
	return protocol_answer(session, "OK");
}

static const struct command {
	const char *name;               /* the packet begins with it; longer names stand before their beginnings */
	protocol_command *handle;
} commands[] = {
	{ "!", say_ok },                        /* extended mode */
	{ "?", protocol_why_stopped },
	{ "g", protocol_read_registers }, { "G", protocol_write_registers },
	{ "p", protocol_read_register }, { "P", protocol_write_register },
	{ "m", protocol_read_memory }, { "M", protocol_write_memory }, { "X", protocol_write_binary },
	{ "Z", protocol_insert_breakpoint }, { "z", protocol_remove_breakpoint },
	{ "H", set_thread }, { "T", is_thread_alive },
	{ "c", protocol_continue_all }, { "s", protocol_step_one },
	{ "vCont?", protocol_list_actions }, { "vCont", protocol_continue_actions },
	{ "vAttach;", protocol_attach }, { "vKill", protocol_detach },
	{ "D", protocol_detach }, { "k", protocol_kill_all },
	{ "qSupported", negotiate }, { "QStartNoAckMode", stop_acknowledging },
	{ "qC", current_thread }, { "qfThreadInfo", list_threads }, { "qsThreadInfo", end_of_list },
	{ "qAttached", was_attached }, { "qRcmd,", run_monitor_command },
	{ "qXfer:features:read:target.xml:", read_description }, { "qXfer:threads:read::", read_thread_names },
};

void protocol_begin(struct debug_session *session)
{
	const struct debug_target *target = session->target;

	for (unsigned process = 1; process <= target->processes(); process++)
		target->remove_all(process);
	session->no_acknowledge = session->multiprocess = session->swbreak = session->hwbreak = false;
	session->attached = (2u << target->processes()) - 2;
	session->general = session->stop.process;
	session->step = (struct debug_step){ .resumed = ~0u };
}

enum protocol_next protocol_handle(struct debug_session *session, const char *packet, size_t length)
{
	packet_begin(&session->reply);
	for (unsigned i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		size_t name_length = strlen(commands[i].name);

		if (!strncmp(packet, commands[i].name, name_length))
			return commands[i].handle(session, packet + name_length, length - name_length);
	}
	return PROTOCOL_REPLY;                  /* an empty reply: this stub does not know the packet */
}

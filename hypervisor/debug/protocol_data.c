#include "debug/protocol_commands.h"

static bool put_register(struct debug_session *session, unsigned number)
{
	uint64_t value = 0;

	if (register_bytes(number) > sizeof(value))
		return false;
	if (!session->target->read_register(session->general, number, &value))
		return false;
	packet_put_hex(&session->reply, &value, register_bytes(number));
	return true;
}

static bool get_register(struct debug_session *session, const char **text, unsigned number)
{
	uint64_t value = 0;

	return register_bytes(number) <= sizeof(value) && packet_get_hex(text, &value, register_bytes(number)) &&
		session->target->write_register(session->general, number, value);
}

static void put_unavailable(struct debug_session *session, unsigned number)
{
	for (unsigned i = 0; i < register_bytes(number); i++)
		packet_put(&session->reply, "xx");
}

enum protocol_next protocol_read_registers(struct debug_session *session, const char *arguments, size_t length)
{
	(void)arguments, (void)length;
	for (unsigned number = 0; number < REGISTERS_IN_G; number++)
		if (!put_register(session, number))
			put_unavailable(session, number);
	return PROTOCOL_REPLY;
}

/* A register that cannot be changed may stand in the packet unchanged. */
enum protocol_next protocol_write_registers(struct debug_session *session, const char *arguments, size_t length)
{
	bool ok = true;

	(void)length;
	for (unsigned number = 0; number < REGISTERS_IN_G && ok; number++) {
		uint64_t value = 0, old = 0;

		ok = packet_get_hex(&arguments, &value, register_bytes(number)) &&
			session->target->read_register(session->general, number, &old) &&
			(value == old || session->target->write_register(session->general, number, value));
	}
	return protocol_done(session, ok, "E22");
}

enum protocol_next protocol_read_register(struct debug_session *session, const char *arguments, size_t length)
{
	uint64_t number;

	(void)length;
	if (!packet_get_number(&arguments, &number) || number >= REGISTERS)
		return protocol_answer(session, "E22");
	if (!put_register(session, number))
		put_unavailable(session, number);
	return PROTOCOL_REPLY;
}

enum protocol_next protocol_write_register(struct debug_session *session, const char *arguments, size_t length)
{
	uint64_t number;

	(void)length;
	return protocol_done(session, packet_get_number(&arguments, &number) && number < REGISTERS && protocol_skip(&arguments, '=') &&
		get_register(session, &arguments, number), "E22");
}

enum protocol_next protocol_read_memory(struct debug_session *session, const char *arguments, size_t length)
{
	uint8_t bytes[PACKET_MAX / 2];
	uint64_t address, n;

	(void)length;
	if (!protocol_get_range(&arguments, &address, &n))
		return protocol_answer(session, "E22");
	if (n > sizeof(bytes))
		n = sizeof(bytes);
	size_t got = session->target->read_memory(session->general, address, bytes, n);

	if (got == 0 && n > 0)
		return protocol_answer(session, "E14");
	packet_put_hex(&session->reply, bytes, got);
	return PROTOCOL_REPLY;
}

enum protocol_next protocol_write_memory(struct debug_session *session, const char *arguments, size_t length)
{
	uint8_t bytes[PACKET_MAX / 2];
	uint64_t address, n;

	(void)length;
	if (!protocol_get_range(&arguments, &address, &n) || !protocol_skip(&arguments, ':') || n > sizeof(bytes) ||
		!packet_get_hex(&arguments, bytes, n))
		return protocol_answer(session, "E22");
	return protocol_done(session, session->target->write_memory(session->general, address, bytes, n), "E14");
}

enum protocol_next protocol_write_binary(struct debug_session *session, const char *arguments, size_t length)
{
	const char *end = arguments + length;
	uint64_t address, n;

	if (!protocol_get_range(&arguments, &address, &n) || !protocol_skip(&arguments, ':') || n != (uint64_t)(end - arguments))
		return protocol_answer(session, "E22");
	return protocol_done(session, session->target->write_memory(session->general, address, arguments, n), "E14");
}

static bool change_breakpoint(struct debug_session *session, const char *arguments, __typeof__(session->target->insert) change)
{
	uint64_t type, address, length;

	if (!packet_get_number(&arguments, &type) || type > WATCHPOINT_ACCESS || !protocol_skip(&arguments, ','))
		return false;
	return protocol_get_range(&arguments, &address, &length) && change(session->general, type, address, length);
}

enum protocol_next protocol_insert_breakpoint(struct debug_session *session, const char *arguments, size_t length)
{
	(void)length;
	return protocol_done(session, change_breakpoint(session, arguments, session->target->insert), "E14");
}

enum protocol_next protocol_remove_breakpoint(struct debug_session *session, const char *arguments, size_t length)
{
	(void)length;
	return protocol_done(session, change_breakpoint(session, arguments, session->target->remove), "E14");
}

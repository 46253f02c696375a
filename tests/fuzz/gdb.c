/*
 * libFuzzer at what GDB sends. The first byte chooses the door: even, the rest are bytes on the line; odd, packets whose checksum was right, a
 * line each. The sanitizers watch each access to memory, REQUIRE each process that the machine is asked for.
 */
#include <stdlib.h>

#define REQUIRE(condition) do { if (!(condition)) abort(); } while (0)
#include "../unit/gdb_fakes.h"

static struct debug_session session;

/* What is sent must be a packet: GDB's end reads it with the same rules. */
static void check_reply(void)
{
	static struct packet_reader gdb;
	enum packet_event event = PACKET_NOTHING;

	REQUIRE(session.reply.length <= sizeof(session.reply.frame));
	for (size_t i = 0; i < session.reply.length; i++) {
		REQUIRE(event == PACKET_NOTHING);
		event = packet_receive(&gdb, session.reply.frame[i]);
	}
	REQUIRE(event == PACKET_COMPLETE);
}

static void handle(const char *packet, size_t length)
{
	enum protocol_next next = protocol_handle(&session, packet, length);

	if (next == PROTOCOL_RESUME) {
		session.stop = (struct debug_stop){ .process = 1 + length % PROCESSES, .signal = 5, .reason = length % 4 };
		session.stop.watchpoint = WATCHPOINT_WRITE + length % 3;
		protocol_report(&session);
	}
	if (next != PROTOCOL_SILENT) {
		packet_end(&session.reply);
		check_reply();
	}
	if (!session.attached)
		protocol_begin(&session);
}

static void handle_bytes(const uint8_t *bytes, size_t n)
{
	static struct packet_reader reader;

	reader = (struct packet_reader){ 0 };
	for (size_t i = 0; i < n; i++)
		if (packet_receive(&reader, bytes[i]) == PACKET_COMPLETE) {
			REQUIRE(reader.length <= PACKET_MAX && !reader.payload[reader.length]);
			handle(reader.payload, reader.length);
		}
}

/* Copies of their exact size, so that a step beyond the end is seen. */
static void handle_lines(const char *text, size_t n)
{
	while (n) {
		const char *end = memchr(text, '\n', n);
		size_t length = end ? (size_t)(end - text) : n;
		size_t kept = length < PACKET_MAX ? length : PACKET_MAX;
		char *packet = malloc(kept + 1);

		memcpy(packet, text, kept);
		packet[kept] = '\0';
		handle(packet, kept);
		free(packet);
		text += length + (end != NULL);
		n -= length + (end != NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	session = (struct debug_session){ .target = &target, .stop = { .process = 1, .signal = 5 } };
	protocol_begin(&session);
	if (size && data[0] % 2)
		handle_lines((const char *)data + 1, size - 1);
	else if (size)
		handle_bytes(data + 1, size - 1);
	return 0;
}

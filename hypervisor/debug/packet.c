#include "debug/packet.h"

#define INTERRUPT  0x03
#define ESCAPE     '}'
#define ESCAPE_XOR 0x20

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static enum packet_event begin(struct packet_reader *reader)
{
	reader->state = PACKET_INSIDE;
	reader->length = 0;
	reader->sum = 0;
	reader->damaged = false;
	return PACKET_NOTHING;
}

static enum packet_event outside(struct packet_reader *reader, char byte)
{
	switch (byte) {
	case '$': return begin(reader);
	case '+': return PACKET_ACKNOWLEDGED;
	case '-': return PACKET_REFUSED;
	case INTERRUPT: return PACKET_INTERRUPT;
	default: return PACKET_NOTHING;
	}
}

static void keep(struct packet_reader *reader, char byte)
{
	if (reader->length == PACKET_MAX)
		reader->damaged = true;
	else
		reader->payload[reader->length++] = byte;
}

/* A '$' in the middle begins anew: the rest of the packet before it was lost. */
static enum packet_event inside(struct packet_reader *reader, char byte)
{
	if (byte == '$')
		return begin(reader);
	if (byte == '#') {
		reader->damaged |= reader->state == PACKET_ESCAPED;
		reader->state = PACKET_CHECKSUM_HIGH;
		return PACKET_NOTHING;
	}
	reader->sum += (uint8_t)byte;
	if (reader->state == PACKET_ESCAPED) {
		keep(reader, byte ^ ESCAPE_XOR);
		reader->state = PACKET_INSIDE;
	} else if (byte == ESCAPE) {
		reader->state = PACKET_ESCAPED;
	} else {
		keep(reader, byte);
	}
	return PACKET_NOTHING;
}

static enum packet_event checksum(struct packet_reader *reader, char byte)
{
	int value = digit_value(byte);

	if (value < 0)
		reader->damaged = true;
	reader->sent_sum = reader->sent_sum << 4 | (value & 15);
	if (reader->state == PACKET_CHECKSUM_HIGH) {
		reader->state = PACKET_CHECKSUM_LOW;
		return PACKET_NOTHING;
	}
	reader->state = PACKET_OUTSIDE;
	reader->payload[reader->length] = '\0';
	return reader->damaged || reader->sent_sum != reader->sum ? PACKET_DAMAGED : PACKET_COMPLETE;
}

enum packet_event packet_receive(struct packet_reader *reader, char byte)
{
	switch (reader->state) {
	case PACKET_INSIDE:
	case PACKET_ESCAPED:
		return inside(reader, byte);
	case PACKET_CHECKSUM_HIGH:
	case PACKET_CHECKSUM_LOW:
		return checksum(reader, byte);
	default:
		return outside(reader, byte);
	}
}

void packet_begin(struct packet_writer *writer)
{
	writer->frame[0] = '$';
	writer->length = 1;
	writer->overflow = false;
}

size_t packet_room(const struct packet_writer *writer)
{
	return 1 + PACKET_MAX - writer->length;
}

static void put(struct packet_writer *writer, char byte)
{
	if (packet_room(writer))
		writer->frame[writer->length++] = byte;
	else
		writer->overflow = true;
}

void packet_put(struct packet_writer *writer, const char *text)
{
	while (*text)
		put(writer, *text++);
}

static void put_digit(struct packet_writer *writer, unsigned value)
{
	put(writer, "0123456789abcdef"[value & 15]);
}

void packet_put_hex(struct packet_writer *writer, const void *bytes, size_t n)
{
	const uint8_t *byte = bytes;

	for (; n; n--, byte++) {
		put_digit(writer, *byte >> 4);
		put_digit(writer, *byte);
	}
}

void packet_put_number(struct packet_writer *writer, uint64_t number)
{
	int shift = 60;

	while (shift && !(number >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		put_digit(writer, number >> shift);
}

void packet_put_binary(struct packet_writer *writer, const char *bytes, size_t n)
{
	for (; n; n--, bytes++) {
		bool special = *bytes == '$' || *bytes == '#' || *bytes == ESCAPE || *bytes == '*';

		if (special)
			put(writer, ESCAPE);
		put(writer, special ? *bytes ^ ESCAPE_XOR : *bytes);
	}
}

void packet_end(struct packet_writer *writer)
{
	uint8_t sum = 0;

	if (writer->overflow) {
		packet_begin(writer);
		packet_put(writer, "E07");      /* E2BIG */
	}
	for (size_t i = 1; i < writer->length; i++)
		sum += (uint8_t)writer->frame[i];
	writer->frame[writer->length++] = '#';
	writer->frame[writer->length++] = "0123456789abcdef"[sum >> 4];
	writer->frame[writer->length++] = "0123456789abcdef"[sum & 15];
}

bool packet_get_number(const char **text, uint64_t *number)
{
	const char *start = *text;

	*number = 0;
	for (int value; (value = digit_value(**text)) >= 0; ++*text) {
		if (*number >> 60)
			return false;
		*number = *number << 4 | value;
	}
	return *text != start;
}

bool packet_get_hex(const char **text, void *bytes, size_t n)
{
	uint8_t *byte = bytes;

	for (; n; n--, *text += 2) {
		int high = digit_value((*text)[0]);
		int low = high < 0 ? -1 : digit_value((*text)[1]);

		if (low < 0)
			return false;
		*byte++ = high << 4 | low;
	}
	return true;
}

#pragma once
/*
 * Packets of GDB's remote serial protocol: "$payload#checksum", each answered by '+' or '-' until both sides agree to do without.
 * Pure C: no machine below it. GDB manual: "Remote Protocol", section "Overview".
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACKET_MAX 4096                 /* bytes of payload, both ways: what qSupported promises as PacketSize */

enum packet_event {
	PACKET_NOTHING,                 /* in the middle of a packet, or a byte that means nothing here */
	PACKET_COMPLETE,                /* reader->payload, escapes undone, with a '\0' behind it */
	PACKET_DAMAGED,                 /* wrong checksum, or longer than PACKET_MAX: answer '-' */
	PACKET_ACKNOWLEDGED,            /* '+' */
	PACKET_REFUSED,                 /* '-': send the last packet again */
	PACKET_INTERRUPT,               /* Ctrl-C, the byte 0x03 outside a packet */
};

struct packet_reader {
	char payload[PACKET_MAX + 1];
	size_t length;
	enum { PACKET_OUTSIDE, PACKET_INSIDE, PACKET_ESCAPED, PACKET_CHECKSUM_HIGH, PACKET_CHECKSUM_LOW } state;
	uint8_t sum, sent_sum;
	bool damaged;
};

struct packet_writer {
	char frame[PACKET_MAX + 5];     /* '$', payload, '#', two digits, as it goes over the line; and room for a '\0' */
	size_t length;
	bool overflow;                  /* something did not fit: the packet becomes an error reply */
};

/* One byte came over the line. */
enum packet_event packet_receive(struct packet_reader *reader, char byte);

void packet_begin(struct packet_writer *writer);
void packet_put(struct packet_writer *writer, const char *text);
void packet_put_hex(struct packet_writer *writer, const void *bytes, size_t n);         /* two digits a byte */
void packet_put_number(struct packet_writer *writer, uint64_t number);                  /* hexadecimal, no leading zeros */
void packet_put_binary(struct packet_writer *writer, const char *bytes, size_t n);      /* with escapes */
size_t packet_room(const struct packet_writer *writer);
void packet_end(struct packet_writer *writer);

/* Read a hexadecimal number at *text and step over it; false if there is none, or it has more than 64 bits. */
bool packet_get_number(const char **text, uint64_t *number);
/* Turn 2n digits into n bytes; false if one is no digit. */
bool packet_get_hex(const char **text, void *bytes, size_t n);

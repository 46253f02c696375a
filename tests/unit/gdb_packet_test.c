/* GDB's packets: framing, checksums, escapes, numbers. And noise: a million random bytes, from which the reader always finds its way back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "debug/packet.h"

static struct packet_reader reader;
static struct packet_writer writer;

static enum packet_event feed(const char *bytes, size_t n)
{
	enum packet_event event = PACKET_NOTHING;

	for (size_t i = 0; i < n; i++) {
		assert_int_equal(event, PACKET_NOTHING);
		event = packet_receive(&reader, bytes[i]);
	}
	return event;
}

static enum packet_event feed_text(const char *text)
{
	return feed(text, strlen(text));
}

static int set_up(void **state)
{
	(void)state;
	reader = (struct packet_reader){ 0 };
	return 0;
}

static void a_packet_is_read(void **state)
{
	(void)state;
	assert_int_equal(feed_text("$g#67"), PACKET_COMPLETE);
	assert_int_equal(reader.length, 1);
	assert_string_equal(reader.payload, "g");
	assert_int_equal(feed_text("$#00"), PACKET_COMPLETE);
	assert_int_equal(reader.length, 0);
	assert_int_equal(feed_text("$m10,4#2E"), PACKET_COMPLETE);      /* digits of either case */
}

static void a_wrong_checksum_is_damage(void **state)
{
	(void)state;
	assert_int_equal(feed_text("$g#68"), PACKET_DAMAGED);
	assert_int_equal(feed_text("$g#6z"), PACKET_DAMAGED);
	assert_int_equal(feed_text("$g#zz"), PACKET_DAMAGED);
	assert_int_equal(feed_text("$g#67"), PACKET_COMPLETE);
}

static void a_packet_that_breaks_off_is_forgotten(void **state)
{
	(void)state;
	assert_int_equal(feed_text("$mabc$g#67"), PACKET_COMPLETE);
	assert_string_equal(reader.payload, "g");
}

static void between_packets(void **state)
{
	(void)state;
	assert_int_equal(feed_text("+"), PACKET_ACKNOWLEDGED);
	assert_int_equal(feed_text("-"), PACKET_REFUSED);
	assert_int_equal(feed_text("\x03"), PACKET_INTERRUPT);
	assert_int_equal(feed_text("noise #12 }"), PACKET_NOTHING);
}

static void escapes_are_undone(void **state)
{
	(void)state;
	assert_int_equal(feed("$X:}\x03}\x04}]#6d", 12), PACKET_COMPLETE);
	assert_int_equal(reader.length, 5);
	assert_memory_equal(reader.payload, "X:#$}", 5);
	assert_int_equal(feed_text("$a}#5e"), PACKET_DAMAGED);          /* nothing behind the escape */
}

static void the_longest_packet(void **state)
{
	char digits[8];

	(void)state;
	for (size_t length = PACKET_MAX - 1; length <= PACKET_MAX + 1; length++) {
		assert_int_equal(feed_text("$"), PACKET_NOTHING);
		for (size_t i = 0; i < length; i++)
			assert_int_equal(packet_receive(&reader, 'a'), PACKET_NOTHING);
		snprintf(digits, sizeof(digits), "#%02x", (unsigned)(length * 'a' & 0xff));
		assert_int_equal(feed_text(digits), length <= PACKET_MAX ? PACKET_COMPLETE : PACKET_DAMAGED);
	}
	assert_int_equal(feed_text("$g#67"), PACKET_COMPLETE);
}

static void what_is_written_can_be_read(void **state)
{
	char bytes[256];

	(void)state;
	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = i;
	packet_begin(&writer);
	packet_put_binary(&writer, bytes, sizeof(bytes));
	packet_end(&writer);
	assert_int_equal(feed(writer.frame, writer.length), PACKET_COMPLETE);
	assert_int_equal(reader.length, sizeof(bytes));
	assert_memory_equal(reader.payload, bytes, sizeof(bytes));
}

static void hexadecimal(void **state)
{
	static const struct { uint64_t number; const char *text; } rows[] = {
		{ 0, "0" }, { 10, "a" }, { 0x100, "100" }, { UINT64_MAX, "ffffffffffffffff" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *text = rows[i].text;
		uint64_t number;

		packet_begin(&writer);
		packet_put_number(&writer, rows[i].number);
		writer.frame[writer.length] = '\0';
		assert_string_equal(writer.frame + 1, text);
		assert_true(packet_get_number(&text, &number));
		assert_int_equal(number, rows[i].number);
		assert_int_equal(*text, '\0');
	}
}

static void what_is_no_number(void **state)
{
	const char *empty = "", *word = "xyz", *long_one = "10000000000000000", *odd = "abc";
	uint64_t number;
	uint8_t bytes[2];

	(void)state;
	assert_false(packet_get_number(&empty, &number));
	assert_false(packet_get_number(&word, &number));
	assert_false(packet_get_number(&long_one, &number));
	assert_false(packet_get_hex(&odd, bytes, 2));
}

static void too_long_a_reply_becomes_an_error(void **state)
{
	(void)state;
	packet_begin(&writer);
	for (unsigned i = 0; i <= PACKET_MAX; i++)
		packet_put(&writer, "x");
	packet_end(&writer);
	assert_memory_equal(writer.frame, "$E07#ac", 7);
	assert_int_equal(writer.length, 7);
}

static void noise(void **state)
{
	static const char favourites[] = "$#}+-\x03" "0af";
	unsigned complete = 0;

	(void)state;
	srand(1);
	for (unsigned i = 0; i < 1000000; i++) {
		char byte = rand() % 2 ? favourites[rand() % (sizeof(favourites) - 1)] : rand();

		if (packet_receive(&reader, byte) == PACKET_COMPLETE) {
			complete++;
			assert_true(reader.length <= PACKET_MAX);
			assert_int_equal(reader.payload[reader.length], '\0');
		}
	}
	assert_true(complete > 10);
	feed_text("#00");                       /* whatever it was in */
	assert_int_equal(feed_text("$g#67"), PACKET_COMPLETE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_packet_is_read, set_up),
		cmocka_unit_test_setup(a_wrong_checksum_is_damage, set_up),
		cmocka_unit_test_setup(a_packet_that_breaks_off_is_forgotten, set_up),
		cmocka_unit_test_setup(between_packets, set_up),
		cmocka_unit_test_setup(escapes_are_undone, set_up),
		cmocka_unit_test_setup(the_longest_packet, set_up),
		cmocka_unit_test_setup(what_is_written_can_be_read, set_up),
		cmocka_unit_test_setup(hexadecimal, set_up),
		cmocka_unit_test_setup(what_is_no_number, set_up),
		cmocka_unit_test_setup(too_long_a_reply_becomes_an_error, set_up),
		cmocka_unit_test_setup(noise, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

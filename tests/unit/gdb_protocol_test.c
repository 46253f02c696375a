/* What GDB asks and is answered, with a machine of three processes that the test makes up; then broken packets, as many as a second allows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "debug/protocol.h"

#define REQUIRE assert_true
#include "gdb_fakes.h"

static struct debug_session session;

static int set_up(void **state)
{
	(void)state;
	memset(registers, 0, sizeof(registers));
	for (unsigned process = 1; process <= PROCESSES; process++)
		memset(memory[process], process, SIZE);
	session = (struct debug_session){ .target = &target, .stop = { .process = 1, .signal = 5 } };
	protocol_begin(&session);
	protocol_handle(&session, "qSupported:multiprocess+;swbreak+;hwbreak+", 42);
	inserted[0] = '\0';
	return 0;
}

static const char *reply(void)
{
	session.reply.frame[session.reply.length] = '\0';
	return session.reply.frame + 1;
}

static enum protocol_next say(const char *packet)
{
	return protocol_handle(&session, packet, strlen(packet));
}

static void asks(const char *packet, const char *answer)
{
	assert_int_equal(say(packet), PROTOCOL_REPLY);
	assert_string_equal(reply(), answer);
}

static void what_both_offer(void **state)
{
	(void)state;
	say("qSupported:swbreak+");
	assert_non_null(strstr(reply(), "PacketSize=1000;"));
	assert_non_null(strstr(reply(), "multiprocess+"));
	assert_false(session.multiprocess);
	assert_true(session.swbreak);
	asks("?", "T05thread:1;");
	asks("QStartNoAckMode", "OK");
	assert_true(session.no_acknowledge);
	say("qSupported:multiprocess+");        /* somebody new */
	assert_false(session.no_acknowledge);
}

static void what_it_does_not_know(void **state)
{
	(void)state;
	asks("vMustReplyEmpty", "");
	asks("", "");
	asks("qCRC:10,20", "");
	asks("qSymbol::", "");
}

static void threads(void **state)
{
	(void)state;
	asks("qfThreadInfo", "mp1.1,p2.2,p3.3");
	asks("qsThreadInfo", "l");
	asks("qC", "QCp1.1");
	asks("Tp2.2", "OK");
	asks("Tp4.4", "E22");
	asks("Tp2.3", "E22");
	asks("qAttached:2", "1");
	asks("qXfer:threads:read::0,1000", "l<?xml version=\"1.0\"?><threads><thread id=\"p1.1\" name=\"hypervisor\"/>"
		"<thread id=\"p2.2\" name=\"one\"/><thread id=\"p3.3\" name=\"two\"/></threads>");
}

static void registers_of_the_chosen_process(void **state)
{
	(void)state;
	registers[2][REGISTER_RAX] = 0x1122334455667788;
	registers[2][REGISTER_CR3] = 0x5000;
	asks("Hgp2.2", "OK");
	assert_int_equal(say("g"), PROTOCOL_REPLY);
	assert_int_equal(strlen(reply()), 2 * (17 * 8 + 7 * 4));
	assert_memory_equal(reply(), "8877665544332211", 16);
	asks("p3e", "0050000000000000");
	asks("p18", "xxxxxxxxxxxxxxxxxxxx");                    /* st0: ten bytes that nobody has */
	asks("p28", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");        /* xmm0 */
	asks("p99", "E22");
	asks("P0=0100000000000000", "OK");
	assert_int_equal(registers[2][REGISTER_RAX], 1);
	assert_int_equal(registers[1][REGISTER_RAX], 0);
	asks("P12=01000000", "E22");                            /* CS cannot be changed */
	asks("P0=01", "E22");
	asks("Hgp9.9", "E22");
	asks("Hgp0.0", "OK");
	assert_int_equal(session.general, 1);
}

static void all_registers_at_once(void **state)
{
	char packet[400] = "G";

	(void)state;
	say("g");
	strncat(packet, reply(), sizeof(packet) - 2);
	packet[1] = 'f';
	asks(packet, "OK");
	assert_int_equal(registers[1][REGISTER_RAX], 0xf0);
	packet[20] = '\0';
	asks(packet, "E22");
}

static void the_description_names_every_register(void **state)
{
	static char document[16384];
	size_t used = 0;
	char packet[80];

	(void)state;
	do {
		snprintf(packet, sizeof(packet), "qXfer:features:read:target.xml:%zx,ffb", used);
		say(packet);
		used += snprintf(document + used, sizeof(document) - used, "%s", reply() + 1);
	} while (reply()[0] == 'm');
	assert_int_equal(reply()[0], 'l');
	assert_non_null(strstr(document, "<reg name=\"rip\" bitsize=\"64\" type=\"code_ptr\" regnum=\"16\"/>"));
	assert_non_null(strstr(document, "<reg name=\"efer\" bitsize=\"64\" type=\"int64\" regnum=\"64\"/>"));
	assert_string_equal(document + used - 9, "</target>");
	snprintf(packet, sizeof(packet), "qXfer:features:read:target.xml:%zx,10", used + 5);
	asks(packet, "l");
}

static void memory_of_the_chosen_process(void **state)
{
	(void)state;
	asks("m1000,4", "01010101");
	asks("m10fe,8", "0101");                                /* as much as there is */
	asks("mfff,4", "E14");
	asks("m1000", "E22");
	asks("Hgp3.3", "OK");
	asks("M1000,2:abcd", "OK");
	asks("m1000,3", "abcd03");
	asks("M10ff,2:abcd", "E14");
	asks("M1000,2:ab", "E22");
	asks("X1004,3:}#$", "OK");
	asks("m1004,3", "7d2324");
	asks("X1004,4:abc", "E22");
	asks("X1004,0:", "OK");
	asks("mffffffffffffffff,ffffffffffffffff", "E14");
}

static void breakpoints(void **state)
{
	(void)state;
	asks("Hgp2.2", "OK");
	asks("Z0,1234,1", "OK");
	assert_string_equal(inserted, "+2 0 1234 1");
	asks("z2,1234,8", "OK");
	assert_string_equal(inserted, "-2 2 1234 8");
	asks("Z3,1234,8", "E14");
	asks("Z5,1234,8", "E14");
	asks("Z0", "E14");
}

static void resumes(const char *packet, uint32_t resumed, unsigned step)
{
	assert_int_equal(say(packet), PROTOCOL_RESUME);
	assert_int_equal(session.step.resumed & 0xe, resumed);
	assert_int_equal(session.step.process, step);
}

static void going_on(void **state)
{
	(void)state;
	asks("vCont?", "vCont;c;C;s;S;r");
	resumes("vCont;c", 0xe, 0);
	resumes("vCont;s:p2.2;c", 0xe, 2);
	resumes("vCont;s:p3.3", 8, 3);
	resumes("vCont;c:p1.-1", 2, 0);
	resumes("vCont;C05:p1.1;S05:p2.2", 6, 2);
	resumes("vCont;r1000,1010:p2.2;c", 0xe, 2);
	assert_int_equal(session.step.start, 0x1000);
	assert_int_equal(session.step.end, 0x1010);
	resumes("vCont;s", 0xe, 1);
	resumes("c", 0xe, 0);
	resumes("s", 0xe, 1);
	asks("vCont;x", "E22");
	asks("vCont;s:p9.9", "E22");
	asks("vCont;c:", "E22");
	asks("vCont;c:p1.1x", "E22");
}

static void says(struct debug_stop stop, const char *text)
{
	session.stop = stop;
	protocol_report(&session);
	assert_string_equal(reply(), text);
}

static void why_it_stopped(void **state)
{
	(void)state;
	says((struct debug_stop){ 2, 2, STOP_SIGNAL, 0, 0 }, "T02thread:p2.2;");
	says((struct debug_stop){ 3, 5, STOP_SOFTWARE_BREAKPOINT, 0, 0 }, "T05thread:p3.3;swbreak:;");
	says((struct debug_stop){ 3, 5, STOP_HARDWARE_BREAKPOINT, 0, 0 }, "T05thread:p3.3;hwbreak:;");
	says((struct debug_stop){ 2, 5, STOP_WATCHPOINT, WATCHPOINT_WRITE, 0x1234 }, "T05thread:p2.2;watch:1234;");
	says((struct debug_stop){ 2, 5, STOP_WATCHPOINT, WATCHPOINT_ACCESS, 0x1234 }, "T05thread:p2.2;awatch:1234;");
	session.swbreak = session.multiprocess = false;
	says((struct debug_stop){ 3, 5, STOP_SOFTWARE_BREAKPOINT, 0, 0 }, "T05thread:3;");
}

static void leaving(void **state)
{
	(void)state;
	asks("D;2", "OK");
	assert_string_equal(inserted, " -2");
	asks("qfThreadInfo", "mp1.1,p3.3");
	asks("D;2", "E22");
	asks("vKill;1", "OK");
	asks("vAttach;2", "T00thread:p2.2;");
	assert_int_equal(session.attached, 0xc);
	asks("vAttach;7", "E22");
	asks("D", "OK");
	assert_int_equal(session.attached, 0);
	asks("qfThreadInfo", "l");
	assert_int_equal(say("k"), PROTOCOL_SILENT);
}

static void mutate(char *packet, size_t *length, size_t room)
{
	for (unsigned changes = rand() % 4; changes; changes--) {
		size_t at = *length ? rand() % *length : 0;

		switch (rand() % 3) {
		case 0: packet[at] = rand(); break;
		case 1: *length = at; break;
		default: if (*length < room) packet[(*length)++] = "0123456789abcdef,;:-.p="[rand() % 23];
		}
	}
}

/* The fakes check every process; the sanitizers that this is built with check every access. */
static void broken_packets(void **state)
{
	static const char *const seeds[] = {
		"g", "G00000000", "p3e", "P0=0100000000000000", "m1000,4", "M1000,2:abcd", "X1000,3:abc", "Z0,1000,1", "z2,1000,8", "Hgp2.2",
		"Tp1.1", "vCont;s:p2.2;c", "vCont;r1000,1010:p3.-1", "vAttach;2", "vKill;2", "D;1", "qXfer:features:read:target.xml:0,ffb",
		"qXfer:threads:read::0,ffb", "qSupported:multiprocess+;swbreak+", "qC", "qfThreadInfo", "?", "s", "c", "qRcmd,76", "k",
	};
	char *packet = malloc(PACKET_MAX + 1);

	(void)state;
	srand(1);
	for (unsigned i = 0; i < 300000; i++) {
		const char *seed = seeds[rand() % (sizeof(seeds) / sizeof(seeds[0]))];
		size_t length = strlen(seed);

		memcpy(packet, seed, length);
		mutate(packet, &length, PACKET_MAX);
		packet[length] = '\0';
		if (protocol_handle(&session, packet, length) == PROTOCOL_REPLY)
			packet_end(&session.reply);
		assert_true(session.reply.length <= sizeof(session.reply.frame));
		if (!session.attached)
			protocol_begin(&session);
	}
	free(packet);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_both_offer, set_up),
		cmocka_unit_test_setup(what_it_does_not_know, set_up),
		cmocka_unit_test_setup(threads, set_up),
		cmocka_unit_test_setup(registers_of_the_chosen_process, set_up),
		cmocka_unit_test_setup(all_registers_at_once, set_up),
		cmocka_unit_test_setup(the_description_names_every_register, set_up),
		cmocka_unit_test_setup(memory_of_the_chosen_process, set_up),
		cmocka_unit_test_setup(breakpoints, set_up),
		cmocka_unit_test_setup(going_on, set_up),
		cmocka_unit_test_setup(why_it_stopped, set_up),
		cmocka_unit_test_setup(leaving, set_up),
		cmocka_unit_test_setup(broken_packets, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The boot command line: each option good and bad, GRUB's quoting, what two VMs may not share, and rubbish. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "vm/config.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static struct vm_config configs[VM_MAX];
static char error[200];

static int parse(const char *line)
{
	memset(configs, 0xaa, sizeof(configs));
	memset(error, 0, sizeof(error));
	return config_parse(line, configs, error, sizeof(error));
}

static void defaults(void **state)
{
	assert_int_equal(parse("/boot/twinlab.elf debug vm=one,kind=unmodified vm=two,kind=paravirt vm=three,kind=enlightened"), 3);
	assert_string_equal(configs[0].name, "one");
	assert_int_equal(configs[0].kind, VM_UNMODIFIED);
	assert_string_equal(configs[0].kernel, "unmodified");
	assert_int_equal(configs[0].memory_size, 16 << 20);
	assert_int_equal(configs[0].disk, 0);
	assert_int_equal(configs[0].console, 0);
	assert_string_equal(configs[0].autorun, "");
	assert_string_equal(configs[1].name, "two");
	assert_int_equal(configs[1].kind, VM_PARAVIRT);
	assert_string_equal(configs[1].kernel, "paravirt");
	assert_int_equal(configs[2].kind, VM_ENLIGHTENED);
	assert_string_equal(configs[2].kernel, "enlightened");
	assert_false(configs[0].hides_time);
}

static void hidden_time(void **state)
{
	assert_int_equal(parse("vm=one,hide=time,kind=unmodified"), 1);
	assert_true(configs[0].hides_time);
	assert_int_equal(parse("vm=one,kind=unmodified,hide=nothing"), -1);
	assert_string_equal(error, "vm=one: hide wants time, not 'nothing'");
	assert_false(configs[0].waits);
	assert_int_equal(parse("vm=one,kind=paravirt,when=memory,mem=2M"), 1);
	assert_true(configs[0].waits);
	assert_int_equal(parse("vm=one,kind=paravirt,when=later"), -1);
	assert_string_equal(error, "vm=one: when wants memory, not 'later'");
	assert_int_equal(parse("vm=one,hide=time,kind=paravirt"), -1);
	assert_string_equal(error, "vm=one: its pvclock would go wrong with 'hide=time'");
	assert_int_equal(parse("vm=one,hide=time,kind=enlightened"), -1);
	assert_string_equal(error, "vm=one: its pvclock would go wrong with 'hide=time'");
}

static void every_option(void **state)
{
	assert_int_equal(parse("vm=a-b_9,autorun-less=no"), -1);
	assert_int_equal(parse("vm=a-b_9,kernel=linux,console=com3,disk=4,mem=24M,kind=paravirt,autorun=ls,halt,=x,kind=no"), 1);
	assert_string_equal(configs[0].name, "a-b_9");
	assert_int_equal(configs[0].kind, VM_PARAVIRT);
	assert_string_equal(configs[0].kernel, "linux");
	assert_int_equal(configs[0].console, 3);
	assert_int_equal(configs[0].disk, 4);
	assert_int_equal(configs[0].memory_size, 24 << 20);
	assert_string_equal(configs[0].autorun, "ls,halt,=x,kind=no");  /* the rest of the word, commas and all */
}

static const struct { const char *text; uint64_t bytes; } sizes[] = {
	{ "1M", 1 << 20 }, { "16M", 16 << 20 }, { "1024M", 1 << 30 }, { "1024K", 1 << 20 }, { "8192K", 8 << 20 }, { "1028K", 1028 << 10 },
	{ "1048576K", 1 << 30 }, { "007M", 7 << 20 },
	{ "", 0 }, { "M", 0 }, { "16", 0 }, { "16G", 0 }, { "16m", 0 }, { "16MB", 0 }, { "-1M", 0 }, { "0M", 0 }, { "1023K", 0 },
	{ "1025K", 0 }, { "1025M", 0 }, { "1048580K", 0 }, { " 16M", 0 }, { "0x10M", 0 }, { "16M16M", 0 },
	/* these wrap around to sizes that look good */
	{ "17592186044432M", 0 }, { "18014398509498368K", 0 }, { "18446744073709551632M", 0 }, { "99999999999999999999999999M", 0 },
};

static void memory_sizes(void **state)
{
	char line[100];

	for (size_t i = 0; i < LENGTH(sizes); i++) {
		snprintf(line, sizeof(line), "\"vm=a,kind=paravirt,mem=%s\"", sizes[i].text);
		assert_int_equal(parse(line), sizes[i].bytes ? 1 : -1);
		if (sizes[i].bytes)
			assert_int_equal(configs[0].memory_size, sizes[i].bytes);
		else
			assert_non_null(strstr(error, "mem "));
	}
}

/* The sentence names the VM and shows the word. */
static const struct { const char *line, *vm, *shows; } bad[] = {
	{ "vm=", "vm=:", "1 to 23" },
	{ "vm=,kind=paravirt", "vm=:", "1 to 23" },
	{ "vm=Upper,kind=paravirt", "vm=:", "'Upper'" },
	{ "vm=a.b,kind=paravirt", "vm=:", "'a.b'" },
	{ "vm=a|b,kind=paravirt", "vm=:", "'a|b'" },
	{ "\"vm=a b,kind=paravirt\"", "vm=:", "'a b'" },
	{ "vm=abcdefghijklmnopqrstuvwx,kind=paravirt", "vm=:", "'abcdefghijklmnopqrstuvwx'" },
	{ "vm=autorun=x,kind=paravirt", "vm=:", "'autorun=x,kind=paravirt'" },
	{ "vm=a", "vm=a:", "kind=" },
	{ "vm=a,mem=16M", "vm=a:", "kind=" },
	{ "vm=a,kind", "vm=a:", "unmodified, paravirt or enlightened" },
	{ "vm=a,kind=", "vm=a:", "unmodified, paravirt or enlightened" },
	{ "vm=a,kind=para", "vm=a:", "'para'" },
	{ "vm=a,kind=unmodifiedx", "vm=a:", "'unmodifiedx'" },
	{ "vm=a,KIND=paravirt", "vm=a:", "'KIND'" },
	{ "vm=a,kind=paravirt,", "vm=a:", "unknown word ''" },
	{ "vm=a,,kind=paravirt", "vm=a:", "unknown word ''" },
	{ "vm=a,kind=paravirt,cpus=2", "vm=a:", "'cpus'" },
	{ "vm=a,kind=paravirt,disk=0", "vm=a:", "'0'" },
	{ "vm=a,kind=paravirt,disk=5", "vm=a:", "'5'" },
	{ "vm=a,kind=paravirt,disk=", "vm=a:", "1 to 4" },
	{ "vm=a,kind=paravirt,disk=11", "vm=a:", "'11'" },
	{ "vm=a,kind=paravirt,console=com1", "vm=a:", "'com1'" },
	{ "vm=a,kind=paravirt,console=com5", "vm=a:", "'com5'" },
	{ "vm=a,kind=paravirt,console=com", "vm=a:", "'com'" },
	{ "vm=a,kind=paravirt,console=", "vm=a:", "com2" },
	{ "vm=a,kind=paravirt,console=com33", "vm=a:", "'com33'" },
	{ "vm=a,kind=paravirt,console=COM3", "vm=a:", "'COM3'" },
	{ "vm=a,kind=paravirt,kernel=", "vm=a:", "boot module" },
	{ "vm=a,kind=paravirt,kernel=a/b", "vm=a:", "'a/b'" },
	{ "vm=a,kind=paravirt vm=b,kind=paravirt,mem=x", "vm=b:", "'x'" },
	{ "vm=a,kind=paravirt vm=a,kind=unmodified", "vm=a:", "'a'" },
	{ "vm=a,kind=paravirt,disk=2 vm=b,kind=paravirt vm=c,kind=paravirt,disk=2", "vm=c:", "'a'" },
	{ "vm=a,kind=paravirt vm=b,kind=paravirt,console=com4 vm=c,kind=paravirt,console=com4", "vm=c:", "'b'" },
};

static void a_sentence_for_each_mistake(void **state)
{
	for (size_t i = 0; i < LENGTH(bad); i++) {
		if (parse(bad[i].line) != -1)
			fail_msg("taken: %s", bad[i].line);
		if (!strstr(error, bad[i].vm) || !strstr(error, bad[i].shows))
			fail_msg("%s: the sentence is \"%s\"", bad[i].line, error);
	}
}

static void several_may_share_a_kernel_and_have_nothing(void **state)
{
	assert_int_equal(parse("vm=a,kind=paravirt vm=b,kind=paravirt vm=c,kind=unmodified,kernel=paravirt"), 3);
	assert_string_equal(configs[2].kernel, "paravirt");
	assert_int_equal(configs[2].kind, VM_UNMODIFIED);
}

/* Put a word on the line as GRUB does: quotes around one with blanks, a backslash before each of " \ and '. */
static void add_word(char *line, const char *word)
{
	char *end = line + strlen(line);
	bool quoted = strchr(word, ' ');

	if (end != line)
		*end++ = ' ';
	if (quoted)
		*end++ = '"';
	for (; *word; word++) {
		if (strchr("\"\\'", *word))
			*end++ = '\\';
		*end++ = *word;
	}
	if (quoted)
		*end++ = '"';
	*end = '\0';
}

static void what_grub_quotes_comes_out_whole(void **state)
{
	static const char *const commands[] = {
		"halt", "ls; halt", "echo \"x\"", "echo 'x y'", "a\\b", "\\", "\"", "'", "write f a \"b\\\" c", "  two  blanks  ", "a,b, c",
		"vm=x", "ends in a backslash \\",
	};

	for (size_t i = 0; i < LENGTH(commands); i++) {
		char line[400] = "", word[200];

		add_word(line, "vm=before,kind=unmodified");
		snprintf(word, sizeof(word), "vm=a,kind=paravirt,autorun=%s", commands[i]);
		add_word(line, word);
		add_word(line, "vm=behind,kind=unmodified");
		assert_int_equal(parse(line), 3);
		assert_string_equal(configs[1].autorun, commands[i]);
		assert_string_equal(configs[2].name, "behind");
	}
}

/* Typed at GRUB's own prompt, or by a loader that passes the line on as it is. */
static void quotes_may_stand_anywhere(void **state)
{
	assert_int_equal(parse("vm=a,kind=paravirt,autorun=\"ls; halt\" vm=b,kind=paravirt"), 2);
	assert_string_equal(configs[0].autorun, "ls; halt");
	assert_int_equal(parse("  vm=a,kind=paravirt,autorun=\"open; end   "), 1);
	assert_string_equal(configs[0].autorun, "open; end   ");
	assert_int_equal(parse("vm=a,kind=paravirt,autorun=x\\"), 1);
	assert_string_equal(configs[0].autorun, "x\\");
}

static void words_that_are_no_vms(void **state)
{
	static const char *const lines[] = { "", " ", "   ", "\"\"", "vm", "v m=a", "xvm=a,kind=no", "VM=a", "\"", "\\", "console=vm=a" };

	for (size_t i = 0; i < LENGTH(lines); i++)
		assert_int_equal(parse(lines[i]), 0);
}

static void sixteen_are_enough(void **state)
{
	char line[1000] = "";

	for (unsigned i = 0; i < VM_MAX; i++) {
		sprintf(line + strlen(line), "vm=v%u,kind=paravirt ", i);
		assert_int_equal(parse(line), i + 1);
		assert_int_equal(configs[i].name[1], '0' + (i < 10 ? i : 1));
	}
	strcat(line, "other words");
	assert_int_equal(parse(line), VM_MAX);
	strcat(line, " vm=v16,kind=paravirt");
	assert_int_equal(parse(line), -1);
	assert_string_equal(error, "more than 16 vm= words");
}

static void autorun_has_255_characters(void **state)
{
	char line[2000] = "vm=a,kind=paravirt,autorun=";
	size_t start = strlen(line);

	for (size_t n = 1; n <= 1200; n++) {
		line[start + n - 1] = 'a' + n % 26;
		line[start + n] = '\0';
		assert_int_equal(parse(line), n < AUTORUN_MAX ? 1 : -1);
		if (n < AUTORUN_MAX)
			assert_string_equal(configs[0].autorun, line + start);
		else
			assert_non_null(strstr(error, "vm=a:"));
	}
}

/* A word that does not fit must not be cut in silence: its end says what to run. */
static void a_word_is_never_cut(void **state)
{
	char line[2000] = "vm=a,kind=paravirt";

	while (strlen(line) < 900) {
		strcat(line, ",mem=16M");
		size_t length = strlen(line);

		strcat(line, ",autorun=halt");
		int count = parse(line);

		if (count == 1)
			assert_string_equal(configs[0].autorun, "halt");
		else
			assert_non_null(strstr(error, "vm=a:"));
		assert_int_equal(count, strlen(line) < 511 ? 1 : -1);
		line[length] = '\0';
	}
}

static void error_fits_whatever_its_room(void **state)
{
	char room[64];

	for (unsigned size = 1; size < sizeof(room); size++) {
		memset(room, 0x55, sizeof(room));
		assert_int_equal(config_parse("vm=a,kind=paravirt,disk=what a long word", configs, room, size), -1);
		assert_in_range(strlen(room), 0, size - 1);
		for (unsigned i = size; i < sizeof(room); i++)
			assert_int_equal(room[i], 0x55);
	}
}

/* Pieces of right lines and random bytes, in memory that ends with the line: the address sanitizer watches. */
static void rubbish_is_survived(void **state)
{
	static const char *const pieces[] = {
		"vm=", "vm=a", "vm=b,", "kind=", "paravirt", "unmodified", ",", "=", " ", "\"", "\\", "mem=", "16M", "99999999999999999999K", "disk=",
		"console=", "com", "3", "kernel=", "autorun=", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "\\\"", "'", "%s%n", "\x80\xff",
	};

	srand(3);
	for (unsigned round = 0; round < 30000; round++) {
		char line[1200] = "";

		for (unsigned n = rand() % 30; n; n--) {
			char byte[2] = { 1 + rand() % 255 };

			strcat(line, rand() % 4 ? pieces[rand() % LENGTH(pieces)] : byte);
		}
		char *exact = strdup(line);
		int count = parse(exact);

		free(exact);
		assert_in_range(count + 1, 0, VM_MAX + 1);
		for (int i = 0; i < count; i++) {
			assert_in_range(strnlen(configs[i].name, VM_NAME_MAX), 1, VM_NAME_MAX - 1);
			assert_in_range(strnlen(configs[i].kernel, VM_NAME_MAX), 1, VM_NAME_MAX - 1);
			assert_in_range(strnlen(configs[i].autorun, AUTORUN_MAX), 0, AUTORUN_MAX - 1);
			assert_in_range(configs[i].memory_size, 1 << 20, 1 << 30);
			assert_in_range(configs[i].disk, 0, 4);
			assert_in_range(configs[i].console, 0, 4);
		}
		if (count < 0)
			assert_in_range(strnlen(error, sizeof(error)), 1, sizeof(error) - 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(every_option),
		cmocka_unit_test(hidden_time),
		cmocka_unit_test(memory_sizes),
		cmocka_unit_test(a_sentence_for_each_mistake),
		cmocka_unit_test(several_may_share_a_kernel_and_have_nothing),
		cmocka_unit_test(what_grub_quotes_comes_out_whole),
		cmocka_unit_test(quotes_may_stand_anywhere),
		cmocka_unit_test(words_that_are_no_vms),
		cmocka_unit_test(sixteen_are_enough),
		cmocka_unit_test(autorun_has_255_characters),
		cmocka_unit_test(a_word_is_never_cut),
		cmocka_unit_test(error_fits_whatever_its_room),
		cmocka_unit_test(rubbish_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The boot word trace=PARTITION (vm/config.c). */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "vm/config.h"

#define TWO_VMS "vm=a,kind=unmodified,disk=1 vm=b,kind=paravirt,disk=2"

static char error[200];

static int parse(const char *command_line)
{
	struct vm_config configs[VM_MAX];
	int count = config_parse(command_line, configs, error, sizeof(error));

	assert_true(count >= 0);
	return config_trace(command_line, configs, count, error, sizeof(error));
}

static void test_without(void **state)
{
	assert_int_equal(parse(TWO_VMS), 0);
	assert_int_equal(parse(TWO_VMS " gdb"), 0);
}

static void test_partition(void **state)
{
	assert_int_equal(parse(TWO_VMS " trace=3"), 3);
	assert_int_equal(parse("trace=4 " TWO_VMS), 4);
}

/* What stands within a VM's word is the guest's, and no option of the machine. */
static void test_within_autorun(void **state)
{
	assert_int_equal(parse("\"vm=a,kind=unmodified,autorun=echo trace=3; halt\""), 0);
}

static void test_refused(void **state)
{
	static const char *const wrong[] = { "trace=", "trace=0", "trace=5", "trace=33", "trace=x" };

	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(parse(wrong[i]), -1);
		assert_non_null(strstr(error, "trace wants a partition number, 1 to 4, not '"));
		assert_non_null(strstr(error, wrong[i] + 6));
	}
}

static void test_disk_of_a_vm(void **state)
{
	assert_int_equal(parse(TWO_VMS " trace=2"), -1);
	assert_string_equal(error, "trace=2: this partition is the disk of 'b'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without),
		cmocka_unit_test(test_partition),
		cmocka_unit_test(test_within_autorun),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_disk_of_a_vm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

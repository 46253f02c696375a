#pragma once
/* The end of a lab's test on the host, called as `NAME PATTERN NONCE`: run the tests whose names match, say that this very run came to its end. */
#include <stdio.h>

#define LAB_MAIN(tests) \
	int main(int argc, char **argv) \
	{ \
		cmocka_set_test_filter(argc > 1 ? argv[1] : "*"); \
		int failures = cmocka_run_group_tests(tests, NULL, NULL); \
		printf("ended %s\n", argc > 2 ? argv[2] : ""); \
		return failures != 0; \
	}

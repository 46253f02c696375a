#pragma once
/* A lab's test of services: the guest and the world of the unit tests. What stops a VM is shown, so that a blank that was reached is named. */
#include "paravirt_fakes.h"
#include "host_main.h"

static inline int lab_teardown(void **state)
{
	if (fault[0])
		print_error("stopped: %s\n", fault);
	return teardown_guest(state);
}

#define lab_test(function) cmocka_unit_test_setup_teardown(function, setup_guest, lab_teardown)

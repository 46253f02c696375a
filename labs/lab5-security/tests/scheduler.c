/* 5D: the unit tests of hypervisor/vm/scheduler.c, one by one. */
#include <stdio.h>
#define main unit_tests
#include "scheduler_test.c"
#include "unit_main.h"

/* 3C: the unit tests of hypervisor/fullvirt/portbus.c, one by one. */
#define main unit_tests
#include "portbus_test.c"
#include "unit_main.h"

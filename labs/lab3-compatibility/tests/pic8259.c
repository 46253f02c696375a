/* 3B: the unit tests of hypervisor/fullvirt/pic8259.c, one by one. */
#define main unit_tests
#include "pic8259_test.c"
#include "unit_main.h"

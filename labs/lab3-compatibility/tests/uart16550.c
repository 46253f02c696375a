/* 3A: the unit tests of hypervisor/fullvirt/uart16550.c, one by one. */
#define main unit_tests
#include "uart16550_test.c"
#include "unit_main.h"

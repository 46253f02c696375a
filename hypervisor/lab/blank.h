#pragma once
/*
 * What the starter text of a lab calls in place of the code that is still to be written: it stops this VM only, and says which
 * exercise, which file and which page. guest-unmodified/kernel/blank.h is its twin in the guests' kernels.
 */
#include "vm/vm.h"

#define lab_blank(vm, exercise, page) \
	vm_fault(vm, "lab %s is still blank: %s:%d; read %s/README.md", exercise, __FILE__, __LINE__, page)

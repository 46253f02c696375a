#pragma once
/* What the starter text of a lab calls in place of the code that is still to be written: the kernel stops, and says where. */
#include "machine.h"

#define lab_blank(exercise, page) \
	kernel_panic("lab %s is still blank: %s:%d; read %s/README.md", exercise, __FILE__, __LINE__, page)

#pragma once
/* Memory for objects that live as long as their VM: made at boot, never freed. */
#include <stddef.h>

/* n bytes of zeros, 16-byte aligned. Panics when the machine's memory is used up. */
void *zalloc(size_t n);

#pragma once
/* One wire from a device model to an interrupt controller input. Level, as on the real wire: the controller finds the edges. */
#include <stdbool.h>

struct irq_line {
	void (*set)(void *controller, unsigned irq, bool level);
	void *controller;
	unsigned irq;
};

static inline void irq_line_set(const struct irq_line *line, bool level)
{
	line->set(line->controller, line->irq, level);
}

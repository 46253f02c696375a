#pragma once
/* All of machine.h as a table, so that the machine can be chosen when the kernel runs: Linux has its pv_ops for the same reason. */
#include "machine.h"

struct machine_ops {
	const char *name;
	void (*init_console)(void);
	void (*init)(void);
	void (*interrupt)(uint8_t vector);
	void (*console_write)(const char *bytes, size_t n);
	uint64_t (*clock_ns)(void);
	uint64_t (*wall_clock)(void);
	void (*timer_set)(uint64_t deadline_ns);
	void (*idle)(void);
	uint64_t (*disk_sectors)(void);
	int (*disk_read)(uint64_t sector, void *buffer, uint32_t count);
	int (*disk_write)(uint64_t sector, const void *buffer, uint32_t count);
	int (*disk_flush)(void);
	void (*power_off)(void);
	void (*reset)(void);
	void (*phase)(enum phase phase);
};

extern const struct machine_ops native;         /* guest-unmodified/machine */
extern const struct machine_ops paravirt;       /* guest-paravirt/machine */

/* choose.c */
extern const struct machine_ops *machine;
void choose_machine(void);

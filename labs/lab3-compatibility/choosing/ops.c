/* The two machines as tables. The build has given each folder's functions a prefix, and hidden all others from one another. */
#include "ops.h"

#define OPS(way) \
	extern const char way##_machine_name[]; \
	void way##_machine_init_console(void); \
	void way##_machine_init(void); \
	void way##_machine_interrupt(uint8_t vector); \
	void way##_machine_console_write(const char *bytes, size_t n); \
	uint64_t way##_machine_clock_ns(void); \
	uint64_t way##_machine_wall_clock(void); \
	void way##_machine_timer_set(uint64_t deadline_ns); \
	void way##_machine_idle(void); \
	uint64_t way##_machine_disk_sectors(void); \
	int way##_machine_disk_read(uint64_t sector, void *buffer, uint32_t count); \
	int way##_machine_disk_write(uint64_t sector, const void *buffer, uint32_t count); \
	int way##_machine_disk_flush(void); \
	void way##_machine_power_off(void); \
	void way##_machine_reset(void); \
	void way##_machine_phase(enum phase phase); \
	const struct machine_ops way = { \
		way##_machine_name, way##_machine_init_console, way##_machine_init, way##_machine_interrupt, \
		way##_machine_console_write, way##_machine_clock_ns, way##_machine_wall_clock, way##_machine_timer_set, \
		way##_machine_idle, way##_machine_disk_sectors, way##_machine_disk_read, way##_machine_disk_write, \
		way##_machine_disk_flush, way##_machine_power_off, way##_machine_reset, way##_machine_phase, \
	}

OPS(native);
OPS(paravirt);

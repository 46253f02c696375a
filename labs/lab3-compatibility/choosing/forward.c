/* machine.h once more: each function asks the table of the machine that was chosen. */
#include "ops.h"

const char machine_name[] = "PC or Twinlab paravirtual machine";
const struct machine_bench machine_benches[] = { { NULL, NULL, NULL } };

void machine_init_console(void)
{
	choose_machine();
	machine->init_console();
}

void machine_init(void)
{
	machine->init();
	printk("running on: %s\n", machine->name);
}

void machine_interrupt(uint8_t vector)
{
	machine->interrupt(vector);
}

void machine_console_write(const char *bytes, size_t n)
{
	machine->console_write(bytes, n);
}

uint64_t machine_clock_ns(void)
{
	return machine->clock_ns();
}

uint64_t machine_wall_clock(void)
{
	return machine->wall_clock();
}

void machine_timer_set(uint64_t deadline_ns)
{
	machine->timer_set(deadline_ns);
}

void machine_idle(void)
{
	machine->idle();
}

uint64_t machine_disk_sectors(void)
{
	return machine->disk_sectors();
}

int machine_disk_read(uint64_t sector, void *buffer, uint32_t count)
{
	return machine->disk_read(sector, buffer, count);
}

int machine_disk_write(uint64_t sector, const void *buffer, uint32_t count)
{
	return machine->disk_write(sector, buffer, count);
}

int machine_disk_flush(void)
{
	return machine->disk_flush();
}

void machine_power_off(void)
{
	machine->power_off();
	__builtin_unreachable();
}

void machine_reset(void)
{
	machine->reset();
	__builtin_unreachable();
}

void machine_phase(enum phase phase)
{
	machine->phase(phase);
}

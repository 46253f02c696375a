/* The drivers as tables, and what machine.h says of console and disk: ask the one that is in use. */
#include "drivers.h"
#include "../../../guest-paravirt/machine/hypercall.h"

const struct console_driver native_console = { native_machine_console_write };
const struct console_driver paravirt_console = { paravirt_machine_console_write };
const struct console_driver *console = &native_console;

const struct disk_driver native_disk = {
	native_machine_disk_sectors, native_machine_disk_read, native_machine_disk_write, native_machine_disk_flush,
};
const struct disk_driver paravirt_disk = {
	paravirt_machine_disk_sectors, paravirt_machine_disk_read, paravirt_machine_disk_write, paravirt_machine_disk_flush,
};
const struct disk_driver *disk = &native_disk;

void machine_console_write(const char *bytes, size_t n)
{
	console->write(bytes, n);
}

uint64_t machine_disk_sectors(void)
{
	return disk->sectors();
}

int machine_disk_read(uint64_t sector, void *buffer, uint32_t count)
{
	return disk->read(sector, buffer, count);
}

int machine_disk_write(uint64_t sector, const void *buffer, uint32_t count)
{
	return disk->write(sector, buffer, count);
}

int machine_disk_flush(void)
{
	return disk->flush();
}

/* The paravirtual disk's driver calls this while no thread can sleep. */
void wait_for_event(void)
{
	hypercall(PV_HC_IDLE, 0, 0, 0);
}

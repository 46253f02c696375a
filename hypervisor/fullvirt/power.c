/*
 * Power-off as QEMU's PC does it (ACPI PM1a control at 0x604) and as Bochs does it ("Shutdown" to port 0x8900); reset by
 * the chipset's reset control register (0xcf9) and system control port A (0x92); POST codes at port 0x80.
 *
 * A VM is never rebooted: every reset powers it off, with "reset" in the reason.
 */
#include "fullvirt/power.h"
#include "fullvirt/portbus.h"
#include "lib/heap.h"
#include "vm/vm.h"

enum { PM1_CNT_SCI_EN = 0x0001, PM1_CNT_SLP_TYP = 0x1c00, PM1_CNT_SLP_EN = 0x2000 };
#define SLP_TYP_S5      0x0000                  /* soft off, in the numbering of QEMU's ACPI tables */
enum { RST_CNT_SYSTEM = 0x02, RST_CNT_CPU = 0x04 };
enum { PORT92_RESET = 0x01, PORT92_A20 = 0x02 };

static const char bochs_shutdown[] = "Shutdown";

struct power {
	struct vm *vm;
	uint8_t post_code;
	uint8_t reset_control;
	unsigned matched;                       /* letters of bochs_shutdown seen in a row */
};

static uint32_t post_read(void *device, uint16_t port, unsigned size)
{
	struct power *power = device;

	return power->post_code;
}

static void post_write(void *device, uint16_t port, unsigned size, uint32_t value)
{
	struct power *power = device;

	power->post_code = value;
	vm_set_phase(power->vm, value);
}

/* ACPI mode is always on; the sleep type and enable bits are for writing. */
static uint32_t pm1_control_read(void *device, uint16_t port, unsigned size)
{
	return port % 2 == 0 ? PM1_CNT_SCI_EN : 0;
}

static void pm1_control_write(void *device, uint16_t port, unsigned size, uint32_t value)
{
	struct power *power = device;

	if (size == 1)
		value <<= port % 2 * 8;
	if (!(value & PM1_CNT_SLP_EN))
		return;
	if ((value & PM1_CNT_SLP_TYP) == SLP_TYP_S5)
		vm_power_off(power->vm, "port 0x604");
	else
		vm_log(power->vm, "acpi: sleep type %u is not there", (value & PM1_CNT_SLP_TYP) >> 10);
}

static uint32_t write_only_read(void *device, uint16_t port, unsigned size)
{
	return 0xff;
}

static void bochs_write(void *device, uint16_t port, unsigned size, uint32_t value)
{
	struct power *power = device;
	char letter = value;

	if (letter != bochs_shutdown[power->matched])
		power->matched = 0;
	if (letter != bochs_shutdown[power->matched])
		return;
	if (++power->matched < sizeof(bochs_shutdown) - 1)
		return;
	power->matched = 0;
	vm_power_off(power->vm, "port 0x8900");
}

static uint32_t reset_control_read(void *device, uint16_t port, unsigned size)
{
	struct power *power = device;

	if (size == 1 && port == 0xcf9)
		return power->reset_control;
	return UINT32_MAX >> (32 - 8 * size);
}

/*
 * The register shares its port with the PCI configuration address (0xcf8, four bytes at once), and the width tells them apart.
 * This machine has no PCI: what is written to the address is lost and reads all ones.
 */
static void reset_control_write(void *device, uint16_t port, unsigned size, uint32_t value)
{
	struct power *power = device;
	bool resets = size == 1 && port == 0xcf9 && (value & RST_CNT_CPU) && !(power->reset_control & RST_CNT_CPU);

	if (size == 1 && port == 0xcf9)
		power->reset_control = value & (RST_CNT_SYSTEM | RST_CNT_CPU);
	if (resets)
		vm_power_off(power->vm, "reset by port 0xcf9");
}

static uint32_t port92_read(void *device, uint16_t port, unsigned size)
{
	return PORT92_A20;
}

static void port92_write(void *device, uint16_t port, unsigned size, uint32_t value)
{
	struct power *power = device;

	if (value & PORT92_RESET)
		vm_power_off(power->vm, "reset by port 0x92");
	else if (!(value & PORT92_A20))
		vm_log(power->vm, "port 0x92: the A20 gate stays open");
}

struct power *power_create(struct portbus *ports, struct vm *vm)
{
	struct power *power = zalloc(sizeof(*power));
	const struct port_range ranges[] = {
		{ 0x80,   0x80,   "post",     1,     post_read,          post_write,          NULL, NULL, power },
		{ 0x92,   0x92,   "port92",   1,     port92_read,        port92_write,        NULL, NULL, power },
		{ 0x604,  0x605,  "acpi pm1", 1 | 2, pm1_control_read,   pm1_control_write,   NULL, NULL, power },
		{ 0xcf8,  0xcfb,  "reset",    1 | 4, reset_control_read, reset_control_write, NULL, NULL, power },
		{ 0x8900, 0x8900, "shutdown", 1,     write_only_read,    bochs_write,         NULL, NULL, power },
	};

	power->vm = vm;
	for (unsigned i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		portbus_claim(ports, &ranges[i]);
	return power;
}

/*
 * Power-off as QEMU's PC does it (ACPI PM1a control at 0x604) and as Bochs does it ("Shutdown" to port 0x8900); reset by
 * the chipset's reset control register (0xcf9) and system control port A (0x92); POST codes at port 0x80.
 *
 * A VM is never rebooted: every reset powers it off, with "reset" in the reason.
 */
#include "fullvirt/devices.h"
#include "fullvirt/portbus.h"
#include "lib/heap.h"
#include "vm/vm.h"

enum { POST = 0x80, PORT92 = 0x92, PM1A_CNT = 0x604, PCI_ADDRESS = 0xcf8, RST_CNT = 0xcf9, BOCHS_SHUTDOWN = 0x8900 };
enum { PM1_CNT_SCI_EN = 0x0001, PM1_CNT_SLP_TYP = 0x1c00, PM1_CNT_SLP_EN = 0x2000 };
#define SLP_TYP_S5      0x0000                  /* soft off, in the numbering of QEMU's ACPI tables */
enum { RST_CNT_CPU = 0x04 };
enum { PORT92_RESET = 0x01, PORT92_A20 = 0x02 };

static const char bochs_shutdown[] = "Shutdown";

struct power {
	struct vm *vm;
	unsigned matched;                       /* letters of bochs_shutdown seen in a row */
};

/* What a guest reads before it changes a bit must not be what does the harm. All else is for writing. */
static uint32_t power_read(void *device, uint16_t port, unsigned size)
{
	switch (port) {
	case PORT92:
		return PORT92_A20;
	case PM1A_CNT:
		return PM1_CNT_SCI_EN;
	default:
		return UINT32_MAX >> (32 - 8 * size);
	}
}

static void post_write(void *device, uint16_t port, unsigned size, uint32_t value)
{
	struct power *power = device;

	vm_set_phase(power->vm, value);
}

static void port92_write(void *device, uint16_t port, unsigned size, uint32_t value)
{
	struct power *power = device;

	if (value & PORT92_RESET)
		vm_power_off(power->vm, "reset by port 0x92");
	else if (!(value & PORT92_A20))
		vm_log(power->vm, "port 0x92: the A20 gate stays open");
}

static void pm1_control_write(void *device, uint16_t port, unsigned size, uint32_t value)
{
	struct power *power = device;

	if (!(value & PM1_CNT_SLP_EN))
		return;
	if ((value & PM1_CNT_SLP_TYP) == SLP_TYP_S5)
		vm_power_off(power->vm, "port 0x604");
	else
		vm_log(power->vm, "acpi: sleep type %u is not there", (value & PM1_CNT_SLP_TYP) >> 10);
}

/*
 * The register shares its port with the PCI configuration address (0xcf8, four bytes at once), and the width tells them apart.
 * This machine has no PCI: what is written to the address is lost and reads all ones.
 */
static void reset_control_write(void *device, uint16_t port, unsigned size, uint32_t value)
{
	struct power *power = device;

	if (port == RST_CNT && size == 1 && (value & RST_CNT_CPU))
		vm_power_off(power->vm, "reset by port 0xcf9");
}

static void bochs_write(void *device, uint16_t port, unsigned size, uint32_t value)
{
	struct power *power = device;
	char letter = value;

	if (letter != bochs_shutdown[power->matched])
		power->matched = 0;
	if (letter == bochs_shutdown[power->matched])
		power->matched++;
	if (power->matched < sizeof(bochs_shutdown) - 1)
		return;
	power->matched = 0;
	vm_power_off(power->vm, "port 0x8900");
}

void power_create(struct portbus *ports, struct vm *vm)
{
	struct power *power = zalloc(sizeof(*power));
	const struct port_range ranges[] = {
		{ POST,           POST,            "post",     1,     power_read, post_write,          NULL, NULL, power },
		{ PORT92,         PORT92,          "port92",   1,     power_read, port92_write,        NULL, NULL, power },
		{ PM1A_CNT,       PM1A_CNT,        "acpi pm1", 1 | 2, power_read, pm1_control_write,   NULL, NULL, power },
		{ PCI_ADDRESS,    PCI_ADDRESS + 3, "reset",    1 | 4, power_read, reset_control_write, NULL, NULL, power },
		{ BOCHS_SHUTDOWN, BOCHS_SHUTDOWN,  "shutdown", 1,     power_read, bochs_write,         NULL, NULL, power },
	};

	power->vm = vm;
	for (unsigned i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		portbus_claim(ports, &ranges[i]);
}

/*
 * The 8042 keyboard controller behind ports 0x60 (data) and 0x64 (status, command), with nothing plugged in.
 *
 * A PC kernel that looks for a keyboard finds a controller that passes its self test, and then no one answers behind it. An open
 * bus in its place would read "output buffer full" for ever, and kernels drain that buffer. No interrupts: nothing is ever
 * typed. A20 is always open; closing it is logged.
 */
#include "fullvirt/devices.h"
#include "fullvirt/portbus.h"
#include "lib/heap.h"
#include "vm/vm.h"

enum { STATUS_OUTPUT_FULL = 0x01, STATUS_SYSTEM = 0x04, STATUS_COMMAND = 0x08, STATUS_UNLOCKED = 0x10 };
enum { OUTPUT_PORT_NOT_RESET = 0x01, OUTPUT_PORT_A20 = 0x02 };
enum { COMMAND_WRITE_OUTPUT_PORT = 0xd1, COMMAND_PULSE = 0xf0 };

#define DATA            0x60
#define COMMAND         0x64                    /* read: status */
#define NO_ANSWER       -1

/* The output port's low four bits are pulsed by the commands from COMMAND_PULSE on: bit n clear pulls line n low. */
static const struct { uint8_t command; int answer; } commands[] = {
	{ 0x20, 0x30 },                         /* read command byte: both ports disabled, no interrupts */
	{ 0x60, NO_ANSWER },                    /* write command byte: it stays what it is */
	{ 0xa7, NO_ANSWER },                    /* disable auxiliary port */
	{ 0xa8, NO_ANSWER },                    /* enable it */
	{ 0xa9, 0xff },                         /* test it: absent */
	{ 0xaa, 0x55 },                         /* self test: passed */
	{ 0xab, 0x00 },                         /* test keyboard port: passed */
	{ 0xad, NO_ANSWER },                    /* disable keyboard port */
	{ 0xae, NO_ANSWER },                    /* enable it */
	{ 0xd0, OUTPUT_PORT_NOT_RESET | OUTPUT_PORT_A20 },
	{ COMMAND_WRITE_OUTPUT_PORT, NO_ANSWER },
};

struct i8042 {
	uint8_t output;                         /* valid while STATUS_OUTPUT_FULL */
	uint8_t status;
	uint8_t command;                        /* the last one: the next byte at 0x60 belongs to it, unless it is 0 */
	struct vm *vm;
};

static void drive_output_port(struct i8042 *controller, uint8_t value)
{
	if (!(value & OUTPUT_PORT_NOT_RESET))
		vm_power_off(controller->vm, "reset by the keyboard controller");
	else if (!(value & OUTPUT_PORT_A20))
		vm_log(controller->vm, "i8042: the A20 gate stays open");
}

static void execute(struct i8042 *controller, uint8_t command)
{
	for (unsigned i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (commands[i].command != command)
			continue;
		if (commands[i].answer != NO_ANSWER) {
			controller->output = commands[i].answer;
			controller->status |= STATUS_OUTPUT_FULL;
		}
		return;
	}
	vm_log(controller->vm, "i8042: command 0x%x is not known", command);
}

static void write_command(struct i8042 *controller, uint8_t command)
{
	controller->status |= STATUS_COMMAND;
	controller->command = command;
	if (command >= COMMAND_PULSE)
		drive_output_port(controller, command | OUTPUT_PORT_A20);
	else
		execute(controller, command);
}

/* A byte for the keyboard itself goes nowhere, and nobody acknowledges it. */
static void write_data(struct i8042 *controller, uint8_t value)
{
	if (controller->command == COMMAND_WRITE_OUTPUT_PORT)
		drive_output_port(controller, value);
	controller->status &= ~STATUS_COMMAND;
	controller->command = 0;
}

static uint32_t i8042_read(void *device, uint16_t port, unsigned size)
{
	struct i8042 *controller = device;

	if (port != DATA)
		return controller->status;
	controller->status &= ~STATUS_OUTPUT_FULL;
	return controller->output;
}

static void i8042_write(void *device, uint16_t port, unsigned size, uint32_t value)
{
	if (port == DATA)
		write_data(device, value);
	else
		write_command(device, value);
}

void i8042_create(struct portbus *ports, struct vm *vm)
{
	struct i8042 *controller = zalloc(sizeof(*controller));
	struct port_range range = { .name = "i8042", .widths = 1, .read = i8042_read, .write = i8042_write, .device = controller };

	controller->vm = vm;
	controller->status = STATUS_SYSTEM | STATUS_UNLOCKED;
	range.first = range.last = DATA;
	portbus_claim(ports, &range);
	range.first = range.last = COMMAND;
	portbus_claim(ports, &range);
}

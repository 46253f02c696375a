/*
 * The 8042 keyboard controller behind ports 0x60 (data) and 0x64 (status, command), with nothing plugged in.
 *
 * A PC kernel that looks for a keyboard finds a controller that passes its self test, and then no one answers behind it. An open
 * bus in its place would read "output buffer full" for ever, and kernels drain that buffer. No interrupts: nothing is ever
 * typed. A20 is always open; closing it is logged.
 */
#include "fullvirt/i8042.h"
#include "fullvirt/portbus.h"
#include "lib/heap.h"
#include "vm/vm.h"

enum { STATUS_OUTPUT_FULL = 0x01, STATUS_SYSTEM = 0x04, STATUS_COMMAND = 0x08, STATUS_UNLOCKED = 0x10 };
enum { OUTPUT_PORT_NOT_RESET = 0x01, OUTPUT_PORT_A20 = 0x02 };
enum {
	COMMAND_READ_MODE = 0x20, COMMAND_WRITE_MODE = 0x60, COMMAND_DISABLE_AUX = 0xa7, COMMAND_ENABLE_AUX = 0xa8,
	COMMAND_TEST_AUX = 0xa9, COMMAND_SELF_TEST = 0xaa, COMMAND_TEST_KEYBOARD = 0xab, COMMAND_DISABLE_KEYBOARD = 0xad,
	COMMAND_ENABLE_KEYBOARD = 0xae, COMMAND_READ_OUTPUT_PORT = 0xd0, COMMAND_WRITE_OUTPUT_PORT = 0xd1,
	COMMAND_PULSE = 0xf0,                           /* to 0xff: a clear bit among the low four pulses that output low */
};

#define DATA            0x60
#define COMMAND         0x64                    /* read: status */
#define SELF_TEST_PASSED 0x55
#define TEST_PASSED     0x00
#define TEST_AUX_ABSENT 0xff
#define MODE_AFTER_BOOT 0x30                            /* both ports disabled, no interrupts, no translation */

struct i8042 {
	uint8_t output;                                 /* valid while STATUS_OUTPUT_FULL */
	uint8_t status;
	uint8_t mode;                                   /* "controller command byte" */
	uint8_t awaits_data;                            /* the command that the next byte at 0x60 belongs to, or 0 */
	struct vm *vm;
};

static void answer(struct i8042 *controller, uint8_t byte)
{
	controller->output = byte;
	controller->status |= STATUS_OUTPUT_FULL;
}

static void drive_output_port(struct i8042 *controller, uint8_t value)
{
	if (!(value & OUTPUT_PORT_NOT_RESET))
		vm_power_off(controller->vm, "reset by the keyboard controller");
	else if (!(value & OUTPUT_PORT_A20))
		vm_log(controller->vm, "i8042: the A20 gate stays open");
}

static void write_command(struct i8042 *controller, uint8_t command)
{
	controller->status |= STATUS_COMMAND;
	controller->awaits_data = 0;
	switch (command) {
	case COMMAND_READ_MODE:
		answer(controller, controller->mode);
		break;
	case COMMAND_SELF_TEST:
		answer(controller, SELF_TEST_PASSED);
		break;
	case COMMAND_TEST_KEYBOARD:
		answer(controller, TEST_PASSED);
		break;
	case COMMAND_TEST_AUX:
		answer(controller, TEST_AUX_ABSENT);
		break;
	case COMMAND_READ_OUTPUT_PORT:
		answer(controller, OUTPUT_PORT_NOT_RESET | OUTPUT_PORT_A20);
		break;
	case COMMAND_WRITE_MODE:
	case COMMAND_WRITE_OUTPUT_PORT:
		controller->awaits_data = command;
		break;
	case COMMAND_DISABLE_AUX:
	case COMMAND_ENABLE_AUX:
	case COMMAND_DISABLE_KEYBOARD:
	case COMMAND_ENABLE_KEYBOARD:
		break;
	case COMMAND_PULSE ... 0xff:
		drive_output_port(controller, command | OUTPUT_PORT_A20);
		break;
	default:
		vm_log(controller->vm, "i8042: command 0x%x is not known", command);
	}
}

/* A byte for the keyboard itself goes nowhere, and nobody acknowledges it. */
static void write_data(struct i8042 *controller, uint8_t value)
{
	uint8_t command = controller->awaits_data;

	controller->status &= ~STATUS_COMMAND;
	controller->awaits_data = 0;
	if (command == COMMAND_WRITE_MODE)
		controller->mode = value;
	else if (command == COMMAND_WRITE_OUTPUT_PORT)
		drive_output_port(controller, value);
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

struct i8042 *i8042_create(struct portbus *ports, struct vm *vm)
{
	struct i8042 *controller = zalloc(sizeof(*controller));
	struct port_range range = { .name = "i8042", .widths = 1, .read = i8042_read, .write = i8042_write, .device = controller };

	controller->vm = vm;
	controller->mode = MODE_AFTER_BOOT;
	controller->status = STATUS_SYSTEM | STATUS_UNLOCKED;
	range.first = range.last = DATA;
	portbus_claim(ports, &range);
	range.first = range.last = COMMAND;
	portbus_claim(ports, &range);
	return controller;
}

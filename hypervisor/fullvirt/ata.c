/*
 * An ATA disk as the master of the primary channel, seen through its registers (ATA/ATAPI-6, "I/O registers"): Command Block
 * at 0x1f0 to 0x1f7, Control Block at 0x3f6. 28-bit LBA and translated CHS addresses, PIO only.
 *
 * Everything that touches the real disk is asynchronous: the command leaves BSY set, and the backend's completion clears it.
 * While BSY is set the guest may write Device Control only; other writes are lost, as the standard allows.
 */
#include "fullvirt/ata.h"
#include "fullvirt/ata_device.h"
#include "fullvirt/portbus.h"
#include "lib/heap.h"

enum ata_register {
	REGISTER_DATA, REGISTER_ERROR_FEATURES, REGISTER_SECTOR_COUNT, REGISTER_LBA_LOW, REGISTER_LBA_MID, REGISTER_LBA_HIGH,
	REGISTER_DEVICE, REGISTER_STATUS_COMMAND,
};

#define COMMAND_BLOCK   0x1f0
#define CONTROL_BLOCK   0x3f6
#define DD7             0x80                    /* pulled down on an empty cable, so that BSY reads clear; all else floats high */

static bool slave_selected(const struct ata *ata)
{
	return ata->device & ATA_DEV;
}

/* The selected device alone drives INTRQ, and only while nIEN is clear. */
static void update_intrq(struct ata *ata)
{
	irq_line_set(&ata->irq, ata->interrupt && !(ata->control & ATA_NIEN) && !slave_selected(ata));
}

void ata_set_interrupt(struct ata *ata, bool level)
{
	ata->interrupt = level;
	update_intrq(ata);
}

void ata_complete(struct ata *ata)
{
	ata_abandon_transfer(ata);
	ata->status = ATA_DRDY | ATA_DSC;
	ata_set_interrupt(ata, true);
}

void ata_fail(struct ata *ata, uint8_t error)
{
	ata_abandon_transfer(ata);
	ata->error = error;
	ata->status = ATA_DRDY | ATA_DSC | ATA_ERR;
	ata_set_interrupt(ata, true);
}

/* "Device signatures for normal output" of a device without the PACKET command. */
void ata_set_signature(struct ata *ata)
{
	ata->sector_count = 1;
	ata->lba_low = 1;
	ata->lba_mid = ata->lba_high = 0;
	ata->device = 0;
	ata->error = ATA_DIAGNOSTIC_PASSED;
}

/* The reset ends when SRST is clear again and the backend is done with the buffer, whichever comes last. */
void ata_finish_reset(struct ata *ata)
{
	if ((ata->control & ATA_SRST) || ata->in_flight)
		return;
	ata->resetting = false;
	ata->multiple = 0;
	ata_set_signature(ata);
	ata->status = ATA_DRDY | ATA_DSC;
	update_intrq(ata);
}

static void write_control(struct ata *ata, uint8_t value)
{
	bool was_in_reset = ata->control & ATA_SRST;

	ata->control = value;
	if ((value & ATA_SRST) && !was_in_reset) {
		ata->resetting = true;
		ata_abandon_transfer(ata);
		ata->status = ATA_BSY;
		ata->interrupt = false;
	}
	update_intrq(ata);
	if (was_in_reset)
		ata_finish_reset(ata);
}

/* A command for the missing slave has no one to execute it, except the diagnostic, which the master answers for both. */
static void write_command(struct ata *ata, uint8_t opcode)
{
	const uint8_t diagnostic = 0x90;

	if (slave_selected(ata) && opcode != diagnostic)
		return;
	ata_abandon_transfer(ata);
	ata->error = 0;
	ata_set_interrupt(ata, false);
	ata_execute(ata, opcode);
}

static void write_device(struct ata *ata, uint8_t value)
{
	ata->device = value;
	update_intrq(ata);
}

/* The master answers for a missing slave: its Status is 0, which is neither ready nor busy. */
static uint8_t alternate_status(const struct ata *ata)
{
	return slave_selected(ata) ? 0 : ata->status;
}

static uint8_t read_status(struct ata *ata)
{
	uint8_t status = alternate_status(ata);

	if (!slave_selected(ata))
		ata_set_interrupt(ata, false);
	return status;
}

static uint32_t register_read(void *device, uint16_t port, unsigned size)
{
	struct ata *ata = device;

	switch ((enum ata_register)(port - COMMAND_BLOCK)) {
	case REGISTER_ERROR_FEATURES:
		return ata->error;
	case REGISTER_SECTOR_COUNT:
		return ata->sector_count;
	case REGISTER_LBA_LOW:
		return ata->lba_low;
	case REGISTER_LBA_MID:
		return ata->lba_mid;
	case REGISTER_LBA_HIGH:
		return ata->lba_high;
	case REGISTER_DEVICE:
		return ata->device;
	case REGISTER_STATUS_COMMAND:
		return read_status(ata);
	default:
		return 0;
	}
}

static void register_write(void *device, uint16_t port, unsigned size, uint32_t value)
{
	struct ata *ata = device;

	if (ata->status & ATA_BSY)
		return;
	switch ((enum ata_register)(port - COMMAND_BLOCK)) {
	case REGISTER_ERROR_FEATURES:
		ata->features = value;
		break;
	case REGISTER_SECTOR_COUNT:
		ata->sector_count = value;
		break;
	case REGISTER_LBA_LOW:
		ata->lba_low = value;
		break;
	case REGISTER_LBA_MID:
		ata->lba_mid = value;
		break;
	case REGISTER_LBA_HIGH:
		ata->lba_high = value;
		break;
	case REGISTER_DEVICE:
		write_device(ata, value);
		break;
	case REGISTER_STATUS_COMMAND:
		write_command(ata, value);
		break;
	default:
		break;
	}
}

/* The data register is 16 bits wide: a byte access moves a whole word, of which the upper half is lost, and four bytes are
   two words. */
static uint32_t data_read(void *device, uint16_t port, unsigned size)
{
	uint8_t bytes[4] = { 0 };

	for (unsigned at = 0; at < size; at += 2)
		ata_take_data(device, 2, bytes + at, 1);
	return bytes[0] | (size > 1 ? bytes[1] << 8 : 0) | bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static void data_write(void *device, uint16_t port, unsigned size, uint32_t value)
{
	uint8_t bytes[4] = { value, value >> 8, value >> 16, value >> 24 };

	for (unsigned at = 0; at < size; at += 2)
		ata_give_data(device, 2, bytes + at, 1);
}

/* Byte strings go one by one, as data_read() has it. */
static size_t data_read_string(void *device, uint16_t port, unsigned size, void *to, size_t count)
{
	return size == 1 ? 0 : ata_take_data(device, size, to, count);
}

static size_t data_write_string(void *device, uint16_t port, unsigned size, const void *from, size_t count)
{
	return size == 1 ? 0 : ata_give_data(device, size, from, count);
}

static uint32_t control_read(void *device, uint16_t port, unsigned size)
{
	return alternate_status(device);
}

static void control_write(void *device, uint16_t port, unsigned size, uint32_t value)
{
	write_control(device, value);
}

static uint32_t floating_read(void *device, uint16_t port, unsigned size)
{
	return (UINT32_MAX >> (32 - 8 * size)) - DD7;
}

static void floating_write(void *device, uint16_t port, unsigned size, uint32_t value)
{
}

static void claim_empty_channel(struct portbus *ports)
{
	struct port_range range = { .name = "ata, no disk", .read = floating_read, .write = floating_write };

	range.first = range.last = COMMAND_BLOCK;
	range.widths = 1 | 2 | 4;
	portbus_claim(ports, &range);
	range.first = COMMAND_BLOCK + 1;
	range.last = COMMAND_BLOCK + 7;
	range.widths = 1;
	portbus_claim(ports, &range);
	range.first = range.last = CONTROL_BLOCK;
	portbus_claim(ports, &range);
}

static void claim_channel(struct portbus *ports, struct ata *ata)
{
	portbus_claim(ports, &(struct port_range){
		.first = COMMAND_BLOCK, .last = COMMAND_BLOCK, .name = "ata data", .widths = 1 | 2 | 4,
		.read = data_read, .write = data_write,
		.read_string = data_read_string, .write_string = data_write_string, .device = ata,
	});
	portbus_claim(ports, &(struct port_range){
		.first = COMMAND_BLOCK + 1, .last = COMMAND_BLOCK + 7, .name = "ata", .widths = 1,
		.read = register_read, .write = register_write, .device = ata,
	});
	portbus_claim(ports, &(struct port_range){
		.first = CONTROL_BLOCK, .last = CONTROL_BLOCK, .name = "ata control", .widths = 1,
		.read = control_read, .write = control_write, .device = ata,
	});
}

struct ata *ata_create(struct portbus *ports, struct irq_line irq, struct disk *disk, struct vm *vm)
{
	struct ata *ata;

	if (!disk) {
		claim_empty_channel(ports);
		return NULL;
	}
	ata = zalloc(sizeof(*ata));
	ata->irq = irq;
	ata->disk = disk;
	ata->vm = vm;
	ata->geometry = ata_geometry(disk->sectors, 16, 63);
	ata_finish_reset(ata);
	claim_channel(ports, ata);
	return ata;
}

/*
 * An ATA disk as the master of the primary channel, seen through its registers (ATA/ATAPI-6, "I/O registers"): Command Block
 * at 0x1f0 to 0x1f7, Control Block at 0x3f6. 28-bit LBA and PIO only: cylinders and heads are for disks of the last century.
 *
 * Everything that touches the real disk is asynchronous: the command leaves BSY set, and the backend's completion clears it.
 * While BSY is set the guest may write Device Control only; other writes are lost, as the standard allows.
 */
#include "fullvirt/devices.h"
#include "fullvirt/ata_device.h"
#include "fullvirt/portbus.h"
#include "lib/heap.h"
#include "vm/vm.h"

#define COMMAND_BLOCK   0x1f0
#define CONTROL_BLOCK   0x3f6

static bool slave_selected(const struct ata *ata)
{
	return ata->written[DEVICE] & ATA_DEV;
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
	ata_complete(ata);
	ata->error = error;
	ata->status |= ATA_ERR;
}

/* ---- Commands ---- */

static uint32_t sector_count(const struct ata *ata)
{
	return ata->written[SECTOR_COUNT] ? ata->written[SECTOR_COUNT] : 256;
}

static uint32_t address(const struct ata *ata)
{
	uint32_t top = ata->written[DEVICE] & ATA_HEAD;

	return top << 24 | ata->written[LBA_HIGH] << 16 | ata->written[LBA_MID] << 8 | ata->written[LBA_LOW];
}

/* block: 0 if the guest has not yet said how long one is. */
static void transfer(struct ata *ata, enum ata_transfer direction, uint32_t block)
{
	uint32_t lba = address(ata), count = sector_count(ata);

	if (block == 0 || !(ata->written[DEVICE] & ATA_LBA))
		ata_fail(ata, ATA_ABRT);
	else if (lba >= ata->disk->sectors || count > ata->disk->sectors - lba)
		ata_fail(ata, ATA_IDNF);
	else
		ata_begin_transfer(ata, direction, lba, count, block);
}

static void read_sectors(struct ata *ata)
{
	transfer(ata, ATA_TRANSFER_IN, 1);
}

static void write_sectors(struct ata *ata)
{
	transfer(ata, ATA_TRANSFER_OUT, 1);
}

static void read_multiple(struct ata *ata)
{
	transfer(ata, ATA_TRANSFER_IN, ata->multiple);
}

static void write_multiple(struct ata *ata)
{
	transfer(ata, ATA_TRANSFER_OUT, ata->multiple);
}

/* A power of two up to 16, or 0 to disable the multiple commands. Any other count disables them as well, with an error. */
static void set_multiple_mode(struct ata *ata)
{
	unsigned count = ata->written[SECTOR_COUNT];
	bool good = count <= ATA_MULTIPLE_MAX && (count & (count - 1)) == 0;

	ata->multiple = good ? count : 0;
	if (good)
		ata_complete(ata);
	else
		ata_fail(ata, ATA_ABRT);
}

/* "Device signatures for normal output" of a device without the PACKET command. */
static void set_signature(struct ata *ata)
{
	ata->written[SECTOR_COUNT] = ata->written[LBA_LOW] = 1;
	ata->written[LBA_MID] = ata->written[LBA_HIGH] = ata->written[DEVICE] = 0;
	ata->error = ATA_DIAGNOSTIC_PASSED;
}

static void execute_device_diagnostic(struct ata *ata)
{
	set_signature(ata);
	ata_complete(ata);
}

enum { FEATURE_WRITE_CACHE_ON = 0x02, FEATURE_TRANSFER_MODE = 0x03, FEATURE_WRITE_CACHE_OFF = 0x82, PIO_MODES_END = 0x10 };

/* All PIO modes are equally fast here, and there is no cache behind the buffer: these are accepted and change nothing. */
static void set_features(struct ata *ata)
{
	uint8_t feature = ata->written[ERROR_FEATURES];
	bool is_pio = feature == FEATURE_TRANSFER_MODE && ata->written[SECTOR_COUNT] < PIO_MODES_END;

	if (is_pio || feature == FEATURE_WRITE_CACHE_ON || feature == FEATURE_WRITE_CACHE_OFF)
		ata_complete(ata);
	else
		ata_fail(ata, ATA_ABRT);
}

struct command {
	uint8_t opcode;
	void (*execute)(struct ata *ata);
};

static const struct command commands[] = {
	{ 0x20, read_sectors },                 /* READ SECTOR(S) */
	{ 0x30, write_sectors },                /* WRITE SECTOR(S) */
	{ 0x90, execute_device_diagnostic },    /* EXECUTE DEVICE DIAGNOSTIC */
	{ 0x91, ata_complete },                 /* INITIALIZE DEVICE PARAMETERS */
	{ 0xc4, read_multiple },                /* READ MULTIPLE */
	{ 0xc5, write_multiple },               /* WRITE MULTIPLE */
	{ 0xc6, set_multiple_mode },            /* SET MULTIPLE MODE */
	{ 0xe0, ata_complete },                 /* STANDBY IMMEDIATE */
	{ 0xe1, ata_complete },                 /* IDLE IMMEDIATE */
	{ 0xe7, ata_begin_flush },              /* FLUSH CACHE */
	{ 0xec, ata_begin_identify },           /* IDENTIFY DEVICE */
	{ 0xef, set_features },                 /* SET FEATURES */
};

/* Any other command is aborted, as the standard demands, and logged. */
static void execute(struct ata *ata, uint8_t opcode)
{
	for (unsigned i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (commands[i].opcode == opcode) {
			commands[i].execute(ata);
			return;
		}
	}
	vm_log(ata->vm, "ata: command 0x%x is not known, aborted", opcode);
	ata_fail(ata, ATA_ABRT);
}

/* A command for the missing slave has no one to execute it. */
static void write_command(struct ata *ata, uint8_t opcode)
{
	if (slave_selected(ata))
		return;
	ata_abandon_transfer(ata);
	ata->error = 0;
	ata_set_interrupt(ata, false);
	execute(ata, opcode);
}

/* ---- Registers ---- */

/* The reset ends when SRST is clear again and the backend is done with the buffer, whichever comes last. */
void ata_finish_reset(struct ata *ata)
{
	if ((ata->control & ATA_SRST) || ata->in_flight)
		return;
	ata->resetting = false;
	ata->multiple = 0;
	set_signature(ata);
	ata->status = ATA_DRDY | ATA_DSC;
	update_intrq(ata);
}

static void control_write(void *device, uint16_t port, unsigned size, uint32_t value)
{
	struct ata *ata = device;
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

/* Alternate Status. The master answers for a missing slave: its status is 0, which is neither ready nor busy. */
static uint32_t control_read(void *device, uint16_t port, unsigned size)
{
	struct ata *ata = device;

	return slave_selected(ata) ? 0 : ata->status;
}

static uint8_t read_status(struct ata *ata)
{
	if (slave_selected(ata))
		return 0;
	ata_set_interrupt(ata, false);
	return ata->status;
}

static uint32_t register_read(void *device, uint16_t port, unsigned size)
{
	struct ata *ata = device;

	switch (port - COMMAND_BLOCK) {
	case ERROR_FEATURES:
		return ata->error;
	case STATUS_COMMAND:
		return read_status(ata);
	default:
		return ata->written[port % 8];
	}
}

static void register_write(void *device, uint16_t port, unsigned size, uint32_t value)
{
	struct ata *ata = device;

	if (ata->status & ATA_BSY)
		return;
	ata->written[port % 8] = value;
	if (port - COMMAND_BLOCK == DEVICE)
		update_intrq(ata);
	if (port - COMMAND_BLOCK == STATUS_COMMAND)
		write_command(ata, value);
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

void ata_create(struct portbus *ports, struct irq_line irq, struct vm *vm)
{
	struct ata *ata = zalloc(sizeof(*ata));

	ata->irq = irq;
	ata->disk = vm->disk;
	ata->vm = vm;
	ata_finish_reset(ata);
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

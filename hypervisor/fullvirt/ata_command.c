/* The commands of ATA/ATAPI-6 that the disk knows, one row each. Any other is aborted, as the standard demands, and logged. */
#include "fullvirt/ata_device.h"
#include "vm/vm.h"

static uint32_t sector_count(const struct ata *ata)
{
	return ata->sector_count ? ata->sector_count : 256;
}

static uint32_t lba28(const struct ata *ata)
{
	return (uint32_t)(ata->device & ATA_HEAD) << 24 | ata->lba_high << 16 | ata->lba_mid << 8 | ata->lba_low;
}

/* Cylinder, head and sector under the current translation. Sectors count from 1. false: there is no such address. */
static bool chs_to_lba(const struct ata *ata, uint32_t *lba)
{
	const struct ata_geometry *geometry = &ata->geometry;
	uint32_t cylinder = ata->lba_high << 8 | ata->lba_mid, head = ata->device & ATA_HEAD, sector = ata->lba_low;

	if (sector == 0 || sector > geometry->sectors_per_track || head >= geometry->heads || cylinder >= geometry->cylinders)
		return false;
	*lba = (cylinder * geometry->heads + head) * geometry->sectors_per_track + sector - 1;
	return true;
}

/* The address that the guest wrote, if the whole transfer lies on the disk. */
static bool get_address(const struct ata *ata, uint32_t *lba)
{
	if (ata->device & ATA_LBA)
		*lba = lba28(ata);
	else if (!chs_to_lba(ata, lba))
		return false;
	return *lba < ata->disk->sectors && sector_count(ata) <= ata->disk->sectors - *lba;
}

static void transfer(struct ata *ata, enum ata_transfer direction, uint32_t block)
{
	uint32_t lba;

	if (get_address(ata, &lba))
		ata_begin_transfer(ata, direction, lba, sector_count(ata), block);
	else
		ata_fail(ata, ATA_IDNF);
}

static void read_sectors(struct ata *ata)
{
	transfer(ata, ATA_TRANSFER_IN, 1);
}

static void write_sectors(struct ata *ata)
{
	transfer(ata, ATA_TRANSFER_OUT, 1);
}

static void read_verify(struct ata *ata)
{
	transfer(ata, ATA_TRANSFER_VERIFY, 1);
}

static void read_multiple(struct ata *ata)
{
	if (ata->multiple)
		transfer(ata, ATA_TRANSFER_IN, ata->multiple);
	else
		ata_fail(ata, ATA_ABRT);
}

static void write_multiple(struct ata *ata)
{
	if (ata->multiple)
		transfer(ata, ATA_TRANSFER_OUT, ata->multiple);
	else
		ata_fail(ata, ATA_ABRT);
}

/* A power of two up to 16, or 0 to disable the multiple commands. Any other count disables them as well, with an error. */
static void set_multiple_mode(struct ata *ata)
{
	unsigned count = ata->sector_count;
	bool good = count <= ATA_MULTIPLE_MAX && (count & (count - 1)) == 0;

	ata->multiple = good ? count : 0;
	if (good)
		ata_complete(ata);
	else
		ata_fail(ata, ATA_ABRT);
}

static void initialize_device_parameters(struct ata *ata)
{
	if (ata->sector_count == 0) {
		ata_fail(ata, ATA_ABRT);
		return;
	}
	ata->geometry = ata_geometry(ata->disk->sectors, (ata->device & ATA_HEAD) + 1, ata->sector_count);
	ata_complete(ata);
}

static void execute_device_diagnostic(struct ata *ata)
{
	ata_set_signature(ata);
	ata_complete(ata);
}

enum {
	FEATURE_WRITE_CACHE_ON = 0x02, FEATURE_TRANSFER_MODE = 0x03, FEATURE_LOOK_AHEAD_OFF = 0x55, FEATURE_KEEP_DEFAULTS = 0x66,
	FEATURE_WRITE_CACHE_OFF = 0x82, FEATURE_LOOK_AHEAD_ON = 0xaa, FEATURE_RESTORE_DEFAULTS = 0xcc,
};

/* PIO default modes, or PIO flow control mode 0 to 4. All are equally fast here. */
static bool is_pio_mode(uint8_t mode)
{
	return mode <= 0x01 || (mode >= 0x08 && mode <= 0x0c);
}

/* There is no cache behind the buffer and nothing to look ahead: those are accepted and change nothing. */
static void set_features(struct ata *ata)
{
	switch (ata->features) {
	case FEATURE_WRITE_CACHE_ON:
	case FEATURE_WRITE_CACHE_OFF:
	case FEATURE_LOOK_AHEAD_ON:
	case FEATURE_LOOK_AHEAD_OFF:
	case FEATURE_KEEP_DEFAULTS:
	case FEATURE_RESTORE_DEFAULTS:
		ata_complete(ata);
		break;
	case FEATURE_TRANSFER_MODE:
		if (is_pio_mode(ata->sector_count)) {
			ata_complete(ata);
			break;
		}
		/* fall through */
	default:
		ata_fail(ata, ATA_ABRT);
	}
}

/* "FFh: device is in Active mode or Idle mode". It never leaves it. */
static void check_power_mode(struct ata *ata)
{
	ata->sector_count = 0xff;
	ata_complete(ata);
}

struct command {
	uint8_t opcode;
	const char *name;
	void (*execute)(struct ata *ata);
};

static const struct command commands[] = {
	{ 0x10, "RECALIBRATE",                  ata_complete },
	{ 0x20, "READ SECTOR(S)",               read_sectors },
	{ 0x21, "READ SECTOR(S), no retry",     read_sectors },
	{ 0x30, "WRITE SECTOR(S)",              write_sectors },
	{ 0x31, "WRITE SECTOR(S), no retry",    write_sectors },
	{ 0x40, "READ VERIFY SECTOR(S)",        read_verify },
	{ 0x41, "READ VERIFY, no retry",        read_verify },
	{ 0x90, "EXECUTE DEVICE DIAGNOSTIC",    execute_device_diagnostic },
	{ 0x91, "INITIALIZE DEVICE PARAMETERS", initialize_device_parameters },
	{ 0xc4, "READ MULTIPLE",                read_multiple },
	{ 0xc5, "WRITE MULTIPLE",               write_multiple },
	{ 0xc6, "SET MULTIPLE MODE",            set_multiple_mode },
	{ 0xe0, "STANDBY IMMEDIATE",            ata_complete },
	{ 0xe1, "IDLE IMMEDIATE",               ata_complete },
	{ 0xe2, "STANDBY",                      ata_complete },
	{ 0xe3, "IDLE",                         ata_complete },
	{ 0xe5, "CHECK POWER MODE",             check_power_mode },
	{ 0xe6, "SLEEP",                        ata_complete },
	{ 0xe7, "FLUSH CACHE",                  ata_begin_flush },
	{ 0xec, "IDENTIFY DEVICE",              ata_begin_identify },
	{ 0xef, "SET FEATURES",                 set_features },
};

void ata_execute(struct ata *ata, uint8_t opcode)
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

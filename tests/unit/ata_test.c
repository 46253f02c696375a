/* The ATA disk: registers, IDENTIFY, PIO in and out, errors, interrupts, resets, and a guest that moves more than it should. */
#include "fullvirt_fakes.h"
#include "fullvirt/devices.h"
#include "lib/errno.h"

enum {
	DATA = 0x1f0, ERROR = 0x1f1, FEATURES = 0x1f1, COUNT = 0x1f2, LBA_LOW = 0x1f3, LBA_MID = 0x1f4, LBA_HIGH = 0x1f5,
	DEVICE = 0x1f6, STATUS = 0x1f7, COMMAND = 0x1f7, ALTERNATE = 0x3f6, CONTROL = 0x3f6,
};
enum { READY = 0x50, ERR = 0x51, READY_DRQ = 0x58, BSY = 0x80 };
enum { ABRT = 0x04, IDNF = 0x10, UNC = 0x40 };

static struct disk disk = { .first_sector = 100000, .sectors = DISK_SECTORS };

static int setup(void **state)
{
	(void)state;
	fakes_reset();
	for (unsigned i = 0; i < sizeof(disk_image); i++)
		disk_image[i] = i / SECTOR_SIZE * 7 + i;
	vm.disk = &disk;
	ata_create(ports, (struct irq_line){ .set = wire_set }, &vm);
	return 0;
}

static void command(uint8_t opcode, uint32_t lba, uint8_t count)
{
	out8(COUNT, count);
	out8(LBA_LOW, lba);
	out8(LBA_MID, lba >> 8);
	out8(LBA_HIGH, lba >> 16);
	out8(DEVICE, 0x40 | (lba >> 24 & 15));
	out8(COMMAND, opcode);
}

/* What a driver does at each interrupt: nothing pending is an error of the device. */
static uint8_t interrupt(void)
{
	assert_true(wire.level);
	uint8_t status = in8(STATUS);
	assert_false(wire.level);
	return status;
}

static void take_block(void *to, unsigned sectors)
{
	portbus_read_string(ports, DATA, 2, to, sectors * SECTOR_SIZE / 2);
}

static void give_block(const void *from, unsigned sectors)
{
	portbus_write_string(ports, DATA, 2, from, sectors * SECTOR_SIZE / 2);
}

static void after_power_on_the_signature_is_a_disk_s(void **state)
{
	(void)state;
	assert_int_equal(in8(STATUS), READY);
	assert_int_equal(in8(ERROR), 1);
	assert_int_equal(in8(COUNT), 1);
	assert_int_equal(in8(LBA_LOW), 1);
	assert_int_equal(in8(LBA_MID), 0);
	assert_int_equal(in8(LBA_HIGH), 0);
	assert_int_equal(in8(DEVICE), 0);
	assert_false(wire.level);
}

static void each_register_keeps_its_byte(void **state)
{
	static const struct { uint16_t port; uint8_t value; } rows[] = {
		{ COUNT, 0x11 }, { LBA_LOW, 0x22 }, { LBA_MID, 0x33 }, { LBA_HIGH, 0x44 }, { DEVICE, 0xe5 },
	};

	(void)state;
	for (unsigned i = 0; i < LENGTH(rows); i++)
		out8(rows[i].port, rows[i].value);
	for (unsigned i = 0; i < LENGTH(rows); i++)
		assert_int_equal(in8(rows[i].port), rows[i].value);
	out8(FEATURES, 0x77);
	assert_int_equal(in8(ERROR), 1);                /* the same port, another register */
}

static void identify_describes_the_disk(void **state)
{
	uint16_t words[256];
	char model[41] = "";

	(void)state;
	command(0xec, 0, 0);
	assert_int_equal(interrupt(), READY_DRQ);
	take_block(words, 1);
	assert_int_equal(in8(STATUS), READY);
	assert_int_equal(submissions, 0);
	for (unsigned i = 0; i < 20; i++) {
		model[2 * i] = words[27 + i] >> 8;
		model[2 * i + 1] = words[27 + i];
	}
	assert_string_equal(model, "Twinlab virtual disk                    ");
	assert_int_equal(words[60] | words[61] << 16, DISK_SECTORS);
	assert_int_equal(words[1] * words[3] * words[6], DISK_SECTORS / 1008 * 1008);
	assert_int_equal(words[49] & 0x0300, 0x0200);   /* LBA, no DMA */
	assert_int_equal(words[47], 0x8010);
	assert_int_equal(words[59], 0);
	assert_int_equal(words[83] & 0xc400, 0x4000);   /* valid, no LBA48 */
}

static void reading_interrupts_for_each_sector_and_asks_the_backend_for_sixteen(void **state)
{
	uint8_t sector[SECTOR_SIZE];

	(void)state;
	command(0x20, 1000, 20);
	for (unsigned i = 0; i < 20; i++) {
		if (i == 0 || i == 16) {
			assert_int_equal(in8(ALTERNATE), BSY);
			assert_false(wire.level);
			assert_int_equal(submitted->sector, 1000 + i);
			assert_int_equal(submitted->count, i ? 4 : 16);
			disk_complete(0);
		}
		assert_int_equal(interrupt(), READY_DRQ);
		take_block(sector, 1);
		assert_memory_equal(sector, disk_image + (1000 + i) * SECTOR_SIZE, SECTOR_SIZE);
	}
	assert_int_equal(in8(STATUS), READY);
	assert_false(wire.level);                       /* no interrupt after the last block */
	assert_int_equal(submissions, 2);
}

static void writing_interrupts_after_each_sector_and_at_the_end(void **state)
{
	uint8_t sector[SECTOR_SIZE];

	(void)state;
	command(0x30, 2000, 18);
	assert_int_equal(in8(ALTERNATE), READY_DRQ);
	assert_false(wire.level);                       /* the first block comes without one */
	for (unsigned i = 0; i < 18; i++) {
		memset(sector, 0xc0 + i, sizeof(sector));
		give_block(sector, 1);
		if (i == 15 || i == 17) {
			assert_int_equal(in8(ALTERNATE), BSY);
			disk_complete(0);
		}
		assert_int_equal(interrupt(), i == 17 ? READY : READY_DRQ);
	}
	for (unsigned i = 0; i < 18; i++)
		assert_int_equal(disk_image[(2000 + i) * SECTOR_SIZE + 511], 0xc0 + i);
	assert_int_equal(submissions, 2);
}

static void multiple_moves_blocks_under_one_interrupt(void **state)
{
	static uint8_t data[20 * SECTOR_SIZE];

	(void)state;
	command(0xc6, 0, 8);
	assert_int_equal(interrupt(), READY);
	command(0xc4, 500, 20);
	disk_complete(0);
	assert_int_equal(interrupt(), READY_DRQ);
	take_block(data, 8);
	assert_int_equal(interrupt(), READY_DRQ);
	take_block(data + 8 * SECTOR_SIZE, 8);
	disk_complete(0);
	assert_int_equal(interrupt(), READY_DRQ);
	take_block(data + 16 * SECTOR_SIZE, 4);
	assert_int_equal(in8(STATUS), READY);
	assert_memory_equal(data, disk_image + 500 * SECTOR_SIZE, sizeof(data));

	memset(data, 0xee, sizeof(data));
	command(0xc5, 700, 20);
	assert_int_equal(in8(STATUS), READY_DRQ);
	give_block(data, 8);
	assert_int_equal(interrupt(), READY_DRQ);
	give_block(data, 8);
	disk_complete(0);
	assert_int_equal(interrupt(), READY_DRQ);
	give_block(data, 4);
	disk_complete(0);
	assert_int_equal(interrupt(), READY);
	assert_memory_equal(data, disk_image + 700 * SECTOR_SIZE, sizeof(data));
}

static void set_multiple_takes_powers_of_two_up_to_sixteen(void **state)
{
	static const struct { uint8_t count, status; } rows[] = {
		{ 1, READY }, { 2, READY }, { 4, READY }, { 8, READY }, { 16, READY }, { 0, READY },
		{ 3, ERR }, { 15, ERR }, { 32, ERR }, { 128, ERR }, { 255, ERR },
	};
	uint16_t words[256];

	(void)state;
	for (unsigned i = 0; i < LENGTH(rows); i++) {
		bool works = rows[i].status == READY && rows[i].count;

		command(0xc6, 0, rows[i].count);
		assert_int_equal(interrupt(), rows[i].status);
		command(0xec, 0, 0);
		interrupt();
		take_block(words, 1);
		assert_int_equal(words[59], works ? 0x100 | rows[i].count : 0);
		command(0xc4, 0, 1);
		if (works) {
			disk_complete(0);
			assert_int_equal(interrupt(), READY_DRQ);
		} else {
			assert_int_equal(interrupt(), ERR);
			assert_int_equal(in8(ERROR), ABRT);
		}
	}
}

/* Commands that end without data: status, error, and how often the backend was asked. */
static void commands_without_data(void **state)
{
	static const struct {
		const char *what; uint8_t opcode, features, count; uint32_t lba; uint8_t status, error; unsigned asked;
	} rows[] = {
		{ "INITIALIZE DEVICE PARAMETERS", 0x91, 0, 63, 0, READY, 0, 0 },
		{ "STANDBY IMMEDIATE",            0xe0, 0, 0, 0, READY, 0, 0 },
		{ "FLUSH CACHE",                  0xe7, 0, 0, 0, READY, 0, 1 },
		{ "SET FEATURES, write cache",    0xef, 0x02, 0, 0, READY, 0, 0 },
		{ "SET FEATURES, PIO mode 4",     0xef, 0x03, 0x0c, 0, READY, 0, 0 },
		{ "SET FEATURES, UDMA mode 2",    0xef, 0x03, 0x42, 0, ERR, ABRT, 0 },
		{ "SET FEATURES, unknown",        0xef, 0x99, 0, 0, ERR, ABRT, 0 },
		{ "READ beyond the end",          0x20, 0, 1, DISK_SECTORS, ERR, IDNF, 0 },
		{ "READ across the end",          0x20, 0, 0, DISK_SECTORS - 255, ERR, IDNF, 0 },
		{ "WRITE at the last address",    0x30, 0, 1, 0x0fffffff, ERR, IDNF, 0 },
		{ "READ DMA",                     0xc8, 0, 1, 0, ERR, ABRT, 0 },
		{ "IDENTIFY PACKET DEVICE",       0xa1, 0, 0, 0, ERR, ABRT, 0 },
		{ "READ SECTOR(S) EXT",           0x24, 0, 1, 0, ERR, ABRT, 0 },
		{ "NOP",                          0x00, 0, 0, 0, ERR, ABRT, 0 },
	};

	for (unsigned i = 0; i < LENGTH(rows); i++) {
		setup(state);
		out8(FEATURES, rows[i].features);
		command(rows[i].opcode, rows[i].lba, rows[i].count);
		while (submitted)
			disk_complete(0);
		uint8_t status = interrupt(), error = in8(ERROR);
		if (status != rows[i].status || error != rows[i].error || submissions != rows[i].asked)
			fail_msg("%s: status 0x%x error 0x%x, %u requests", rows[i].what, status, error, submissions);
	}
}

static void unknown_commands_are_logged(void **state)
{
	(void)state;
	command(0x00, 0, 0);
	assert_int_equal(log_lines, 1);
	command(0x20, DISK_SECTORS, 1);
	assert_int_equal(log_lines, 1);
}

static void flush_reaches_the_backend(void **state)
{
	(void)state;
	command(0xe7, 0, 0);
	assert_int_equal(in8(STATUS), BSY);
	assert_int_equal(submitted->op, DISK_FLUSH);
	disk_complete(0);
	assert_int_equal(flushes, 1);
	assert_int_equal(interrupt(), READY);
}

static void backend_errors_become_ata_errors(void **state)
{
	static const struct { uint8_t opcode; int status; bool refused; uint8_t error; } rows[] = {
		{ 0x20, -EIO, false, UNC }, { 0xe7, -EIO, false, ABRT }, { 0x20, -EINVAL, true, IDNF },
		{ 0x20, -EIO, true, UNC }, { 0xe7, -EIO, true, ABRT },
	};

	for (unsigned i = 0; i < LENGTH(rows); i++) {
		setup(state);
		disk_refuses = rows[i].refused ? rows[i].status : 0;
		command(rows[i].opcode, 0, 1);
		if (!rows[i].refused)
			disk_complete(rows[i].status);
		assert_int_equal(interrupt(), ERR);
		assert_int_equal(in8(ERROR), rows[i].error);
	}
}

static void a_write_error_ends_the_transfer(void **state)
{
	static uint8_t data[16 * SECTOR_SIZE];

	(void)state;
	command(0x30, 0, 100);
	give_block(data, 16);
	disk_complete(-EIO);
	assert_int_equal(interrupt(), ERR);
	assert_int_equal(in8(ERROR), ABRT);
	give_block(data, 16);
	assert_null(submitted);
	command(0x20, 0, 1);
	assert_int_equal(in8(ERROR), 0);                /* the next command starts clean */
}

static void an_address_of_cylinder_and_head_is_refused(void **state)
{
	(void)state;
	command(0x91, 0, 63);
	assert_int_equal(interrupt(), READY);
	out8(DEVICE, 0xa0);
	out8(COMMAND, 0x20);
	assert_int_equal(interrupt(), ERR);
	assert_int_equal(in8(ERROR), ABRT);
	assert_int_equal(submissions, 0);
}

static void intrq_obeys_nien_status_and_the_selection(void **state)
{
	(void)state;
	out8(CONTROL, 0x02);
	command(0xe0, 0, 0);
	assert_false(wire.level);
	out8(CONTROL, 0x00);
	assert_true(wire.level);                        /* pending all the while */
	in8(ALTERNATE);
	assert_true(wire.level);                        /* Alternate Status does not acknowledge */
	out8(DEVICE, 0x10);
	assert_false(wire.level);                       /* the other device drives the line now, that is nobody */
	assert_int_equal(in8(STATUS), 0);
	out8(DEVICE, 0x00);
	assert_true(wire.level);
	assert_int_equal(in8(STATUS), READY);
	assert_false(wire.level);
	command(0xe0, 0, 0);
	out8(COMMAND, 0x20);                            /* a new command takes the old interrupt back */
	assert_false(wire.level);
}

static void the_missing_slave_is_silent(void **state)
{
	(void)state;
	out8(DEVICE, 0x10);
	assert_int_equal(in8(STATUS), 0);
	assert_int_equal(in8(ALTERNATE), 0);
	out8(COMMAND, 0xec);
	assert_int_equal(in8(STATUS), 0);
	assert_false(wire.level);
	out8(DEVICE, 0x00);
	assert_int_equal(in8(STATUS), READY);
	out8(COMMAND, 0x90);                            /* the diagnostic leaves the signature of a disk */
	assert_int_equal(interrupt(), READY);
	assert_int_equal(in8(ERROR), 1);
	assert_int_equal(in8(COUNT), 1);
}

static void software_reset_restores_the_signature(void **state)
{
	(void)state;
	command(0xc6, 0, 16);
	command(0x30, 0x123456, 9);
	out8(CONTROL, 0x04);
	assert_int_equal(in8(ALTERNATE), BSY);
	assert_false(wire.level);
	out8(COMMAND, 0xec);                            /* not while it resets */
	assert_int_equal(in8(ALTERNATE), BSY);
	out8(CONTROL, 0x00);
	assert_int_equal(in8(STATUS), READY);
	assert_int_equal(in8(COUNT), 1);
	assert_int_equal(in8(LBA_LOW), 1);
	assert_int_equal(in8(LBA_MID), 0);
	assert_int_equal(in8(DEVICE), 0);
	assert_int_equal(in8(ERROR), 1);
	assert_false(wire.level);
	command(0xc4, 0, 1);
	assert_int_equal(in8(ERROR), ABRT);             /* multiple mode is off again */
}

/* The backend still owns the buffer: the reset lasts until it gives it back, and its data goes nowhere. */
static void a_reset_waits_for_the_backend(void **state)
{
	(void)state;
	command(0x20, 0, 1);
	out8(CONTROL, 0x04);
	out8(CONTROL, 0x00);
	assert_int_equal(in8(STATUS), BSY);
	command(0x20, 5, 1);
	assert_int_equal(submissions, 1);
	disk_complete(0);
	assert_int_equal(in8(STATUS), READY);
	assert_false(wire.level);
	assert_int_equal(portbus_read(ports, DATA, 2), 0);

	command(0x20, 0, 1);
	out8(CONTROL, 0x04);
	disk_complete(-EIO);
	assert_int_equal(in8(STATUS), BSY);
	out8(CONTROL, 0x00);
	assert_int_equal(in8(STATUS), READY);
	assert_int_equal(in8(ERROR), 1);
}

static void while_busy_registers_and_commands_are_deaf(void **state)
{
	(void)state;
	command(0x20, 7, 1);
	out8(COUNT, 99);
	out8(COMMAND, 0x30);
	assert_int_equal(submissions, 1);
	disk_complete(0);
	assert_int_equal(in8(COUNT), 1);
	assert_int_equal(in8(STATUS), READY_DRQ);
}

static void a_new_command_abandons_the_old_data(void **state)
{
	(void)state;
	command(0x30, 0, 16);
	give_block(disk_image, 1);
	command(0x20, 3, 1);
	assert_int_equal(submitted->op, DISK_READ);
	disk_complete(0);
	assert_int_equal(portbus_read(ports, DATA, 2), disk_image[3 * SECTOR_SIZE] | disk_image[3 * SECTOR_SIZE + 1] << 8);
}

static void every_data_width_moves_whole_words(void **state)
{
	const uint8_t *bytes = disk_image + 9 * SECTOR_SIZE;

	(void)state;
	command(0x20, 9, 1);
	disk_complete(0);
	assert_int_equal(portbus_read(ports, DATA, 2), bytes[0] | bytes[1] << 8);
	assert_int_equal(portbus_read(ports, DATA, 4), bytes[2] | bytes[3] << 8 | bytes[4] << 16 | (uint32_t)bytes[5] << 24);
	assert_int_equal(portbus_read(ports, DATA, 1), bytes[6]);
	assert_int_equal(portbus_read(ports, DATA, 1), bytes[8]);

	uint32_t words[(SECTOR_SIZE - 10) / 4 + 3];
	portbus_read_string(ports, DATA, 4, words, LENGTH(words));      /* 502 bytes left: a half element, then nothing */
	assert_memory_equal(words, bytes + 10, SECTOR_SIZE - 10);
	assert_int_equal(words[125] >> 16, 0);
	assert_int_equal(words[126], 0);
	assert_int_equal(in8(STATUS), READY);
}

static void reading_too_much_gives_nothing_and_moves_nothing(void **state)
{
	static uint8_t data[64 * SECTOR_SIZE], zeros[64 * SECTOR_SIZE];

	(void)state;
	take_block(data, 64);                           /* with no command at all */
	assert_memory_equal(data, zeros, sizeof(data));
	command(0x20, 0, 2);
	disk_complete(0);
	memset(data, 0xaa, sizeof(data));
	take_block(data, 64);
	assert_memory_equal(data, disk_image, 2 * SECTOR_SIZE);
	assert_memory_equal(data + 2 * SECTOR_SIZE, zeros, 62 * SECTOR_SIZE);
	assert_int_equal(in8(STATUS), READY);
	command(0xec, 0, 0);
	take_block(data, 64);
	assert_memory_equal(data + SECTOR_SIZE, zeros, 63 * SECTOR_SIZE);
}

static void writing_too_much_is_lost(void **state)
{
	static uint8_t data[64 * SECTOR_SIZE], before[SECTOR_SIZE];

	(void)state;
	memcpy(before, disk_image + 2 * SECTOR_SIZE, SECTOR_SIZE);
	memset(data, 0x77, sizeof(data));
	give_block(data, 64);
	command(0x30, 0, 2);
	give_block(data, 64);
	disk_complete(0);
	give_block(data, 64);
	assert_null(submitted);
	assert_memory_equal(disk_image, data, 2 * SECTOR_SIZE);
	assert_memory_equal(disk_image + 2 * SECTOR_SIZE, before, SECTOR_SIZE);
	command(0x20, 0, 1);
	disk_complete(0);
	give_block(data, 64);                           /* the wrong direction */
	assert_int_equal(in8(STATUS), READY_DRQ);
}

static void a_count_of_zero_is_256(void **state)
{
	static uint8_t data[256 * SECTOR_SIZE];

	(void)state;
	command(0x20, 64, 0);
	for (unsigned i = 0; i < 16; i++) {
		disk_complete(0);
		take_block(data + i * 16 * SECTOR_SIZE, 16);
	}
	assert_int_equal(in8(STATUS), READY);
	assert_memory_equal(data, disk_image + 64 * SECTOR_SIZE, sizeof(data));
}

static void any_sequence_of_accesses_stays_in_bounds(void **state)
{
	static uint8_t data[8 * SECTOR_SIZE];
	uint32_t random = 11;

	(void)state;
	for (unsigned i = 0; i < 100000; i++) {
		random = random * 1664525 + 1013904223;
		uint16_t port = 0x1f0 + (random >> 20) % 9;
		unsigned size = 1 << (random >> 24) % 3;

		port = port == 0x1f8 ? CONTROL : port;
		switch (random >> 29) {
		case 0:
			portbus_read(ports, port, size);
			break;
		case 1: case 2:
			portbus_write(ports, port, size, random >> 8);
			break;
		case 3:
			portbus_read_string(ports, DATA, size, data, (random >> 8) % (sizeof(data) / 4));
			break;
		case 4:
			portbus_write_string(ports, DATA, size, data, (random >> 8) % (sizeof(data) / 4));
			break;
		case 5: case 6:
			if (submitted)
				disk_complete(random & 0x700 ? 0 : -EIO);
			break;
		default:
			command(random & 0x100 ? 0x30 : 0xc4, random >> 16 & 0xfff, random >> 8);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(after_power_on_the_signature_is_a_disk_s, setup),
		cmocka_unit_test_setup(each_register_keeps_its_byte, setup),
		cmocka_unit_test_setup(identify_describes_the_disk, setup),
		cmocka_unit_test_setup(reading_interrupts_for_each_sector_and_asks_the_backend_for_sixteen, setup),
		cmocka_unit_test_setup(writing_interrupts_after_each_sector_and_at_the_end, setup),
		cmocka_unit_test_setup(multiple_moves_blocks_under_one_interrupt, setup),
		cmocka_unit_test_setup(set_multiple_takes_powers_of_two_up_to_sixteen, setup),
		cmocka_unit_test_setup(commands_without_data, setup),
		cmocka_unit_test_setup(unknown_commands_are_logged, setup),
		cmocka_unit_test_setup(flush_reaches_the_backend, setup),
		cmocka_unit_test_setup(backend_errors_become_ata_errors, setup),
		cmocka_unit_test_setup(a_write_error_ends_the_transfer, setup),
		cmocka_unit_test_setup(an_address_of_cylinder_and_head_is_refused, setup),
		cmocka_unit_test_setup(intrq_obeys_nien_status_and_the_selection, setup),
		cmocka_unit_test_setup(the_missing_slave_is_silent, setup),
		cmocka_unit_test_setup(software_reset_restores_the_signature, setup),
		cmocka_unit_test_setup(a_reset_waits_for_the_backend, setup),
		cmocka_unit_test_setup(while_busy_registers_and_commands_are_deaf, setup),
		cmocka_unit_test_setup(a_new_command_abandons_the_old_data, setup),
		cmocka_unit_test_setup(every_data_width_moves_whole_words, setup),
		cmocka_unit_test_setup(reading_too_much_gives_nothing_and_moves_nothing, setup),
		cmocka_unit_test_setup(writing_too_much_is_lost, setup),
		cmocka_unit_test_setup(a_count_of_zero_is_256, setup),
		cmocka_unit_test_setup(any_sequence_of_accesses_stays_in_bounds, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#pragma once
/* A machine of three processes, for GDB's protocol. Who includes this defines REQUIRE(condition): what it does when the protocol asks for a
   process that is not there. */
#include <stdio.h>
#include <string.h>
#include "debug/protocol.h"

#define PROCESSES 3
#define MEMORY    0x1000                /* each process has bytes from here */
#define SIZE      0x100                 /* so many */

static uint64_t registers[PROCESSES + 1][REGISTERS];
static uint8_t memory[PROCESSES + 1][SIZE];
static char inserted[200];

static void check_process(unsigned process)
{
	REQUIRE(process >= 1 && process <= PROCESSES);
}

static unsigned processes(void) { return PROCESSES; }

static const char *name(unsigned process)
{
	static const char *const names[] = { "", "hypervisor", "one", "two" };

	check_process(process);
	return names[process];
}

static bool read_register(unsigned process, enum debug_register number, uint64_t *value)
{
	check_process(process);
	if (number >= REGISTERS_IN_G && number < REGISTER_FS_BASE)
		return false;
	*value = registers[process][number];
	return true;
}

static bool write_register(unsigned process, enum debug_register number, uint64_t value)
{
	check_process(process);
	if (number == REGISTER_CS || number > REGISTER_FS_BASE)
		return false;
	registers[process][number] = value;
	return true;
}

static size_t read_memory(unsigned process, uint64_t address, void *to, size_t n)
{
	check_process(process);
	if (address < MEMORY || address >= MEMORY + SIZE)
		return 0;
	if (n > MEMORY + SIZE - address)
		n = MEMORY + SIZE - address;
	memcpy(to, memory[process] + (address - MEMORY), n);
	return n;
}

static bool write_memory(unsigned process, uint64_t address, const void *from, size_t n)
{
	check_process(process);
	if (address < MEMORY || n > SIZE || address > MEMORY + SIZE - n)
		return false;
	memcpy(memory[process] + (address - MEMORY), from, n);
	return true;
}

static bool insert(unsigned process, enum breakpoint_type type, uint64_t address, uint64_t length)
{
	check_process(process);
	snprintf(inserted, sizeof(inserted), "+%u %d %lx %lx", process, (int)type, address, length);
	return type != WATCHPOINT_READ;
}

static bool take_out(unsigned process, enum breakpoint_type type, uint64_t address, uint64_t length)
{
	check_process(process);
	snprintf(inserted, sizeof(inserted), "-%u %d %lx %lx", process, (int)type, address, length);
	return true;
}

static void remove_all(unsigned process)
{
	size_t used = strlen(inserted);

	check_process(process);
	if (used < sizeof(inserted) - 10)
		snprintf(inserted + used, sizeof(inserted) - used, " -%u", process);
}

static void monitor(const char *command, char *answer, size_t size)
{
	snprintf(answer, size, "you said %s", command);
}

static const struct debug_target target = {
	.processes = processes, .name = name, .read_register = read_register, .write_register = write_register,
	.read_memory = read_memory, .write_memory = write_memory, .insert = insert, .remove = take_out, .remove_all = remove_all,
	.monitor = monitor,
};

#pragma once
/* What lies below the device models, for their tests: a clock that the test winds, a console and a disk that it plays, a VM that notes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "backend/clock.h"
#include "backend/console.h"
#include "backend/disk.h"
#include "fullvirt/irq_line.h"
#include "fullvirt/portbus.h"
#include "lib/heap.h"
#include "lib/panic.h"
#include "vm/vm.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* ---- Memory: kept reachable, because device models never free ---- */

static void *allocations[256];
static unsigned allocation_count;

void *zalloc(size_t n)
{
	assert_in_range(allocation_count, 0, LENGTH(allocations) - 1);
	return allocations[allocation_count++] = calloc(1, n);
}

static void free_allocations(void)
{
	while (allocation_count)
		free(allocations[--allocation_count]);
}

/* ---- The hypervisor around the VM ---- */

static unsigned panics, log_lines, power_offs;
static char power_off_reason[80];
static int phase;

void panic(const char *format, ...)
{
	(void)format;
	panics++;
	fail_msg("panic: %s", format);
	abort();
}

void vm_log(struct vm *vm, const char *format, ...)
{
	(void)vm;
	(void)format;
	log_lines++;
}

void vm_power_off(struct vm *vm, const char *how)
{
	(void)vm;
	power_offs++;
	snprintf(power_off_reason, sizeof(power_off_reason), "%s", how);
}

void vm_set_phase(struct vm *vm, uint8_t post_code)
{
	(void)vm;
	phase = post_code;
}

/* ---- Time ---- */

#define MS 1000000ull
#define SECOND 1000000000ull

static uint64_t now_ns;
static uint64_t wall_seconds_at_0;

uint64_t clock_now_ns(void)
{
	return now_ns;
}

uint64_t clock_wall_seconds(void)
{
	return wall_seconds_at_0 + now_ns / SECOND;
}

/* ---- Console ---- */

struct console {
	char output[4096];
	size_t written, capacity;               /* bytes it will ever take, until the test raises it */
	char input[4096];
	size_t typed, taken;
	void (*on_input)(void *context);
	void (*on_room)(void *context);
	void *context;
};

size_t console_write(struct console *console, const char *bytes, size_t n)
{
	size_t room = console->capacity - console->written;

	n = n < room ? n : room;
	memcpy(console->output + console->written, bytes, n);
	console->written += n;
	return n;
}

size_t console_read(struct console *console, char *bytes, size_t n)
{
	size_t left = console->typed - console->taken;

	n = n < left ? n : left;
	memcpy(bytes, console->input + console->taken, n);
	console->taken += n;
	return n;
}

bool console_has_input(const struct console *console)
{
	return console->taken < console->typed;
}

void console_set_listener(struct console *console, void (*input)(void *context), void (*room)(void *context), void *context)
{
	console->on_input = input;
	console->on_room = room;
	console->context = context;
}

static inline void console_type(struct console *console, const char *bytes, size_t n)
{
	memcpy(console->input + console->typed, bytes, n);
	console->typed += n;
	console->on_input(console->context);
}

static inline void console_make_room(struct console *console, size_t n)
{
	console->capacity += n;
	console->on_room(console->context);
}

/* ---- Disk: one request at a time, carried out when the test says so ---- */

#define DISK_SECTORS 4096u

static uint8_t disk_image[DISK_SECTORS * SECTOR_SIZE];
static struct disk_request *submitted;
static unsigned submissions, flushes;
static int disk_refuses;                        /* what disk_submit answers, 0 to take the request */

int disk_submit(struct disk_request *request)
{
	if (disk_refuses)
		return disk_refuses;
	assert_null(submitted);
	submitted = request;
	submissions++;
	return 0;
}

static inline void disk_complete(int status)
{
	struct disk_request *request = submitted;

	assert_non_null(request);
	submitted = NULL;
	if (status == 0 && request->op != DISK_FLUSH) {
		uint8_t *at = disk_image + request->sector * SECTOR_SIZE;
		size_t n = request->count * SECTOR_SIZE;

		assert_true(request->sector + request->count <= DISK_SECTORS);
		memcpy(request->op == DISK_READ ? request->buffer : at, request->op == DISK_READ ? at : request->buffer, n);
	}
	flushes += request->op == DISK_FLUSH;
	request->done(request, status);
}

/* ---- The PC's side ---- */

static struct vm vm;
static struct portbus *ports;

static inline uint8_t in8(uint16_t port)
{
	return portbus_read(ports, port, 1);
}

static inline void out8(uint16_t port, uint8_t value)
{
	portbus_write(ports, port, 1, value);
}

/* An interrupt line that notes what it was told. */
static struct {
	bool level;
	unsigned rises, falls;
} wire;

static inline void wire_set(void *controller, unsigned irq, bool level)
{
	(void)controller;
	(void)irq;
	wire.rises += level && !wire.level;
	wire.falls += !level && wire.level;
	wire.level = level;
}

/* A new VM with an empty bus. */
static inline void fakes_reset(void)
{
	free_allocations();
	memset(&vm, 0, sizeof(vm));
	memset(&wire, 0, sizeof(wire));
	panics = log_lines = power_offs = submissions = flushes = 0;
	power_off_reason[0] = 0;
	phase = -1;
	submitted = NULL;
	disk_refuses = 0;
	now_ns = 0;
	wall_seconds_at_0 = 0;
	ports = portbus_create(&vm);
}

#pragma once
/*
 * What lies around the services, for their tests: a guest with real memory behind a real EPT, a clock that the test winds, and a
 * VM, a console and a disk that note what was asked of them.
 */
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
#include "hw/tsc.h"
#include "lib/errno.h"
#include "lib/heap.h"
#include "memory/pages.h"
#include "paravirt/paravirt.h"
#include "vm/vm.h"
#include "vmx/ept.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define GUEST_BYTES   (2048 * 1024 + 16 * 4096)         /* a large page and some small ones */
#define UNMAPPED      (GUEST_BYTES + 0x5000ull)         /* just past the guest's end */
#define ARENA_PAGES   2400

/* ---- The host's memory ---- */

static uint8_t arena[ARENA_PAGES][4096] __attribute__((aligned(2 << 20)));
static size_t arena_used, pages_freed;
static bool memory_is_full;

uint64_t pages_alloc(size_t count, size_t align)
{
	size_t first = (arena_used + align - 1) / align * align;

	if (memory_is_full || first + count > ARENA_PAGES)
		return 0;
	arena_used = first + count;
	memset(arena[first], 0, count * 4096);
	return (uint64_t)arena[first];
}

uint64_t page_for_guest(void)
{
	return pages_alloc(1, 1);
}

/* A page that was a guest's comes back scrubbed, or the next owner would read it. */
void pages_free(uint64_t address, size_t count)
{
	static const uint8_t zeros[4096];

	assert_int_equal(count, 1);
	if (memcmp((void *)address, zeros, sizeof(zeros)))
		fail_msg("the host got a page that is not scrubbed");
	memset((void *)address, 0xdd, 4096);
	pages_freed++;
}

static void *allocations[16];
static unsigned allocation_count;

void *zalloc(size_t n)
{
	assert_in_range(allocation_count, 0, LENGTH(allocations) - 1);
	return allocations[allocation_count++] = calloc(1, n);
}

/* ---- The hypervisor around the VM ---- */

static char fault[200], log_text[200], power_off[80];
static int phase;

#define NOTE(buffer) do { \
		va_list args; \
		va_start(args, format); \
		vsnprintf(buffer, sizeof(buffer), format, args); \
		va_end(args); \
	} while (0)

void vm_fault(struct vm *vm, const char *format, ...)
{
	if (!fault[0])                  /* as the real one: the first reason is the one that matters */
		NOTE(fault);
	vm->state = VM_FAULTED;
}

void vm_log(struct vm *vm, const char *format, ...)
{
	(void)vm;
	NOTE(log_text);
}

void vm_power_off(struct vm *vm, const char *how)
{
	snprintf(power_off, sizeof(power_off), "%s", how);
	vm->state = VM_OFF;
}

void vm_set_phase(struct vm *vm, uint8_t post_code)
{
	(void)vm;
	phase = post_code;
}

/* ---- Time ---- */

static uint64_t now_ns, wall_seconds;
static struct tsc_scale scale = { .mul = 0x9abcdef1, .shift = -1 };

uint64_t clock_now_ns(void) { return now_ns; }
uint64_t clock_wall_seconds(void) { return wall_seconds; }
uint64_t tsc_at_boot(void) { return 0x123456789abcull; }
struct tsc_scale tsc_to_ns_scale(void) { return scale; }

/* ---- The console ---- */

static struct {
	char output[200 * 1024];
	size_t written, room, input_left;
	const char *input;
	void (*on_input)(void *), (*on_room)(void *);
	void *context;
} terminal;

size_t console_write(struct console *console, const char *bytes, size_t n)
{
	size_t taken = n < terminal.room ? n : terminal.room;

	(void)console;
	memcpy(terminal.output + terminal.written, bytes, taken);
	terminal.written += taken;
	terminal.room -= taken;
	return taken;
}

size_t console_room(const struct console *console)
{
	(void)console;
	return terminal.room;
}

size_t console_read(struct console *console, char *bytes, size_t n)
{
	size_t taken = n < terminal.input_left ? n : terminal.input_left;

	(void)console;
	if (taken == 0)
		return 0;
	memcpy(bytes, terminal.input, taken);
	terminal.input += taken;
	terminal.input_left -= taken;
	return taken;
}

void console_set_listener(struct console *console, void (*input)(void *context), void (*room)(void *context), void *context)
{
	(void)console;
	terminal.on_input = input;
	terminal.on_room = room;
	terminal.context = context;
}

/* ---- The disk: requests wait until the test completes them ---- */

static struct disk disk = { .first_sector = 1000, .sectors = 512 };
static uint8_t platter[512 * SECTOR_SIZE];
static struct disk_request *submitted;
static unsigned submissions;
static int disk_refuses;

int disk_submit(struct disk_request *request)
{
	assert_null(submitted);
	assert_ptr_equal(request->disk, &disk);
	if (disk_refuses)
		return disk_refuses;
	assert_true(request->sector <= disk.sectors && request->count <= disk.sectors - request->sector);
	submitted = request;
	submissions++;
	return 0;
}

static inline void complete(int status)
{
	struct disk_request *request = submitted;
	size_t bytes = (size_t)request->count * SECTOR_SIZE, offset = request->sector * SECTOR_SIZE;

	submitted = NULL;
	if (status == 0 && request->op == DISK_READ)
		memcpy(request->buffer, platter + offset, bytes);
	if (status == 0 && request->op == DISK_WRITE)
		memcpy(platter + offset, request->buffer, bytes);
	request->done(request, status);
}

/* ---- The guest ---- */

static struct vm vm;

static void reset_world(void)
{
	arena_used = pages_freed = 0;
	memory_is_full = false;
	fault[0] = log_text[0] = power_off[0] = '\0';
	phase = -1;
	now_ns = 5000000000;
	wall_seconds = 1700000005;
	memset(&terminal, 0, sizeof(terminal));
	terminal.room = sizeof(terminal.output);
	submitted = NULL;
	submissions = 0;
	disk_refuses = 0;
	for (size_t i = 0; i < sizeof(platter); i++)
		platter[i] = (uint8_t)(i * 7 + i / 512);
}

static int setup_guest(void **state)
{
	(void)state;
	reset_world();
	vm = (struct vm){ .name = "test", .kind = VM_PARAVIRT, .state = VM_RUNNABLE, .disk = &disk };
	vm.memory.ept = ept_create();
	vm.memory.size = GUEST_BYTES;
	if (ept_map(vm.memory.ept, 0, pages_alloc(GUEST_BYTES / 4096, 512), GUEST_BYTES) != 0)
		return -1;
	paravirt_create(&vm);
	return 0;
}

static inline int teardown_guest(void **state)
{
	(void)state;
	while (allocation_count)
		free(allocations[--allocation_count]);
	return 0;
}

#define guest_test(function) cmocka_unit_test_setup_teardown(function, setup_guest, teardown_guest)

/* Calls as the exit path would make them. */
static inline int64_t call(enum pv_hypercall number, uint64_t rbx, uint64_t rcx, uint64_t rdx)
{
	vm.vcpu.regs = (struct vcpu_regs){ .rax = number, .rbx = rbx, .rcx = rcx, .rdx = rdx };
	return hypercall(&vm);
}

static inline void poke(uint64_t gpa, const void *bytes, size_t n)
{
	assert_int_equal(copy_to_guest(&vm.memory, gpa, bytes, n), 0);
}

static inline void peek(uint64_t gpa, void *bytes, size_t n)
{
	assert_int_equal(copy_from_guest(&vm.memory, bytes, gpa, n), 0);
}

static inline uint64_t peek64(uint64_t gpa)
{
	uint64_t value;

	peek(gpa, &value, sizeof(value));
	return value;
}

static inline uint64_t take_events(uint64_t page)
{
	uint64_t zero = 0, pending = peek64(page);

	poke(page, &zero, sizeof(zero));
	return pending;
}

static inline void give_page(uint64_t gpa)
{
	assert_int_equal(call(PV_HC_BALLOON, gpa / 4096, 1, PV_BALLOON_GIVE), 1);
}

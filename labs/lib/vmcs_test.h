#pragma once
/*
 * A lab's test on the host of a source file that reads and writes the VMCS: include this first, then the .c file itself. VMREAD and VMWRITE
 * go to an array, and the CPU's registers answer what the test says. What the file calls besides, the test defines.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "cpu/cpu.h"
#include "hw/tsc.h"
#include "vm/vm.h"
#include "vmx/capabilities.h"
#include "vmx/vmx.h"
#include "host_main.h"

#define VMCS_FIELDS 0x6c18              /* behind the highest encoding */

static uint64_t vmcs_field[VMCS_FIELDS];
static bool vmcs_is_written[VMCS_FIELDS];

static inline uint64_t vmcs_get(enum vmcs_field field)
{
	assert_true(field < VMCS_FIELDS);
	return vmcs_field[field];
}

static inline void vmcs_set(enum vmcs_field field, uint64_t value)
{
	assert_true(field < VMCS_FIELDS);
	vmcs_field[field] = value;
	vmcs_is_written[field] = true;
}

#define vmcs_read(field)               vmcs_get(field)
#define vmcs_read_quick(field)         vmcs_get(field)
#define vmcs_write(field, value)       vmcs_set(field, value)
#define vmcs_write_quick(field, value) vmcs_set(field, value)

/* What stopped the VM: a blank, for instance. */
static char fault[200];

void vm_fault(struct vm *vm, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(fault, sizeof(fault), format, args);
	va_end(args);
	vm->state = VM_FAULTED;
}

static inline void no_fault(void)
{
	if (fault[0])
		fail_msg("stopped: %s", fault);
}

static inline void vmcs_clear(void)
{
	memset(vmcs_field, 0, sizeof(vmcs_field));
	memset(vmcs_is_written, 0, sizeof(vmcs_is_written));
	fault[0] = '\0';
}

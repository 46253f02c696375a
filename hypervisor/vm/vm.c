#include "backend/console.h"
#include "lib/printf.h"
#include "trace/trace.h"
#include "vm/vm.h"
#include "vmx/dump.h"

#define LOG_LIMIT      20               /* lines of vm_log() per VM */
#define LAST_IN_DUMP   10

static void stop(struct vm *vm, enum vm_state state)
{
	vm->state = state;
	run_until = 0;
	console_end_line(vm->console);
	printf("%s: %s\n", vm->name, vm->stop_reason);
}

void vm_power_off(struct vm *vm, const char *how)
{
	if (!vm_is_alive(vm))
		return;
	snprintf(vm->stop_reason, sizeof(vm->stop_reason), "powered off (%s)", how);
	stop(vm, VM_OFF);
}

void vm_fault(struct vm *vm, const char *format, ...)
{
	va_list args;

	if (!vm_is_alive(vm))           /* the first reason is the one that matters */
		return;
	va_start(args, format);
	vsnprintf(vm->stop_reason, sizeof(vm->stop_reason), format, args);
	va_end(args);
	stop(vm, VM_FAULTED);
	dump_vcpu(vm);
	trace_print_last(vm, LAST_IN_DUMP);
}

void vm_log(struct vm *vm, const char *format, ...)
{
	va_list args;
	char line[200];

	if (vm->log_lines++ >= LOG_LIMIT)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	printf("%s: %s\n", vm->name, line);
	if (vm->log_lines == LOG_LIMIT)
		printf("%s: more such lines are only counted\n", vm->name);
}

#include <stdarg.h>
#include <stdbool.h>
#include "hw/power.h"
#include "hw/serial.h"
#include "lib/log.h"
#include "lib/panic.h"
#include "lib/printf.h"
#include "trace/trace.h"
#include "vm/vm.h"
#include "vmx/dump.h"
#include "vmx/setup.h"

#define LAST_IN_PANIC 10

void panic(const char *format, ...)
{
	static bool panicking;
	struct vm *vm = panicking ? NULL : setup_current_vm();
	va_list args;

	panicking = true;               /* a dump that fails in turn must not come back here for another */
	printf("\nhypervisor panic: ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	if (vm) {
		printf("%s was the last VM to run:\n", vm->name);
		dump_vcpu(vm);
		trace_print_last(vm, LAST_IN_PANIC);
	}
	if (log_port())
		serial_flush(log_port());
	machine_power_off();
}

#include "cpu/cpu.h"
#include "exit/exit.h"
#include "hw/tsc.h"
#include "lib/printf.h"
#include "memory/memory.h"
#include "memory/pages.h"
#include "trace/nonce.h"
#include "trace/trace.h"
#include "vm/scheduler.h"
#include "vm/vm.h"
#include "vm/vms.h"

#define LAST_IN_REPORT 8

static const char *state_name(enum vm_state state)
{
	static const char *const names[] = {
		[VM_RUNNABLE] = "runnable", [VM_BLOCKED] = "blocked", [VM_OFF] = "off", [VM_FAULTED] = "faulted",
	};

	return names[state];
}

static void report_phase(const struct vm *vm, unsigned slot)
{
	const struct phase_counters *phase = &vm->trace->phases[slot];
	unsigned code = vm->trace->codes[slot];
	uint64_t hypervisor_ticks = 0;

	for (unsigned reason = 0; reason < EXIT_REASONS; reason++)
		hypervisor_ticks += phase->reasons[reason].ticks;
	printf("@guest vm=%u phase=0x%02x ticks=%lu\n", vm->id, code, phase->cpu_ticks - hypervisor_ticks);
	for (unsigned reason = 0; reason < EXIT_REASONS; reason++)
		if (phase->reasons[reason].exits)
			printf("@count vm=%u phase=0x%02x exit=%s n=%lu ticks=%lu\n", vm->id, code, exit_name(reason),
				phase->reasons[reason].exits, phase->reasons[reason].ticks);
}

static void report_last(const struct vm *vm)
{
	uint64_t exits = trace_exits(vm);
	unsigned count = exits < LAST_IN_REPORT ? exits : LAST_IN_REPORT;

	while (count--) {
		const struct exit_record *record = trace_last(vm, count);
		bool qualified = exit_is_qualified(record->reason);

		printf("@last vm=%u seq=%lu exit=%s qual=0x%lx rip=0x%lx ticks=%lu\n", vm->id, exits - count, exit_name(record->reason),
			qualified ? record->qualification : 0, record->rip, record->tsc - tsc_at_boot());
	}
}

static void report_vm(const struct vm *vm)
{
	printf("@vm id=%u name=%s kind=%s state=%s run_ns=%lu wait_ns=%lu sleep_ns=%lu reason=\"%s\"\n", vm->id, vm->name,
		vm_kind_names[vm->kind], state_name(vm->state), vm->run_ns, vm->wait_ns, vm->sleep_ns,
		vm->stop_reason);
	for (unsigned slot = 0; slot < vm->trace->phase_count; slot++)
		report_phase(vm, slot);
	report_last(vm);
}

/* What the hypervisor takes beside its guests: image, tables, buffers. */
static uint64_t own_bytes(void)
{
	uint64_t bytes = memory_image_bytes() + pages_in_use() * PAGE_SIZE;

	for (unsigned i = 0; i < vm_count; i++)
		bytes -= vms[i]->memory.size - vms[i]->memory.ballooned;
	return bytes;
}

void report_print(void)
{
	char nonce[NONCE_LENGTH + 1];

	nonce_read(nonce);
	printf("@twinlab report=1 nonce=%s\n", nonce);
	printf("@machine tsc_hz=%lu ticks=%lu idle_ticks=%lu memory_bytes=%lu image_bytes=%lu\n", tsc_hz(), rdtsc() - tsc_at_boot(),
		scheduler_idle_ticks(), own_bytes(), memory_image_bytes());
	for (unsigned i = 0; i < vm_count; i++)
		report_vm(vms[i]);
	printf("@end nonce=%s\n", nonce);
}

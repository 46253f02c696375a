#include <inttypes.h>
#include "run.h"

static uint64_t count_exits(const struct run *run)
{
	uint64_t exits = 0;

	for (uint64_t i = 0; i < run->log.header.records; i++)
		exits += run->log.records[i].kind == TRACE_LOG_EXIT;
	return exits;
}

static void write_head(const struct run *run, FILE *file)
{
	fprintf(file, "# Every exit of this run, in the order in which they came: %" PRIu64 ", of %" PRIu32 " VMs.\n",
		count_exits(run), run->log.header.vm_count);
	if (run->log.header.lost)
		fprintf(file, "# THE END IS MISSING: the log was full, %" PRIu64 " later exits and events are not in it.\n",
			run->log.header.lost);
	fprintf(file, "# time: microseconds since the machine started. number: the VM's own count, as the report's seq=.\n"
		"# ticks: of the time-stamp counter (%" PRIu64 " Hz), from the exit to the end of its handling.\n"
		"# where: function of the guest's kernel, or a user program's address.\n"
		"# what: ← the guest wrote, → it read, ⇒ it was sent.\n#\n",
		run->log.header.tsc_hz);
	fprintf(file, "#%13s  %-12s %7s  %-19s %8s  %-36s %s\n", "time", "vm", "number", "exit", "ticks", "where", "what");
}

void table_write(const struct run *run, FILE *file)
{
	uint64_t numbers[TRACE_LOG_VMS] = { 0 };

	write_head(run, file);
	for (uint64_t i = 0; i < run->log.header.records; i++) {
		const struct trace_log_record *record = &run->log.records[i];
		uint64_t ns = run_ns(run, record->start);
		char place[80];

		if (record->kind != TRACE_LOG_EXIT)
			continue;
		run_place(run, record, place, sizeof(place));
		fprintf(file, "%10" PRIu64 ".%03u  %-12s %7" PRIu64 "  %-19s %8" PRIu64 "  %-36s %s\n",
			ns / 1000, (unsigned)(ns % 1000), run_vm_name(run, record->vm), ++numbers[record->vm],
			run_reason(run, record->reason), record->end - record->start, place, run->what[i]);
	}
}

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "decode.h"
#include "run.h"
#include "vmx/vmcs.h"

#define WHAT_MAX 160

int run_decode(struct run *run)
{
	struct decoder decoders[TRACE_LOG_VMS] = { 0 };
	uint64_t count = run->log.header.records;

	run->what = calloc(count + 1, sizeof(*run->what));
	if (!run->what)
		return -1;
	for (unsigned vm = 0; vm < run->log.header.vm_count; vm++)
		decoders[vm].paravirt = run->log.header.vms[vm].kind != TRACE_LOG_UNMODIFIED;
	for (uint64_t i = 0; i < count; i++) {
		const struct trace_log_record *record = &run->log.records[i];
		char text[WHAT_MAX] = "";

		if (record->kind == TRACE_LOG_EXIT)
			decode_exit(&decoders[record->vm], record, text, sizeof(text));
		run->what[i] = strdup(text);
		if (!run->what[i])
			return -1;
	}
	return 0;
}

void run_free(struct run *run)
{
	for (uint64_t i = 0; run->what && i < run->log.header.records; i++)
		free(run->what[i]);
	free(run->what);
	for (unsigned vm = 0; vm < TRACE_LOG_VMS; vm++)
		symbols_free(&run->symbols[vm]);
	trace_log_free(&run->log);
}

uint64_t run_ns(const struct run *run, uint64_t tsc)
{
	return (unsigned __int128)(tsc - run->log.header.boot) * 1000000000 / run->log.header.tsc_hz;
}

const char *run_vm_name(const struct run *run, unsigned vm)
{
	return run->log.header.vms[vm].name;
}

const char *run_reason(const struct run *run, unsigned reason)
{
	return reason < TRACE_LOG_REASONS ? run->log.header.reasons[reason] : "UNKNOWN";
}

int run_is_hosts_own(const struct trace_log_record *exit)
{
	return exit->reason == EXIT_EXTERNAL_INTERRUPT || exit->reason == EXIT_PREEMPTION_TIMER;
}

void run_place(const struct run *run, const struct trace_log_record *exit, char *text, size_t size)
{
	const struct symbols *symbols = &run->symbols[exit->vm];
	const struct symbol *symbol = symbols_find(symbols, exit->rip);

	if (symbol)
		snprintf(text, size, "%s+0x%" PRIx64, symbol->name, exit->rip - symbol->address);
	else
		snprintf(text, size, symbols->count ? "user 0x%" PRIx64 : "0x%" PRIx64, exit->rip);
}

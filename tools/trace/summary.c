#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "run.h"

#define KEYS_MAX 512                    /* more different ones are counted as "others" */
#define SHOWN    6

/* How often, and how many ticks in all, by a word. */
struct tally {
	struct entry {
		const char *key;
		uint64_t exits, ticks;
	} entries[KEYS_MAX];
	unsigned count;
};

static struct entry *find(struct tally *tally, const char *key)
{
	for (unsigned i = 0; i < tally->count; i++)
		if (!strcmp(tally->entries[i].key, key))
			return &tally->entries[i];
	if (tally->count == KEYS_MAX - 1)
		key = "others";
	if (tally->count == KEYS_MAX)
		return &tally->entries[KEYS_MAX - 1];
	tally->entries[tally->count] = (struct entry){ .key = key };
	return &tally->entries[tally->count++];
}

static void count(struct tally *tally, const char *key, uint64_t ticks)
{
	struct entry *entry = find(tally, key);

	entry->exits++;
	entry->ticks += ticks;
}

static int by_exits(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->exits != y->exits)
		return x->exits < y->exits ? 1 : -1;
	return strcmp(x->key, y->key);
}

static void write_tally(struct tally *tally, const char *title, FILE *file)
{
	unsigned shown = tally->count < SHOWN ? tally->count : SHOWN;

	qsort(tally->entries, tally->count, sizeof(tally->entries[0]), by_exits);
	fprintf(file, "  %-30s %8s %12s\n", title, "exits", "ticks");
	for (unsigned i = 0; i < shown; i++)
		fprintf(file, "    %-28s %8" PRIu64 " %12" PRIu64 "\n", tally->entries[i].key, tally->entries[i].exits,
			tally->entries[i].ticks);
	if (shown < tally->count)
		fprintf(file, "    and %u more\n", tally->count - shown);
}

static void count_exit(const struct run *run, const struct trace_log_record *exit, struct tally *reasons, struct tally *places)
{
	const struct symbol *symbol = symbols_find(&run->symbols[exit->vm], exit->rip);
	uint64_t ticks = exit->end - exit->start;

	count(reasons, run_reason(run, exit->reason), ticks);
	if (!run_is_hosts_own(exit))
		count(places, symbol ? symbol->name : "user programs", ticks);
}

static void write_vm(const struct run *run, unsigned vm, FILE *file)
{
	static struct tally reasons, places;
	uint64_t exits = 0;

	reasons.count = places.count = 0;
	for (uint64_t i = 0; i < run->log.header.records; i++) {
		const struct trace_log_record *record = &run->log.records[i];

		if (record->kind != TRACE_LOG_EXIT || record->vm != vm)
			continue;
		count_exit(run, record, &reasons, &places);
		exits++;
	}
	fprintf(file, "%s: %" PRIu64 " exits\n", run_vm_name(run, vm), exits);
	write_tally(&reasons, "reason", file);
	if (run->symbols[vm].count)
		write_tally(&places, "where, of those it caused", file);
}

void summary_write(const struct run *run, FILE *file)
{
	for (unsigned vm = 0; vm < run->log.header.vm_count; vm++)
		write_vm(run, vm, file);
	if (run->log.header.lost)
		fprintf(file, "The log was full: %" PRIu64 " later exits and events are not in it.\n", run->log.header.lost);
}

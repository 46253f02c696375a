/*
 * The run as "complete events" of the Trace Event Format (a JSON that Perfetto and chrome://tracing open). One track for the
 * hypervisor: whose turn it is, its sleep, the machine's interrupts. One for each VM: the phases of its work, in them the
 * stretches in the guest and the exits, and the moments at which it is sent an interrupt.
 */
#include <inttypes.h>
#include "decode.h"
#include "run.h"
#include "vmx/vmcs.h"

#define HYPERVISOR_TRACK 0
#define TRACK(vm) ((vm) + 1)

/* A slice ends so many ns early. Readers of the file compute in floating point and cut off, and they drop what then seems to reach into its
   neighbour, or out of the slice that holds it. */
enum gap { OUTER = 2, INNER = 4 };

/* Where one VM's track has come to. */
struct track {
	uint64_t cursor;                /* drawn up to here */
	uint64_t turn_end;
	uint64_t phase_since;
	unsigned phase;
	uint64_t exits;
};

struct timeline {
	const struct run *run;
	FILE *file;
	int started;                    /* the next event needs a comma before it */
	struct track tracks[TRACE_LOG_VMS];
};

static void write_string(FILE *file, const char *text)
{
	fputc('"', file);
	for (; *text; text++)
		if ((unsigned char)*text < 0x20)
			fprintf(file, "\\u%04x", *text);
		else
			fprintf(file, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
	fputc('"', file);
}

static void begin_event(struct timeline *timeline)
{
	fputs(timeline->started ? ",\n" : "\n", timeline->file);
	timeline->started = 1;
}

static void write_us(FILE *file, const char *key, uint64_t ns)
{
	fprintf(file, ",\"%s\":%" PRIu64 ".%03u", key, ns / 1000, (unsigned)(ns % 1000));
}

/* Without its closing brace, so that arguments can follow. */
static void begin_slice(struct timeline *timeline, unsigned track, enum gap gap, const char *category, const char *name,
	uint64_t start, uint64_t end)
{
	uint64_t ns = run_ns(timeline->run, start), duration = run_ns(timeline->run, end) - ns;

	begin_event(timeline);
	fprintf(timeline->file, "{\"ph\":\"X\",\"pid\":1,\"tid\":%u,\"cat\":\"%s\",\"name\":", track, category);
	write_string(timeline->file, name);
	write_us(timeline->file, "ts", ns);
	write_us(timeline->file, "dur", duration > gap ? duration - gap : duration);
}

static void slice(struct timeline *timeline, unsigned track, enum gap gap, const char *category, const char *name, uint64_t start,
	uint64_t end)
{
	begin_slice(timeline, track, gap, category, name, start, end);
	fputc('}', timeline->file);
}

static void name_track(struct timeline *timeline, unsigned track, const char *name)
{
	begin_event(timeline);
	fprintf(timeline->file, "{\"ph\":\"M\",\"pid\":1,\"tid\":%u,\"name\":\"thread_name\",\"args\":{\"name\":", track);
	write_string(timeline->file, name);
	fputs("}},\n", timeline->file);
	fprintf(timeline->file,
		"{\"ph\":\"M\",\"pid\":1,\"tid\":%u,\"name\":\"thread_sort_index\",\"args\":{\"sort_index\":%u}}", track, track);
}

static void name_tracks(struct timeline *timeline)
{
	begin_event(timeline);
	fputs("{\"ph\":\"M\",\"pid\":1,\"tid\":0,\"name\":\"process_name\",\"args\":{\"name\":\"Twinlab\"}}", timeline->file);
	name_track(timeline, HYPERVISOR_TRACK, "hypervisor");
	for (unsigned vm = 0; vm < timeline->run->log.header.vm_count; vm++)
		name_track(timeline, TRACK(vm), run_vm_name(timeline->run, vm));
}

/* The POST codes of guest-unmodified/kernel/machine.h. */
static void phase_slice(struct timeline *timeline, unsigned vm, uint64_t end)
{
	static const char *const names[] = { "boot", "console", "disk", "clock", "timer", "idle", "computation", "shell" };
	const struct track *track = &timeline->tracks[vm];
	char name[24];

	if (track->phase == 0)
		snprintf(name, sizeof(name), "phase: none");
	else if (track->phase >= 0x10 && track->phase < 0x18)
		snprintf(name, sizeof(name), "phase: %s", names[track->phase - 0x10]);
	else
		snprintf(name, sizeof(name), "phase 0x%02x", track->phase);
	slice(timeline, TRACK(vm), OUTER, "phase", name, track->phase_since, end);
}

/* Drawn first: of two slices that begin together, the one that comes first in the file holds the other. */
static void draw_phases(struct timeline *timeline)
{
	const struct trace_log *log = &timeline->run->log;

	for (uint64_t i = 0; i < log->header.records; i++) {
		const struct trace_log_record *record = &log->records[i];
		struct track *track = &timeline->tracks[record->vm % TRACE_LOG_VMS];

		if (record->kind != TRACE_LOG_EXIT && record->kind != TRACE_LOG_TURN)
			continue;
		if (!track->phase_since)
			track->phase_since = record->start;
		if (record->end > track->cursor)
			track->cursor = record->end;
		if (record->kind == TRACE_LOG_EXIT && record->phase != track->phase) {
			phase_slice(timeline, record->vm, record->end);
			track->phase = record->phase;
			track->phase_since = record->end;
		}
	}
	for (unsigned vm = 0; vm < log->header.vm_count; vm++)
		if (timeline->tracks[vm].cursor > timeline->tracks[vm].phase_since)
			phase_slice(timeline, vm, timeline->tracks[vm].cursor);
}

static void draw_interrupt(struct timeline *timeline, const struct trace_log_record *record)
{
	char name[40];

	decode_vector(record->interruption & 0xff, name, sizeof(name));
	slice(timeline, HYPERVISOR_TRACK, INNER, "interrupt", name, record->start, record->end);
}

static void draw_delivery(struct timeline *timeline, const struct trace_log_record *record)
{
	begin_event(timeline);
	fprintf(timeline->file,
		"{\"ph\":\"i\",\"s\":\"t\",\"pid\":1,\"tid\":%u,\"cat\":\"delivery\",\"name\":\"interrupt 0x%02x\"",
		TRACK(record->vm), record->interruption & 0xff);
	write_us(timeline->file, "ts", run_ns(timeline->run, record->start));
	fputc('}', timeline->file);
}

static void draw_turn(struct timeline *timeline, const struct trace_log_record *record)
{
	struct track *track = &timeline->tracks[record->vm];

	slice(timeline, HYPERVISOR_TRACK, OUTER, "turn", run_vm_name(timeline->run, record->vm), record->start, record->end);
	track->cursor = record->start;
	track->turn_end = record->end;
}

/* The guest ran since its turn began, or since its last exit. A turn that a full log has lost begins with its first exit. */
static void draw_guest(struct timeline *timeline, const struct trace_log_record *exit)
{
	struct track *track = &timeline->tracks[exit->vm];

	if (exit->start > track->turn_end) {
		track->cursor = exit->start;
		track->turn_end = UINT64_MAX;
	}
	if (exit->start > track->cursor)
		slice(timeline, TRACK(exit->vm), INNER, "guest", "guest", track->cursor, exit->start);
	track->cursor = exit->end;
}

static void draw_exit(struct timeline *timeline, uint64_t index)
{
	const struct run *run = timeline->run;
	const struct trace_log_record *exit = &run->log.records[index];
	char place[80];

	draw_guest(timeline, exit);
	run_place(run, exit, place, sizeof(place));
	begin_slice(timeline, TRACK(exit->vm), INNER, "exit", run_reason(run, exit->reason), exit->start, exit->end);
	fprintf(timeline->file, ",\"args\":{\"number\":%" PRIu64 ",\"ticks\":%" PRIu64 ",\"rip\":\"0x%" PRIx64 "\",\"where\":",
		++timeline->tracks[exit->vm].exits, exit->end - exit->start, exit->rip);
	write_string(timeline->file, place);
	fputs(",\"what\":", timeline->file);
	write_string(timeline->file, run->what[index]);
	fprintf(timeline->file, ",\"qualification\":\"0x%" PRIx64 "\"}}", exit->qualification);
	if (exit->reason == EXIT_EXTERNAL_INTERRUPT)
		draw_interrupt(timeline, exit);
}

static void draw(struct timeline *timeline, uint64_t index)
{
	const struct trace_log_record *record = &timeline->run->log.records[index];

	switch (record->kind) {
	case TRACE_LOG_EXIT: draw_exit(timeline, index); break;
	case TRACE_LOG_TURN: draw_turn(timeline, record); break;
	case TRACE_LOG_IDLE: slice(timeline, HYPERVISOR_TRACK, OUTER, "idle", "idle", record->start, record->end); break;
	case TRACE_LOG_INTERRUPT: draw_interrupt(timeline, record); break;
	case TRACE_LOG_DELIVERY: draw_delivery(timeline, record); break;
	}
}

void timeline_write(const struct run *run, FILE *file)
{
	struct timeline timeline = { .run = run, .file = file };

	fprintf(file,
		"{\"displayTimeUnit\":\"ns\",\"otherData\":{\"tsc_hz\":\"%" PRIu64 "\",\"lost\":\"%" PRIu64 "\"},"
		"\"traceEvents\":[",
		run->log.header.tsc_hz, run->log.header.lost);
	name_tracks(&timeline);
	draw_phases(&timeline);
	for (unsigned vm = 0; vm < TRACE_LOG_VMS; vm++)
		timeline.tracks[vm].cursor = 0;
	for (uint64_t i = 0; i < run->log.header.records; i++)
		draw(&timeline, i);
	fputs("\n]}\n", file);
}

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "image.h"

#define SECTOR          512
#define MBR_ENTRIES     446
#define MBR_ENTRY_BYTES 16

static uint32_t little_endian_32(const uint8_t *bytes)
{
	return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static const char *find_partition(FILE *file, unsigned number, uint64_t *offset, uint64_t *bytes)
{
	uint8_t mbr[SECTOR];

	if (fread(mbr, sizeof(mbr), 1, file) != 1 || mbr[510] != 0x55 || mbr[511] != 0xaa)
		return "the disk image has no partition table";

	const uint8_t *entry = mbr + MBR_ENTRIES + (number - 1) * MBR_ENTRY_BYTES;

	*offset = (uint64_t)little_endian_32(entry + 8) * SECTOR;
	*bytes = (uint64_t)little_endian_32(entry + 12) * SECTOR;
	return *bytes ? NULL : "the disk image has no partition for a log (an old one? delete it)";
}

static void end_names(struct trace_log_header *header)
{
	for (unsigned i = 0; i < TRACE_LOG_VMS; i++)
		header->vms[i].name[sizeof(header->vms[i].name) - 1] = '\0';
	for (unsigned i = 0; i < TRACE_LOG_REASONS; i++)
		header->reasons[i][sizeof(header->reasons[i]) - 1] = '\0';
}

const char *trace_log_check_header(struct trace_log_header *header, uint64_t partition_bytes, const char *nonce)
{
	if (memcmp(header->magic, TRACE_LOG_MAGIC, sizeof(header->magic)))
		return "there is no log in its partition: the run was not traced, or did not come to its end";
	if (strlen(nonce) != sizeof(header->nonce) || memcmp(header->nonce, nonce, sizeof(header->nonce)))
		return "the log is another run's: its nonce is not this run's";
	if (header->record_bytes != sizeof(struct trace_log_record) || header->vm_count > TRACE_LOG_VMS || header->tsc_hz == 0)
		return "the log is of another version";
	if (partition_bytes < TRACE_LOG_HEADER_BYTES ||
			header->records > (partition_bytes - TRACE_LOG_HEADER_BYTES) / sizeof(struct trace_log_record))
		return "the log is damaged: it says that it holds more than its partition can";
	end_names(header);
	return NULL;
}

static int needs_vm(const struct trace_log_record *record)
{
	return record->kind == TRACE_LOG_EXIT || record->kind == TRACE_LOG_TURN || record->kind == TRACE_LOG_DELIVERY;
}

const char *trace_log_check_records(const struct trace_log *log)
{
	for (uint64_t i = 0; i < log->header.records; i++) {
		const struct trace_log_record *record = &log->records[i];

		if (record->kind >= TRACE_LOG_KINDS || (needs_vm(record) && record->vm >= log->header.vm_count) ||
				record->start > record->end || record->start < log->header.boot)
			return "the log is damaged: a record of it cannot be";
	}
	return NULL;
}

/* By their starts; of two that start together the longer one first, because it holds the other. */
static int by_start(const void *a, const void *b)
{
	const struct trace_log_record *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->end == y->end ? 0 : x->end > y->end ? -1 : 1;
}

void trace_log_sort(struct trace_log *log)
{
	if (log->header.records)
		qsort(log->records, log->header.records, sizeof(*log->records), by_start);
}

static const char *read_records(struct trace_log *log, FILE *file, uint64_t offset)
{
	size_t count = log->header.records;

	if (!count)
		return NULL;
	log->records = calloc(count, sizeof(*log->records));
	if (!log->records)
		return "there is too little memory for the log";
	if (fseek(file, offset + TRACE_LOG_HEADER_BYTES, SEEK_SET) ||
			fread(log->records, sizeof(*log->records), count, file) != count)
		return "the disk image ends within the log";
	return trace_log_check_records(log);
}

static const char *read_file(struct trace_log *log, FILE *file, unsigned partition, const char *nonce)
{
	uint64_t offset, bytes;
	const char *problem = find_partition(file, partition, &offset, &bytes);

	if (problem)
		return problem;
	if (fseek(file, offset, SEEK_SET) || fread(&log->header, sizeof(log->header), 1, file) != 1)
		return "the disk image ends before the log";
	problem = trace_log_check_header(&log->header, bytes, nonce);
	return problem ? problem : read_records(log, file, offset);
}

const char *trace_log_read(struct trace_log *log, const char *image, unsigned partition, const char *nonce)
{
	FILE *file = fopen(image, "rb");

	*log = (struct trace_log){ 0 };
	if (!file)
		return "the disk image cannot be read";

	const char *problem = read_file(log, file, partition, nonce);

	fclose(file);
	if (problem)
		trace_log_free(log);
	else
		trace_log_sort(log);
	return problem;
}

void trace_log_free(struct trace_log *log)
{
	free(log->records);
	log->records = NULL;
}

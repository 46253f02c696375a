#pragma once
/* The log of a traced run, read from the image of the run's disk. Nothing in the file is trusted. */
#include <stddef.h>
#include "trace/log_format.h"

struct trace_log {
	struct trace_log_header header;         /* names end with a zero */
	struct trace_log_record *records;       /* header.records of them, in the order in which they began; NULL for none */
};

/* Read the log from that MBR partition (1 to 4). NULL, or one sentence why not. nonce: the run's, 32 digits. */
const char *trace_log_read(struct trace_log *log, const char *image, unsigned partition, const char *nonce);
void trace_log_free(struct trace_log *log);

/* The parts of it that the unit test calls: one sentence for what is wrong, or NULL. */
const char *trace_log_check_header(struct trace_log_header *header, uint64_t partition_bytes, const char *nonce);
const char *trace_log_check_records(const struct trace_log *log);
void trace_log_sort(struct trace_log *log);

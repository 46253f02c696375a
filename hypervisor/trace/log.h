#pragma once
/*
 * The log of a traced run (boot word trace=PARTITION): every exit with what the guest asked and got, every turn of a VM, every
 * sleep, every interrupt. It is kept in memory and written to a partition of the real disk at the end of the run, as log_format.h
 * says; tools/trace reads it.
 *
 * Without the word nothing here is on the path of an exit: enter.asm calls exit_handler, which then is handle_exit itself.
 */
#include <stdint.h>
#include "trace/log_format.h"

struct vm;

/* Log from now on; the partition's size is the log's. Without such a partition, or memory for it, a line says so and nothing is
   logged. */
void trace_log_open(unsigned partition);

/* A turn, a sleep or an interrupt is over. vm: NULL if it is no VM's. */
void trace_log_event(enum trace_log_kind kind, const struct vm *vm, uint64_t start, uint64_t end, uint32_t interruption);

/* An interrupt goes into the guest with its next entry. */
void trace_log_delivery(const struct vm *vm, uint8_t vector);

/* The run is over: write the log to its partition. */
void trace_log_write(void);

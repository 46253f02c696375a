#pragma once
/*
 * The log of a traced run as it lies on the disk, at the start of its partition: a page of header, then the records, in the
 * order in which they ended. Little-endian, times are the time-stamp counter's. The header brings the names, so that a reader
 * needs no list of its own.
 */
#include <stdint.h>

#define TRACE_LOG_MAGIC        "TwinLog1"
#define TRACE_LOG_HEADER_BYTES 4096
#define TRACE_LOG_VMS          16
#define TRACE_LOG_REASONS      66       /* those that the SDM defines so far have a name here */
#define TRACE_LOG_NO_VM        0xff
#define TRACE_LOG_UNMODIFIED   0
#define TRACE_LOG_PARAVIRT     1
#define TRACE_LOG_ENLIGHTENED  2

enum trace_log_kind {
	TRACE_LOG_EXIT,                 /* from the VM exit to the end of its handling */
	TRACE_LOG_TURN,                 /* a VM on the CPU */
	TRACE_LOG_IDLE,                 /* every VM waits: HLT */
	TRACE_LOG_INTERRUPT,            /* of the real machine, while idle; those that came while a VM ran are exits */
	TRACE_LOG_DELIVERY,             /* the VM's next entry brings it an interrupt of its interrupt controller, or its event callback */
	TRACE_LOG_KINDS
};

struct trace_log_record {
	uint64_t start, end;
	uint64_t rip;                   /* from here on: of exits only */
	uint64_t qualification;         /* 0 where the reason has none */
	uint64_t rax, rbx, rcx, rdx;    /* the guest's at the exit, */
	uint64_t rax_after;             /* and after its handling */
	uint32_t interruption;          /* VM-exit interruption information; of an interrupt or a delivery the vector */
	uint32_t injected;              /* VM-entry interruption information: what the handler sends into the guest */
	uint16_t reason;
	uint8_t kind;
	uint8_t vm;                     /* TRACE_LOG_NO_VM: none */
	uint8_t phase;                  /* the VM's POST code after the exit */
	uint8_t reserved[3];
};

struct trace_log_header {
	char magic[8];
	char nonce[32];                 /* of the run, as in the report */
	uint32_t record_bytes;
	uint32_t vm_count;
	uint64_t tsc_hz;
	uint64_t boot, end;             /* when the machine started, and when the log was written */
	uint64_t records;
	uint64_t lost;                  /* the later ones, for which there was no room */
	struct {
		char name[24];
		uint8_t kind;           /* TRACE_LOG_UNMODIFIED, _PARAVIRT or _ENLIGHTENED: enum vm_kind */
		uint8_t reserved[7];
	} vms[TRACE_LOG_VMS];
	char reasons[TRACE_LOG_REASONS][32];
};
_Static_assert(sizeof(struct trace_log_record) == 88, "no padding");
_Static_assert(sizeof(struct trace_log_header) <= TRACE_LOG_HEADER_BYTES, "the header fits its page");

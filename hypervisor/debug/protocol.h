#pragma once
/*
 * What GDB may ask and how it is answered, for any machine: the machine is a struct of functions, so that tests bring their own.
 *
 * The hypervisor and each VM are processes of one thread each: process 1 is the hypervisor, process 2 and up are the VMs in the order
 * of the boot command line; thread numbers are the same. As processes, because all three kernels lie at 1 MiB: GDB keeps symbols and
 * breakpoints of each process ("inferior") apart. There is one CPU, so all threads run, or all stand still ("all-stop mode").
 * GDB manual: "Remote Protocol".
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "debug/packet.h"
#include "debug/registers.h"

#define PROCESS_HYPERVISOR 1

enum breakpoint_type {                  /* the numbers of Z and z */
	BREAKPOINT_SOFTWARE, BREAKPOINT_HARDWARE, WATCHPOINT_WRITE, WATCHPOINT_READ, WATCHPOINT_ACCESS,
};

struct debug_target {
	unsigned (*processes)(void);                            /* they are 1 up to this number */
	const char *(*name)(unsigned process);
	bool (*read_register)(unsigned process, enum debug_register number, uint64_t *value);
	bool (*write_register)(unsigned process, enum debug_register number, uint64_t value);
	size_t (*read_memory)(unsigned process, uint64_t address, void *to, size_t n);  /* how many bytes can be read from there on */
	bool (*write_memory)(unsigned process, uint64_t address, const void *from, size_t n);   /* all or nothing */
	bool (*insert)(unsigned process, enum breakpoint_type type, uint64_t address, uint64_t length);
	bool (*remove)(unsigned process, enum breakpoint_type type, uint64_t address, uint64_t length);
	void (*remove_all)(unsigned process);
	void (*monitor)(const char *command, char *answer, size_t size);        /* a line of text, and what is said to it */
};

enum stop_reason { STOP_SIGNAL, STOP_SOFTWARE_BREAKPOINT, STOP_HARDWARE_BREAKPOINT, STOP_WATCHPOINT };

struct debug_stop {
	unsigned process;
	unsigned signal;                /* GDB's numbers: 2 SIGINT, 5 SIGTRAP, 11 SIGSEGV */
	enum stop_reason reason;
	enum breakpoint_type watchpoint;        /* with STOP_WATCHPOINT, */
	uint64_t address;                       /* and what was watched */
};

struct debug_session {
	const struct debug_target *target;
	struct packet_writer reply;
	bool no_acknowledge, multiprocess, swbreak, hwbreak;
	uint32_t attached;              /* bit n: process n. Without any the machine runs free */
	unsigned general;               /* the process that registers, memory and breakpoints are meant for */
	struct debug_stop stop;
	struct debug_step {             /* the last resumption: who goes on (bit n: process n); one may do a step, */
		uint32_t resumed;
		unsigned process;       /* 0: none does */
		uint64_t start, end;    /* or as many as it takes to leave [start, end) */
	} step;
};

enum protocol_next {
	PROTOCOL_REPLY,                 /* send session->reply, wait for the next packet */
	PROTOCOL_RESUME,                /* the machine runs, as session->step says; the reply is protocol_report(), when it stops */
	PROTOCOL_SILENT,                /* no reply belongs to this packet */
};

/* GDB begins anew: nothing is agreed, every process is attached, no breakpoint is left. */
void protocol_begin(struct debug_session *session);

enum protocol_next protocol_handle(struct debug_session *session, const char *packet, size_t length);

/* session->stop, as a reply. */
void protocol_report(struct debug_session *session);

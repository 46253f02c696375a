#pragma once
/*
 * One virtual machine: what the scheduler, the exit handlers, the device models and the services share.
 * Nothing here is VMX: fullvirt/, paravirt/ and backend/ include this header and still build on a host for their tests.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "backend/clock.h"
#include "vm/guest_memory.h"

#define VM_MAX      16
#define VM_NAME_MAX 24

struct console;
struct disk;
struct pc;              /* fullvirt/machine.c: the emulated PC */
struct paravirt;        /* paravirt/paravirt.h: the services */
struct vmcs;
struct trace;

/* Which doors a guest has. An enlightened one has both: a whole PC, and beside it the leaves and calls of a paravirtual one,
   which it finds if it looks. (Xen: "PV on HVM"; Windows: "enlightenments"; KVM: virtio.) */
enum vm_kind { VM_UNMODIFIED, VM_PARAVIRT, VM_ENLIGHTENED, VM_KINDS };
extern const char *const vm_kind_names[VM_KINDS];      /* the configuration's words, and the report's */

enum vm_state {
	VM_RUNNABLE,
	VM_BLOCKED,         /* HLT or the idle hypercall: until an interrupt waits */
	VM_OFF,             /* powered off by itself */
	VM_FAULTED,         /* stopped by the hypervisor: vm_fault() said why */
};

/* General registers in the order vmx/enter.asm pushes them. RSP, RIP and RFLAGS live in the VMCS. */
struct vcpu_regs {
	uint64_t rbp, r12, r13, r14, r15;
	uint64_t rbx, rax, rcx, rdx, rsi, rdi;
	uint64_t r8, r9, r10, r11;
};

struct vcpu {
	struct vcpu_regs regs;
	uint64_t launched;              /* 0: the next entry is a VMLAUNCH, 1: a VMRESUME */
	uint64_t host_stack;            /* the hypervisor's RSP while the guest runs */
	struct vmcs *vmcs;              /* its VMCS region */
	uint8_t put_aside;              /* a vector whose delivery an exit cut short: it comes first; 0: none */
	bool window_requested;          /* "interrupt-window exiting" is on */
	uint64_t cr8;                   /* its task priority: there is no local APIC behind it */
	struct switched_state {         /* what neither the VMCS nor enter.asm switches: vmx/switch.c does, when another VM's turn comes */
		uint64_t cr2, dr0, dr1, dr2, dr3, dr6;
		uint64_t star, lstar, cstar, fmask, kernel_gs_base;
		uint64_t xcr0;
		void *fpu;              /* XSAVE (or FXSAVE) area */
	} switched;
};

struct vm {
	struct vcpu vcpu;               /* one CPU per VM; first, because the exit path wants it at offset 0 */
	struct exit_record *next_record; /* trace/: where the next exit is kept, */
	struct phase_counters *phase;   /* where it is counted, */
	struct trace *trace;            /* and all of both */
	struct timer_queue timers;      /* everything of this VM that happens at a time */
	enum vm_state state;

	/* What interrupts the guest, looked at before each entry. The 8259 model's request line: acknowledge() answers with the
	   vector and, as the hardware's INTA cycle does, lowers the line if nothing more waits. And the event service's vector,
	   which no controller holds back and nobody ends; 0: none. */
	bool interrupt_pending;
	uint8_t callback;
	uint8_t (*acknowledge)(struct vm *vm);

	enum vm_kind kind;
	bool hides_time;                /* exit/hide_time.c: its TSC leaves out what its CPUID exits take */
	unsigned id;                    /* 0, 1, … in the order of the boot command line */
	char name[VM_NAME_MAX];
	struct guest_memory memory;
	struct console *console;        /* never NULL */
	struct disk *disk;              /* NULL: no disk */
	struct pc *pc;                  /* unmodified, enlightened: not NULL */
	struct paravirt *paravirt;      /* paravirt, enlightened: not NULL */

	uint64_t run_ns;                /* on the CPU, its exits included */
	uint64_t wait_ns;               /* runnable, another VM ran: stolen */
	uint64_t sleep_ns;              /* blocked */
	uint64_t state_since_ns;
	char stop_reason[160];          /* why it is VM_OFF or VM_FAULTED, one sentence */
	uint64_t log_lines;             /* vm_log() calls so far */
};

/* It runs, waits for its turn or sleeps. */
static inline bool vm_is_alive(const struct vm *vm)
{
	return vm->state == VM_RUNNABLE || vm->state == VM_BLOCKED;
}

/* It waits, until vm_interrupt_waits(). */
static inline void vm_block(struct vm *vm)
{
	vm->state = VM_BLOCKED;
	run_until = 0;
}

/* The interrupt controller's request line, up or down. */
static inline void vm_set_interrupt(struct vm *vm, bool pending)
{
	if (pending && !vm->interrupt_pending)
		run_until = 0;
	vm->interrupt_pending = pending;
}

/* The event service's vector, to be injected as soon as the guest can take it. */
static inline void vm_call_back(struct vm *vm, uint8_t vector)
{
	vm->callback = vector;
	run_until = 0;
}

/* Is there an interrupt that the guest has not got yet? */
static inline bool vm_interrupt_waits(const struct vm *vm)
{
	return vm->interrupt_pending || vm->callback || vm->vcpu.put_aside;
}

/* The guest asked to be powered off or reset (how: a few words, "port 0x604", "hypercall shutdown"). */
void vm_power_off(struct vm *vm, const char *how);

/* The guest did what no machine forgives: stop this VM, keep the sentence, print registers and last exits. The others go on. */
void vm_fault(struct vm *vm, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* One line in the hypervisor's log about this VM ("unmodified: …"): an unknown port, MSR or hypercall. Limited per VM, then counted silently. */
void vm_log(struct vm *vm, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The guest marks a phase of its work (POST code to port 0x80, or hypercall phase): exits are counted per phase from here on.
   An exit that changes the phase is itself counted in phase 0. */
void vm_set_phase(struct vm *vm, uint8_t post_code);

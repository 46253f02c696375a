#pragma once
/*
 * VM exits: one handler per basic exit reason, found in the table of dispatch.c. A handler reads what it needs from the VMCS, acts, and says
 * how the guest goes on. It never touches RIP: vmx/run.c does, in one place. A handler may stop the VM with vm_fault() or vm_power_off();
 * its verdict then does not matter.
 */
#include <stdbool.h>
#include <stdint.h>
#include "vmx/vmcs.h"

struct vm;

enum verdict {
	VERDICT_NEXT,           /* the instruction is done: go on behind it */
	VERDICT_SAME,           /* go on where the guest was: not an instruction's exit, or it gets an exception instead */
	VERDICT_YIELD,          /* like SAME, but let the scheduler look first: something may have become urgent */
};

struct exit_row {
	enum verdict (*handle)(struct vm *vm);
	const char *name;                       /* the report's and the log's: the SDM's, in capitals */
};

extern const struct exit_row exit_table[EXIT_REASONS];

const char *exit_name(uint64_t reason);

/* Does the SDM define an exit qualification for this reason? Its handler reads it with exit_qualification(). */
bool exit_is_qualified(uint64_t reason);

/* The exit's qualification, which also goes into its record. */
uint64_t exit_qualification(struct vm *vm);

enum verdict handle_exception(struct vm *vm);
enum verdict handle_external_interrupt(struct vm *vm);
enum verdict handle_interrupt_window(struct vm *vm);
enum verdict handle_triple_fault(struct vm *vm);
enum verdict handle_preemption_timer(struct vm *vm);
enum verdict handle_cpuid(struct vm *vm);
enum verdict handle_hlt(struct vm *vm);
enum verdict handle_vmcall(struct vm *vm);
enum verdict handle_vmx_instruction(struct vm *vm);
enum verdict handle_control_register(struct vm *vm);
enum verdict handle_io(struct vm *vm);
enum verdict handle_rdmsr(struct vm *vm);
enum verdict handle_wrmsr(struct vm *vm);
enum verdict handle_rdpmc(struct vm *vm);
enum verdict handle_invd(struct vm *vm);
enum verdict handle_xsetbv(struct vm *vm);
enum verdict handle_ept_violation(struct vm *vm);
enum verdict handle_entry_failure(struct vm *vm);
enum verdict handle_unsupported(struct vm *vm);

/* Settle the answers of CPUID, once, before the first VM. */
void cpuid_init(void);

/* Turn the guest's time-stamp counter back by what this exit has taken, so that it cannot tell that there was one. */
void hide_time(struct vm *vm);

/* The XCR0 bits that a guest may set: those of the CPU that CPUID shows it. 0 without XSAVE. */
uint64_t guest_xcr0_bits(void);

/* Queue an exception for the next entry. Pass error_code -1 for an exception that has none. */
void inject_exception(struct vm *vm, unsigned vector, int64_t error_code);

/* An interrupt waits: inject its vector if the guest can take it now, else ask for an exit when it can. */
void interrupt_deliver(struct vm *vm);

/* The guest's EFER, PAT or CR0.PG changed: bring LMA, "IA-32e mode guest" and the load controls in line. */
void guest_mode_changed(struct vm *vm);

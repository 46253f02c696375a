#pragma once
/*
 * What becomes of a VM entry that fails. There are three ways to fail, and each has words of its own:
 *   VMfailInvalid   there is no current VMCS
 *   VMfailValid     the controls or the host state are wrong: the instruction itself fails, and the guest did not run
 *   failed entry    the guest state is wrong: comes back like an exit, to handle_entry_failure() of exit/exit.h
 * Each stops the VM with the first sentence of the entry check, or, where that finds nothing, with the SDM's name of the error.
 */
#include <stdbool.h>

struct vm;

/* Before a VM's first entry: is its VMCS one that every CPU enters? If not, each broken rule is in the log and the VM is stopped. */
bool entry_is_sound(struct vm *vm);

/* vmx_run() returned vmfail, 1: VMfailInvalid, 2: VMfailValid. */
void entry_refused(struct vm *vm, int vmfail);

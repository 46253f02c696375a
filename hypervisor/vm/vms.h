#pragma once
/* All VMs of the machine that have been started, in the order of the boot command line; those with when=memory behind the others. */
#include "vm/vm.h"

struct boot_info;
struct vm_config;

extern struct vm *vms[VM_MAX];
extern unsigned vm_count;

/* Build a VM: memory, EPT, console, disk, devices or services, and its kernel from the boot modules, ready for its first entry.
   panic() with a sentence if the machine cannot give what the configuration asks. */
void vm_create(const struct vm_config *config, const struct boot_info *boot);

/* VMs with when=memory: vm_create() makes all but their memory, so that they cannot fail for want of a buffer later. As soon as as many
   pages are free as the first of them wants, wherever these pages lie, it gets them, its kernel is loaded, and it is one of vms[]. */
extern unsigned vms_waiting;
void vms_start_waiting(void);

#pragma once
/* All VMs of the machine, in the order of the boot command line. */
#include "vm/vm.h"

struct boot_info;
struct vm_config;

extern struct vm *vms[VM_MAX];
extern unsigned vm_count;

/* Build a VM: memory, EPT, console, disk, devices or services, and its kernel from the boot modules, ready for its first entry.
   panic() with a sentence if the machine cannot give what the configuration asks. */
void vm_create(const struct vm_config *config, const struct boot_info *boot);

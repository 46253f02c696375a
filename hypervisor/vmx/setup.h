#pragma once
#include <stdint.h>

struct vm;

/* Make the VMCS of a VM's vCPU: controls, host state, and a guest in 32-bit protected mode without paging, as a Multiboot loader leaves it. */
void setup_vmcs(struct vm *vm, uint32_t entry_point, uint32_t eax, uint32_t ebx);

/* Lab 0B: this build's own number, made by hypervisor/build.mk. A guest that starts has it in R13, which 32-bit code cannot even name. */
extern const uint64_t hidden_value;

/* The CR0 that the CPU must hold while the guest believes in value. */
uint64_t setup_guest_cr0(uint64_t value);

/* Make this VM's VMCS the current one, unless it is. */
void setup_make_current(struct vm *vm);
struct vm *setup_current_vm(void);

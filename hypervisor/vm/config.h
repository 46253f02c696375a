#pragma once
/*
 * The VMs that the boot command line asks for:
 *
 *   vm=NAME,kind=unmodified|paravirt|enlightened[,mem=16M][,disk=PARTITION][,console=com3][,kernel=MODULE][,hide=time][,when=memory]
 *      [,autorun=COMMANDS]
 *
 * One word for each VM. An enlightened one is a PC that can also call (enum vm_kind). autorun takes the rest of the word,
 * commas included; a word with blanks stands in double quotes, as GRUB passes it. Without kernel= the module is the one named
 * like the kind. hide=time: exit/hide_time.c. when=memory: vms_start_waiting() of vm/vms.h.
 */
#include <stdint.h>
#include "vm/vm.h"

#define AUTORUN_MAX 256

struct vm_config {
	char name[VM_NAME_MAX];
	enum vm_kind kind;
	uint64_t memory_size;           /* bytes; default 16 MiB */
	unsigned disk;                  /* MBR partition 1 to 4; 0: none */
	unsigned console;               /* COM port 3 or 4 (or 2); 0: lines in the log */
	char kernel[VM_NAME_MAX];       /* the boot module */
	bool hides_time;                /* from an unmodified guest: what its CPUID exits take */
	bool waits;                     /* when=memory: it starts once there is memory for it */
	char autorun[AUTORUN_MAX];
};

/* The partition that a traced run's log goes to: 0 without the word trace=PARTITION, -1 and a sentence in error for one that is no
   partition, or the disk of a VM. */
int config_trace(const char *command_line, const struct vm_config *configs, int count, char *error, unsigned error_size);

/* Parse all vm= words. Returns how many, or -1 and in error one sentence that names the VM and the word that is wrong. */
int config_parse(const char *command_line, struct vm_config configs[VM_MAX], char *error, unsigned error_size);

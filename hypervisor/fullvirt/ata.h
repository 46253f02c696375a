#pragma once
/* The primary ATA channel of the emulated PC: a VM's disk as its master, no slave. */
#include "fullvirt/irq_line.h"

struct ata;
struct disk;
struct portbus;
struct vm;

struct ata *ata_create(struct portbus *ports, struct irq_line irq, struct disk *disk, struct vm *vm);

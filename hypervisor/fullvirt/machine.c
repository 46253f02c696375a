/*
 * The emulated PC on one screen.
 *
 *   ports                   device                                    IRQ
 *   0x020-021  0x0a0-0a1    8259A pair             pic8259.c          2: the slave
 *   0x040-043  0x061        8254, speaker gate     pit8254.c          0: channel 0
 *   0x060  0x064            8042, no keyboard      i8042.c            -
 *   0x070-071               clock and CMOS memory  cmos.c             -
 *   0x080  0x092  0x604     POST code, resets,     power.c            -
 *   0xcf8-cfb  0x8900       power-off
 *   0x1f0-1f7  0x3f6        ATA disk               ata.c              14
 *   0x3f8-3ff               16550, COM1            uart16550.c        4
 *
 * All else is an open bus (portbus.c). There is no PCI, no display, no APIC.
 */
#include "fullvirt/machine.h"
#include "fullvirt/devices.h"
#include "fullvirt/pic8259.h"
#include "fullvirt/portbus.h"
#include "lib/heap.h"
#include "vm/vm.h"

enum { IRQ_TIMER = 0, IRQ_COM1 = 4, IRQ_ATA = 14 };
#define COM1 0x3f8

static uint8_t acknowledge(struct vm *vm)
{
	return pic8259_acknowledge(vm->pc->pic);
}

static struct irq_line line(struct pc *pc, unsigned irq)
{
	return (struct irq_line){ .set = pic8259_set_irq, .controller = pc->pic, .irq = irq };
}

void pc_create(struct vm *vm)
{
	struct pc *pc = zalloc(sizeof(*pc));
	struct portbus *ports = pc->ports = portbus_create(vm);

	pc->pic = pic8259_create(ports, vm);
	vm->pc = pc;
	vm->acknowledge = acknowledge;

	pit8254_create(ports, line(pc, IRQ_TIMER), vm);
	i8042_create(ports, vm);
	cmos_create(ports, vm);
	power_create(ports, vm);
	if (vm->disk)
		ata_create(ports, line(pc, IRQ_ATA), vm);
	uart16550_create(ports, COM1, line(pc, IRQ_COM1), vm);
}

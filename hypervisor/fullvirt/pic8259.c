/*
 * The 8259A "Programmable Interrupt Controller": a master at 0x20 and a slave at 0xa0, whose INT output is the master's IR2.
 *
 * Modelled, under the data sheet's names: ICW1 to ICW4, OCW1 to OCW3, edge and level inputs (ICW1.LTIM, and the PC's ELCR per
 * input), fully nested and special fully nested mode, all end-of-interrupt and rotation commands, automatic EOI, special mask
 * mode, poll, and the default IR7. The buffered mode is wiring that a guest cannot see. MCS-80 mode has no meaning on a PC and
 * is logged.
 *
 * A request lives in IRR only while its input stays high. INT, once raised, stays up until the CPU acknowledges; if the request
 * has gone by then, "a default IR7 will occur": the spurious interrupt.
 */
#include "fullvirt/pic8259.h"
#include "fullvirt/portbus.h"
#include "lib/heap.h"
#include "vm/vm.h"

enum { ICW1_IC4 = 0x01, ICW1_SNGL = 0x02, ICW1_LTIM = 0x08, ICW1_SELECT = 0x10 };
enum { ICW4_UPM = 0x01, ICW4_AEOI = 0x02, ICW4_SFNM = 0x10 };
enum { OCW3_RIS = 0x01, OCW3_RR = 0x02, OCW3_POLL = 0x04, OCW3_SELECT = 0x08, OCW3_SMM = 0x20, OCW3_ESMM = 0x40 };

#define LEVELS          8
#define NONE            8                       /* no level */
#define CASCADE         2                       /* the master's input from the slave */
#define SPURIOUS        7                       /* "default IR7" */
#define POLL_REQUEST    0x80

struct chip {
	uint8_t lines;                          /* IR0 to IR7 as they are now */
	uint8_t edges;                          /* edge sense latches: rose, still high, not acknowledged */
	uint8_t imr, isr;
	uint8_t elcr;                           /* inputs that are level triggered (edge/level control register) */
	uint8_t vector_base;                    /* ICW2 */
	uint8_t icw4;
	uint8_t next_icw;                       /* 2, 3, 4: the initialization sequence waits for it; 0: initialized */
	uint8_t lowest;                         /* the level of lowest priority; the next one up has the highest */
	bool level_triggered;                   /* ICW1.LTIM: all of them */
	bool single, wants_icw4;                /* ICW1 */
	bool rotate_on_auto_eoi, special_mask, poll, reads_isr;
	bool intr;                              /* INT output */
	uint8_t elcr_allowed;
	struct pic8259 *pic;
};

struct pic8259 {
	struct chip master, slave;
	struct vm *vm;
};

static uint8_t irr(const struct chip *chip)
{
	uint8_t level = chip->level_triggered ? 0xff : chip->elcr;

	return (chip->edges & ~level) | (chip->lines & level);
}

/* 0 is the highest priority. */
static unsigned priority(const struct chip *chip, unsigned level)
{
	return (level - chip->lowest - 1) % LEVELS;
}

static unsigned highest(const struct chip *chip, uint8_t levels)
{
	for (unsigned i = 1; i <= LEVELS; i++) {
		unsigned level = (chip->lowest + i) % LEVELS;

		if (levels & 1u << level)
			return level;
	}
	return NONE;
}

/* Levels in service that hold back others: in special mask mode, not those that are masked. */
static uint8_t blocking(const struct chip *chip)
{
	return chip->special_mask ? chip->isr & ~chip->imr : chip->isr;
}

/* In special fully nested mode the slave may interrupt its own handler: it resolves its priorities itself. */
static bool may_nest(const struct chip *chip, unsigned level)
{
	return (chip->icw4 & ICW4_SFNM) && chip == &chip->pic->master && level == CASCADE;
}

/* The level that may interrupt now, or NONE. */
static unsigned resolve_priority(const struct chip *chip)
{
	unsigned request = highest(chip, irr(chip) & ~chip->imr);
	unsigned in_service = highest(chip, blocking(chip));

	if (request == NONE || in_service == NONE)
		return request;
	if (request == in_service)
		return may_nest(chip, request) ? request : NONE;
	return priority(chip, request) < priority(chip, in_service) ? request : NONE;
}

static void set_input(struct chip *chip, unsigned level, bool high)
{
	uint8_t bit = 1u << level;

	if (high) {
		chip->edges |= bit & ~chip->lines;
		chip->lines |= bit;
	} else {
		chip->edges &= ~bit;
		chip->lines &= ~bit;
	}
}

static void raise_int(struct chip *chip)
{
	if (chip->next_icw == 0 && resolve_priority(chip) != NONE)
		chip->intr = true;
}

/* After any change, bring the INT outputs up to date, the slave's first: it is an input of the master. */
static void update(struct pic8259 *pic)
{
	raise_int(&pic->slave);
	set_input(&pic->master, CASCADE, pic->slave.intr);
	raise_int(&pic->master);
	vm_set_interrupt(pic->vm, pic->master.intr);
}

void pic8259_set_irq(void *controller, unsigned irq, bool level)
{
	struct pic8259 *pic = controller;

	set_input(irq < LEVELS ? &pic->master : &pic->slave, irq % LEVELS, level);
	update(pic);
}

/* INT falls; a slave's falls at the master's input too, so that its next request makes an edge there. */
static void drop_int(struct chip *chip)
{
	chip->intr = false;
	if (chip == &chip->pic->slave)
		set_input(&chip->pic->master, CASCADE, false);
}

/* One chip's part in the INTA cycle: the level now in service, or SPURIOUS, which is never in service. */
static unsigned acknowledge(struct chip *chip)
{
	unsigned level = resolve_priority(chip);

	drop_int(chip);
	if (level == NONE)
		return SPURIOUS;
	chip->edges &= ~(1u << level);
	if (!(chip->icw4 & ICW4_AEOI))
		chip->isr |= 1u << level;
	else if (chip->rotate_on_auto_eoi)
		chip->lowest = level;
	return level;
}

uint8_t pic8259_acknowledge(struct pic8259 *pic)
{
	struct chip *chip = &pic->master;
	unsigned level = acknowledge(chip);

	if (level == CASCADE && !chip->single) {
		chip = &pic->slave;
		level = acknowledge(chip);
	}
	update(pic);
	return chip->vector_base | level;
}

static void write_icw1(struct chip *chip, uint8_t value)
{
	drop_int(chip);
	chip->edges = 0;
	chip->imr = 0;
	chip->isr = 0;
	chip->icw4 = 0;
	chip->lowest = 7;
	chip->rotate_on_auto_eoi = chip->special_mask = chip->poll = chip->reads_isr = false;
	chip->level_triggered = value & ICW1_LTIM;
	chip->single = value & ICW1_SNGL;
	chip->wants_icw4 = value & ICW1_IC4;
	chip->next_icw = 2;
}

/* The lines of the cascade are soldered: ICW3 can only repeat what they are. */
static void write_icw(struct chip *chip, uint8_t value)
{
	switch (chip->next_icw) {
	case 2:
		chip->vector_base = value & ~(LEVELS - 1);
		chip->next_icw = !chip->single ? 3 : chip->wants_icw4 ? 4 : 0;
		break;
	case 3:
		chip->next_icw = chip->wants_icw4 ? 4 : 0;
		break;
	case 4:
		chip->icw4 = value;
		chip->next_icw = 0;
		break;
	}
	if (chip->next_icw == 0 && !(chip->icw4 & ICW4_UPM))
		vm_log(chip->pic->vm, "8259: initialized for an MCS-80 CPU, used as for an 8086");
}

/* The highest level in service; a masked one survives in special mask mode. */
static unsigned nonspecific_level(const struct chip *chip)
{
	return highest(chip, blocking(chip));
}

/* End of interrupt, and the rotation that may go with it. */
static void end_of_interrupt(struct chip *chip, unsigned level, bool rotate)
{
	if (level == NONE)
		return;
	chip->isr &= ~(1u << level);
	if (rotate)
		chip->lowest = level;
}

static void write_ocw2(struct chip *chip, uint8_t value)
{
	unsigned level = value & 7;

	switch (value >> 5) {                   /* R, SL, EOI */
	case 0:                                 /* rotate in automatic EOI mode (clear) */
		chip->rotate_on_auto_eoi = false;
		break;
	case 1:                                 /* non-specific EOI */
		end_of_interrupt(chip, nonspecific_level(chip), false);
		break;
	case 2:                                 /* no operation */
		break;
	case 3:                                 /* specific EOI */
		end_of_interrupt(chip, level, false);
		break;
	case 4:                                 /* rotate in automatic EOI mode (set) */
		chip->rotate_on_auto_eoi = true;
		break;
	case 5:                                 /* rotate on non-specific EOI */
		end_of_interrupt(chip, nonspecific_level(chip), true);
		break;
	case 6:                                 /* set priority */
		chip->lowest = level;
		break;
	case 7:                                 /* rotate on specific EOI */
		end_of_interrupt(chip, level, true);
		break;
	}
}

static void write_ocw3(struct chip *chip, uint8_t value)
{
	if (value & OCW3_ESMM)
		chip->special_mask = value & OCW3_SMM;
	if (value & OCW3_POLL)
		chip->poll = true;
	else if (value & OCW3_RR)
		chip->reads_isr = value & OCW3_RIS;
}

static void write_command(struct chip *chip, uint8_t value)
{
	if (value & ICW1_SELECT)
		write_icw1(chip, value);
	else if (value & OCW3_SELECT)
		write_ocw3(chip, value);
	else
		write_ocw2(chip, value);
}

static void pic_write(void *device, uint16_t port, unsigned size, uint32_t value)
{
	struct chip *chip = device;

	if (!(port & 1))
		write_command(chip, value);
	else if (chip->next_icw)
		write_icw(chip, value);
	else
		chip->imr = value;              /* OCW1 */
	update(chip->pic);
}

/* After a poll command the next read is the INTA cycle. */
static uint8_t poll(struct chip *chip)
{
	bool request = resolve_priority(chip) != NONE;
	uint8_t answer = request ? POLL_REQUEST | acknowledge(chip) : 0;

	chip->poll = false;
	update(chip->pic);
	return answer;
}

static uint32_t pic_read(void *device, uint16_t port, unsigned size)
{
	struct chip *chip = device;

	if (chip->poll)
		return poll(chip);
	if (port & 1)
		return chip->imr;
	return chip->reads_isr ? chip->isr : irr(chip);
}

static uint32_t elcr_read(void *device, uint16_t port, unsigned size)
{
	struct chip *chip = device;

	return chip->elcr;
}

static void elcr_write(void *device, uint16_t port, unsigned size, uint32_t value)
{
	struct chip *chip = device;

	chip->elcr = value & chip->elcr_allowed;
	update(chip->pic);
}

/* Inputs that the PC keeps edge triggered: timer, keyboard, cascade; real-time clock, coprocessor. */
#define MASTER_ELCR 0xf8
#define SLAVE_ELCR  0xde

static void chip_init(struct pic8259 *pic, struct chip *chip, struct portbus *ports, uint16_t port, uint16_t elcr_port)
{
	chip->pic = pic;
	chip->imr = 0xff;
	chip->lowest = 7;
	portbus_claim(ports, &(struct port_range){
		.first = port, .last = port + 1, .name = "pic8259", .widths = 1,
		.read = pic_read, .write = pic_write, .device = chip,
	});
	portbus_claim(ports, &(struct port_range){
		.first = elcr_port, .last = elcr_port, .name = "elcr", .widths = 1,
		.read = elcr_read, .write = elcr_write, .device = chip,
	});
}

/* As firmware leaves them, except that every input is masked: nothing interrupts a guest that has not asked for it. */
struct pic8259 *pic8259_create(struct portbus *ports, struct vm *vm)
{
	struct pic8259 *pic = zalloc(sizeof(*pic));

	pic->vm = vm;
	pic->master.vector_base = 0x08;
	pic->master.elcr_allowed = MASTER_ELCR;
	pic->slave.vector_base = 0x70;
	pic->slave.elcr_allowed = SLAVE_ELCR;
	chip_init(pic, &pic->master, ports, 0x20, 0x4d0);
	chip_init(pic, &pic->slave, ports, 0xa0, 0x4d1);
	return pic;
}

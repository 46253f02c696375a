/*
 * The 8259A "Programmable Interrupt Controller": a master at 0x20 and a slave at 0xa0, whose INT output is the master's IR2.
 *
 * Modelled, under the data sheet's names: ICW1 to ICW4, OCW1 to OCW3, edge triggered inputs, fully nested mode, all
 * end-of-interrupt and rotation commands, automatic EOI, and the default IR7. What a PC of 8259s and edges does not need is
 * logged when a guest asks for it, and is not there: level triggered inputs, a single chip, the MCS-80 CPU, special fully nested
 * mode, special mask mode and poll.
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
enum { OCW2_LEVEL = 0x07, OCW2_EOI = 0x20, OCW2_SL = 0x40, OCW2_R = 0x80 };
enum { OCW3_RIS = 0x01, OCW3_RR = 0x02, OCW3_POLL = 0x04, OCW3_SELECT = 0x08, OCW3_SMM = 0x20 };

#define LEVELS          8
#define NONE            8                       /* no level */
#define CASCADE         2                       /* the master's input from the slave */
#define SPURIOUS        7                       /* "default IR7" */

struct chip {
	uint8_t lines;                          /* IR0 to IR7 as they are now */
	uint8_t irr;                            /* those that rose, are still high, and were not acknowledged */
	uint8_t imr, isr;
	uint8_t vector_base;                    /* ICW2 */
	uint8_t icw1, icw4;
	uint8_t next_icw;                       /* 2, 3, 4: the initialization sequence waits for it; 0: initialized */
	uint8_t lowest;                         /* the level of lowest priority; the next one up has the highest */
	bool rotate_on_auto_eoi, reads_isr;
	bool intr;                              /* INT output */
	struct pic8259 *pic;
};

struct pic8259 {
	struct chip master, slave;
	struct vm *vm;
};

/* lab 3B: whose turn it is */
/* The one of highest priority among these levels, or NONE: in the byte turned so that its level comes first, the lowest bit. */
static unsigned highest(const struct chip *chip, uint8_t levels)
{
	unsigned first = (chip->lowest + 1) % LEVELS;
	uint8_t turned = levels >> first | levels << (LEVELS - first);

	return turned ? (first + __builtin_ctz(turned)) % LEVELS : NONE;
}

/* The level that may interrupt now, or NONE: a level in service holds back itself and all below it. */
static unsigned resolve_priority(const struct chip *chip)
{
	unsigned level = highest(chip, (chip->irr & ~chip->imr) | chip->isr);

	return level == NONE || (chip->isr & 1u << level) ? NONE : level;
}
/* end of 3B */

static void set_input(struct chip *chip, unsigned level, bool high)
{
	uint8_t bit = 1u << level;

	if (high) {
		chip->irr |= bit & ~chip->lines;
		chip->lines |= bit;
	} else {
		chip->irr &= ~bit;
		chip->lines &= ~bit;
	}
}

/* lab 3B: the INT outputs of the two chips */
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
/* end of 3B */

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

/* lab 3B: what the CPU is told */
/* One chip's part in the INTA cycle: the level now in service, or SPURIOUS, which is never in service. */
static unsigned acknowledge(struct chip *chip)
{
	unsigned level = resolve_priority(chip);

	drop_int(chip);
	if (level == NONE)
		return SPURIOUS;
	chip->irr &= ~(1u << level);
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

	if (level == CASCADE) {
		chip = &pic->slave;
		level = acknowledge(chip);
	}
	update(pic);
	return chip->vector_base | level;
}
/* end of 3B */

static void refuse(struct chip *chip, const char *word, uint8_t value, uint8_t refused)
{
	if (refused)
		vm_log(chip->pic->vm, "8259: %s 0x%x: the mode of bits 0x%x is not modelled", word, value, refused);
}

static void write_icw1(struct chip *chip, uint8_t value)
{
	refuse(chip, "ICW1", value, value & (ICW1_SNGL | ICW1_LTIM));
	drop_int(chip);
	chip->irr = chip->imr = chip->isr = 0;
	chip->icw1 = value;
	chip->icw4 = 0;
	chip->lowest = 7;
	chip->rotate_on_auto_eoi = chip->reads_isr = false;
	chip->next_icw = 2;
}

static void write_icw4(struct chip *chip, uint8_t value)
{
	refuse(chip, "ICW4", value, (value & ICW4_SFNM) | (~value & ICW4_UPM));
	chip->icw4 = value;
	chip->next_icw = 0;
}

/* The lines of the cascade are soldered: ICW3 can only repeat what they are. */
static void write_icw(struct chip *chip, uint8_t value)
{
	switch (chip->next_icw) {
	case 2:
		chip->vector_base = value & ~(LEVELS - 1);
		chip->next_icw = 3;
		break;
	case 3:
		chip->next_icw = 4;
		if (!(chip->icw1 & ICW1_IC4))
			write_icw4(chip, 0);
		break;
	case 4:
		write_icw4(chip, value);
		break;
	}
}

/* lab 3B: OCW2, the end of an interrupt */
/* End of interrupt, specific or of the highest level in service, and the rotation that may go with it. */
static void end_of_interrupt(struct chip *chip, uint8_t value)
{
	unsigned level = value & OCW2_SL ? value & OCW2_LEVEL : highest(chip, chip->isr);

	if (level == NONE)
		return;
	chip->isr &= ~(1u << level);
	if (value & OCW2_R)
		chip->lowest = level;
}

static void write_ocw2(struct chip *chip, uint8_t value)
{
	if (value & OCW2_EOI)
		end_of_interrupt(chip, value);
	else if (!(value & OCW2_SL))
		chip->rotate_on_auto_eoi = value & OCW2_R;
	else if (value & OCW2_R)
		chip->lowest = value & OCW2_LEVEL;      /* set priority */
}
/* end of 3B */

static void write_ocw3(struct chip *chip, uint8_t value)
{
	refuse(chip, "OCW3", value, value & (OCW3_POLL | OCW3_SMM));
	if (value & OCW3_RR)
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

static uint32_t pic_read(void *device, uint16_t port, unsigned size)
{
	struct chip *chip = device;

	if (port & 1)
		return chip->imr;
	return chip->reads_isr ? chip->isr : chip->irr;
}

static void chip_init(struct pic8259 *pic, struct chip *chip, struct portbus *ports, uint16_t port, uint8_t vector_base)
{
	chip->pic = pic;
	chip->imr = 0xff;
	chip->lowest = 7;
	chip->vector_base = vector_base;
	portbus_claim(ports, &(struct port_range){
		.first = port, .last = port + 1, .name = "pic8259", .widths = 1,
		.read = pic_read, .write = pic_write, .device = chip,
	});
}

/* As firmware leaves them, except that every input is masked: nothing interrupts a guest that has not asked for it. */
struct pic8259 *pic8259_create(struct portbus *ports, struct vm *vm)
{
	struct pic8259 *pic = zalloc(sizeof(*pic));

	pic->vm = vm;
	chip_init(pic, &pic->master, ports, 0x20, 0x08);
	chip_init(pic, &pic->slave, ports, 0xa0, 0x70);
	return pic;
}

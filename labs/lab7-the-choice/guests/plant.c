/*
 * 7A: the waterworks' control program of 1999. Its makers are gone, so nobody can change it: take it for a binary. It drives a PC's
 * chips itself, refuses to run where it suspects an emulator (a stopwatch on CPUID), and has a mistake of its time: it counts memory
 * in 16 bits. What it finds in order it says with an exit, one CPUID for each, in phase 0x22.
 */
#include "pc.h"

#define POST       0x80
#define PM1A_CNT   0x604
#define SOFT_OFF   0x2000
#define SELF_TEST  0x22
#define TRIES      100

#define CMOS_ADDRESS 0x70
#define CMOS_DATA    0x71
#define CMOS_D       0x0d
#define D_VRT        0x80                       /* the battery is good */
#define CMOS_EXTENDED_LOW  0x17                 /* KiB above 1 MiB */
#define CMOS_EXTENDED_HIGH 0x18
#define KIB_NEEDED   3072
#define TOP          ((volatile uint32_t *)0x3ffffc)

#define ATA_DATA     0x1f0
#define ATA_COUNT    0x1f2
#define ATA_DEVICE   0x1f6
#define ATA_STATUS   0x1f7
#define ATA_COMMAND  0x1f7
#define ATA_CONTROL  0x3f6
#define CONTROL_NIEN 0x02
#define READ_SECTORS 0x20
#define STATUS_DRQ   0x08
#define POLLS        20000
#define RECIPES      0x31736674u                /* how the first sector of its disk begins */

#define PIT_0          0x40
#define PIT_MODE       0x43
#define RATE_GENERATOR 0x34
#define ROUNDS         25                       /* of the control loop, a hundred a second */

static volatile unsigned rounds;

static void holds(const char *what, bool right)
{
	if (right)
		cpuid(0, 0);
	else
		say("FAULT: %s", what);
}

static uint64_t fastest(bool with_cpuid)
{
	uint64_t least = UINT64_MAX;

	for (unsigned i = 0; i < TRIES; i++) {
		uint64_t start = rdtsc();

		if (with_cpuid)
			cpuid(0, 0);

		uint64_t ticks = rdtsc() - start;

		if (ticks < least)
			least = ticks;
	}
	return least;
}

static _Noreturn void power_off(void)
{
	asm volatile("outw %w0, %w1" : : "a"(SOFT_OFF), "d"(PM1A_CNT));
	for (;;)
		;
}

static void protection(void)
{
	if (fastest(true) <= 10 * fastest(false))
		return;
	say("ERROR 17: this is not the machine that I was installed on");
	power_off();
}

static uint8_t cmos(uint8_t address)
{
	outb(CMOS_ADDRESS, address);
	return inb(CMOS_DATA);
}

static bool memory_is_enough(void)
{
	int16_t kib = (int16_t)(cmos(CMOS_EXTENDED_LOW) | cmos(CMOS_EXTENDED_HIGH) << 8);

	if (kib < KIB_NEEDED)
		return false;
	*TOP = 0x1999;
	return *TOP == 0x1999;
}

static uint32_t first_word_of_the_disk(void)
{
	static uint32_t sector[128];
	void *to = sector;
	uint64_t words = 256;
	unsigned polls = 0;

	outb(ATA_CONTROL, CONTROL_NIEN);
	outb(ATA_DEVICE, 0xe0);
	outb(ATA_COUNT, 1);
	for (uint16_t port = ATA_COUNT + 1; port < ATA_DEVICE; port++)
		outb(port, 0);
	outb(ATA_COMMAND, READ_SECTORS);
	while (inb(ATA_STATUS) == 0xff || !(inb(ATA_STATUS) & STATUS_DRQ))
		if (++polls == POLLS)
			return 0;
	asm volatile("rep insw" : "+D"(to), "+c"(words) : "d"((uint16_t)ATA_DATA) : "memory");
	return sector[0];
}

static void round_of_control(unsigned vector)
{
	rounds += vector == VECTOR_IRQ0;
	outb(PIC1, EOI);
}

static bool control_loop(void)
{
	uint16_t count = PIT_HZ / 100;

	on_interrupt = round_of_control;
	pic_init(0xfe);
	outb(PIT_MODE, RATE_GENERATOR);
	outb(PIT_0, (uint8_t)count);
	outb(PIT_0, count >> 8);
	while (rounds < ROUNDS)
		asm volatile("sti; hlt; cli" : : : "memory");
	return true;
}

void run(void)
{
	outb(PIC1 + 1, 0xff);
	say("WATERWORKS CONTROL 2.1 (1999)");
	protection();
	outb(POST, SELF_TEST);
	holds("memory", memory_is_enough());
	holds("no recipes on the disk", first_word_of_the_disk() == RECIPES);
	holds("clock battery", cmos(CMOS_D) & D_VRT);
	holds("control loop", control_loop());
	outb(POST, 0);
	power_off();
}

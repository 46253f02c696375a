/* Off and reset. A real PC says in its ACPI tables where to write; these are the places in QEMU's and Bochs' chip sets. */
#include "machine.h"
#include "pc.h"
#include "portio.h"

#define QEMU_PM1A_CONTROL   0x604
#define PM1_SLEEP_ENABLE    0x2000              /* with sleep type 0: S5 */
#define BOCHS_SHUTDOWN      0x8900
#define RESET_CONTROL       0xcf9
#define RESET_FULL          0x06
#define KEYBOARD_COMMAND    0x64
#define KEYBOARD_PULSE_RESET 0xfe

static _Noreturn void stop(void)
{
	for (;;)
		asm volatile("cli; hlt");
}

void machine_power_off(void)
{
	console_drain();
	outw(QEMU_PM1A_CONTROL, PM1_SLEEP_ENABLE);
	for (const char *c = "Shutdown"; *c; c++)
		outb(BOCHS_SHUTDOWN, (uint8_t)*c);
	stop();
}

void machine_reset(void)
{
	console_drain();
	outb(RESET_CONTROL, RESET_FULL);
	outb(KEYBOARD_COMMAND, KEYBOARD_PULSE_RESET);
	stop();
}

#include "hw/power.h"
#include "hw/portio.h"

#define BOCHS_SHUTDOWN          0x8900  /* takes the word, letter by letter */
#define QEMU_PM1A_CNT           0x604   /* ACPI fixed hardware, as SeaBIOS places it */
#define PM1_CNT_SLP_EN          (1u << 13)
#define QEMU_ISA_DEBUG_EXIT     0xf4

void machine_power_off(void)
{
	for (const char *letter = "Shutdown"; *letter; letter++)
		outb(BOCHS_SHUTDOWN, *letter);
	outw(QEMU_PM1A_CNT, PM1_CNT_SLP_EN);
	outb(QEMU_ISA_DEBUG_EXIT, 0);
	for (;;)
		asm volatile("cli; hlt");
}

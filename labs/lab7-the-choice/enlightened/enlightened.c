/* An unmodified kernel that looks around: is there a hypervisor that offers better than a UART and an ATA disk? All else
   stays the PC's. */
#include "drivers.h"
#include "lib.h"
#include "../../../guest-paravirt/machine/hypercall.h"
#include "../../../guest-paravirt/machine/pv.h"         /* cpuid() */

/* lab 7E: who is there, and what does it offer? */
#define SIGNATURE_LENGTH 12

/* The feature bits; 0 on a bare machine, on another's hypervisor, and where another version of the interface is spoken. */
static uint32_t offered_features(void)
{
	uint32_t r[4];                          /* EAX, EBX, ECX, EDX */

	cpuid(1, r);
	if (!(r[2] & PV_CPUID_HYPERVISOR_BIT))
		return 0;
	cpuid(PV_CPUID_BASE, r);
	if (memcmp(&r[1], PV_SIGNATURE, SIGNATURE_LENGTH) != 0)
		return 0;
	cpuid(PV_CPUID_FEATURES, r);
	return r[0] == PV_ABI_VERSION ? r[1] : 0;
}
/* end of 7E */

/* lab 7E: events, beside the interrupts of the 8259 */
#define EVENT_VECTOR 0x30                       /* the 8259s have 0x20 to 0x2f */

static struct pv_event_page events __attribute__((aligned(8)));

static bool set_up_events(void)
{
	return hypercall(PV_HC_EVENT_SETUP, (uint64_t)&events, EVENT_VECTOR, 0) == 0;
}

static void take_events(void)
{
	uint64_t pending = __atomic_exchange_n(&events.pending, 0, __ATOMIC_SEQ_CST);

	if (pending & 1 << PV_EVENT_CONSOLE)
		paravirt_console_event();
	if (pending & 1 << PV_EVENT_BLOCK)
		paravirt_disk_event();
}

void machine_interrupt(uint8_t vector)
{
	if (vector == EVENT_VECTOR)
		take_events();                  /* no end of interrupt: the 8259 has not seen this one */
	else
		native_machine_interrupt(vector);
}
/* end of 7E */

/* lab 7E: the PC first, then what is better */
/* Both drivers lead to the same console: what is in the UART leaves first. The first reading by call also makes input come by
   event. */
static void take_console(void)
{
	native_console_drain();
	console = &paravirt_console;
	paravirt_console_event();
}

static void take_disk(void)
{
	paravirt_disk_init();
	if (paravirt_machine_disk_sectors() > 0)
		disk = &paravirt_disk;
}

void machine_init(void)
{
	native_machine_init();
	uint32_t features = offered_features();

	if (!(features & PV_FEATURE_EVENTS) || !set_up_events())
		return;
	if (features & PV_FEATURE_CONSOLE)
		take_console();
	if (features & PV_FEATURE_BLOCK)
		take_disk();
}
/* end of 7E */

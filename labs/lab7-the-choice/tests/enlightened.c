/* 7E: the real enlightened.c, on machines of the test's: who answers CPUID, what its hypercalls answer, and what the drivers
   are asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "guest_panic.h"
#include "host_main.h"
#include "lib.h"

/* VMCALL and CPUID are the test's. The headers' are put aside, before enlightened.c includes them again in vain. */
#define hypercall hypercall_by_vmcall
#include "../../../guest-paravirt/machine/hypercall.h"
#undef hypercall
#include "../../../guest-paravirt/machine/pv.h"
static int64_t hypercall(enum pv_hypercall number, uint64_t rbx, uint64_t rcx, uint64_t rdx) __attribute__((unused));
static void ask(uint32_t leaf, uint32_t r[4]) __attribute__((unused));
#define cpuid(leaf, r) ask(leaf, r)
#include "labs/lab7-the-choice/enlightened/enlightened.c"
#undef cpuid

#define ALL (PV_FEATURE_CLOCK | PV_FEATURE_STEAL_TIME | PV_FEATURE_EVENTS | PV_FEATURE_CONSOLE | PV_FEATURE_BLOCK \
	| PV_FEATURE_TIMER | PV_FEATURE_IDLE | PV_FEATURE_BALLOON | PV_FEATURE_SHUTDOWN)

/* ---- The machine ---- */

static struct {
	bool hypervisor;
	char signature[13];
	uint32_t version, features;
	int64_t event_setup;            /* what the call answers */
	uint64_t sectors;               /* of the paravirtual disk */
} machine;

/* In the order in which they happened, a letter each. */
static char happened[64];

static void note(char what)
{
	size_t n = strlen(happened);

	if (n < sizeof(happened) - 1)
		happened[n] = what;
}

static struct pv_event_page *page;
static uint64_t vector;

/* Bare metal answers a leaf that it does not have like its highest basic leaf. */
static void ask(uint32_t leaf, uint32_t r[4])
{
	r[0] = 1, r[1] = ALL, r[2] = 100, r[3] = 0;
	if (leaf == 1)
		r[2] = machine.hypervisor ? 0xf6fa3203 : 0x76fa3203;
	if (leaf < PV_CPUID_BASE)
		return;
	if (leaf == PV_CPUID_BASE && machine.signature[0]) {
		r[0] = PV_CPUID_FEATURES;
		memcpy(&r[1], machine.signature, 12);
	} else if (machine.hypervisor) {
		r[0] = leaf == PV_CPUID_FEATURES ? machine.version : 0;
		r[1] = leaf == PV_CPUID_FEATURES ? machine.features : 0;
		r[2] = r[3] = 0;
	}
}

static int64_t hypercall(enum pv_hypercall number, uint64_t rbx, uint64_t rcx, uint64_t rdx)
{
	note(number == PV_HC_EVENT_SETUP ? 'E' : 'H');
	if (number != PV_HC_EVENT_SETUP)
		return 0;
	if (rbx % 8 || rcx < 32 || rcx > 255)
		return -22;
	if (machine.event_setup)
		return machine.event_setup;
	page = (struct pv_event_page *)rbx;
	vector = rcx;
	return 0;
}

/* ---- Both sets of drivers ---- */

void native_machine_init(void) { note('N'); }
void native_console_drain(void) { note(console == &native_console ? 'D' : 'd'); }

static uint64_t meanwhile;              /* an event that is raised while a driver is told of another */

static void tell(char driver)
{
	note(driver);
	if (page)
		page->pending |= meanwhile;
	meanwhile = 0;
}

void paravirt_console_event(void) { tell('C'); }
void paravirt_disk_event(void) { tell('K'); }
void paravirt_disk_init(void) { note(page ? 'B' : 'b'); }
uint64_t paravirt_machine_disk_sectors(void) { return strpbrk(happened, "Bb") ? machine.sectors : 0; }

static int native_interrupt = -1;

void native_machine_interrupt(uint8_t of) { note('I'); native_interrupt = of; }

const struct console_driver native_console, paravirt_console, *console;
const struct disk_driver native_disk, paravirt_disk, *disk;

static void boot(void)
{
	memset(happened, 0, sizeof(happened));
	console = &native_console;
	disk = &native_disk;
	page = NULL;
	vector = 0;
	machine_init();
}

static void set_machine(bool hypervisor, const char *signature, uint32_t version, uint32_t features)
{
	memset(&machine, 0, sizeof(machine));
	machine.hypervisor = hypervisor;
	snprintf(machine.signature, sizeof(machine.signature), "%s", signature);
	machine.version = version;
	machine.features = features;
	machine.sectors = 2048;
}

static void boot_in_twinlab(uint32_t features)
{
	set_machine(true, "TwinTwinTwin", 1, features);
	boot();
}

static void expect_drivers(const char *where, bool console_by_call, bool disk_by_call)
{
	if (!strchr(happened, 'N'))
		fail_msg("%s: the PC is not initialized", where);
	if ((console == &paravirt_console) != console_by_call)
		fail_msg("%s: its console is the %s one", where, console_by_call ? "native" : "paravirtual");
	if ((disk == &paravirt_disk) != disk_by_call)
		fail_msg("%s: its disk is the %s one", where, disk_by_call ? "native" : "paravirtual");
}

/* ---- Who is there ---- */

/* Everything native, and not one call. */
static void expect_a_pc(const char *where)
{
	boot();
	expect_drivers(where, false, false);
	if (strcmp(happened, "N"))
		fail_msg("%s: it calls the hypervisor, or a paravirtual driver", where);
}

static void a_bare_machine_is_a_pc(void **state)
{
	set_machine(false, "", 0, 0);
	expect_a_pc("a bare machine");
	set_machine(false, "TwinTwinTwin", 1, ALL);
	expect_a_pc("a machine without the hypervisor bit");
	boot_in_twinlab(ALL);
	expect_drivers("Twinlab", true, true);
}

static void anothers_hypervisor_is_a_pc(void **state)
{
	static const char *const strangers[] = {
		"TCGTCGTCGTCG", "KVMKVMKVM", "Microsoft Hv", "TwinTwinTwix", "XwinTwinTwin", "TwinTwixTwin",
	};

	for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++) {
		set_machine(true, strangers[i], 1, ALL);
		expect_a_pc(strangers[i]);
	}
	boot_in_twinlab(ALL);
	expect_drivers("Twinlab", true, true);
}

static void another_version_is_a_pc(void **state)
{
	set_machine(true, "TwinTwinTwin", 2, ALL);
	expect_a_pc("version 2 of the interface");
	set_machine(true, "TwinTwinTwin", 0, ALL);
	expect_a_pc("version 0 of the interface");
	boot_in_twinlab(ALL);
	expect_drivers("version 1 of the interface", true, true);
}

/* ---- What it offers ---- */

static void each_service_for_itself(void **state)
{
	boot_in_twinlab(ALL & ~PV_FEATURE_BLOCK);
	expect_drivers("without PV_FEATURE_BLOCK", true, false);
	boot_in_twinlab(ALL & ~PV_FEATURE_CONSOLE);
	expect_drivers("without PV_FEATURE_CONSOLE", false, true);
	boot_in_twinlab(PV_FEATURE_EVENTS | PV_FEATURE_CONSOLE | PV_FEATURE_BLOCK);
	expect_drivers("with nothing but what it needs", true, true);
}

static void no_events_no_drivers(void **state)
{
	set_machine(true, "TwinTwinTwin", 1, ALL & ~PV_FEATURE_EVENTS);
	boot();
	expect_drivers("without PV_FEATURE_EVENTS", false, false);
	set_machine(true, "TwinTwinTwin", 1, ALL);
	machine.event_setup = -14;
	boot();
	expect_drivers("the hypervisor refuses the event page", false, false);
	boot_in_twinlab(ALL);
	expect_drivers("Twinlab", true, true);
}

static void a_machine_without_a_paravirtual_disk(void **state)
{
	set_machine(true, "TwinTwinTwin", 1, ALL);
	machine.sectors = 0;
	boot();
	expect_drivers("the paravirtual disk has no sectors", true, false);
}

/* ---- In what order ---- */

static void events_come_first(void **state)
{
	boot_in_twinlab(ALL);
	expect_drivers("Twinlab", true, true);
	if (strcspn(happened, "E") > strcspn(happened, "BbC"))
		fail_msg("a driver is started before there is an event page");
	if (strcspn(happened, "N") > strcspn(happened, "E"))
		fail_msg("native_machine_init() comes last, and sets up the 8259s and interrupts once more");
}

static void the_uart_is_empty_first(void **state)
{
	boot_in_twinlab(ALL);
	expect_drivers("Twinlab", true, true);
	if (!strchr(happened, 'D'))
		fail_msg("what is still in the UART leaves after the first call: native_console_drain() comes before the change");
	if (!strchr(happened, 'C'))
		fail_msg("nobody reads the console by call: what is typed goes to the UART");
	if (strcspn(happened, "C") < strcspn(happened, "D"))
		fail_msg("the UART is drained after the console was read by call");
}

/* ---- Interrupts ---- */

static void a_vector_of_its_own(void **state)
{
	boot_in_twinlab(ALL);
	expect_drivers("Twinlab", true, true);
	if (vector < 0x30)
		fail_msg("vector 0x%lx is one of the 8259s'", vector);
	if (vector == 0x80)
		fail_msg("vector 0x80 is the system calls'");
}

/* interrupt VECTOR with these bits in the page: what happens, in any order. */
static void expect_interrupt(uint8_t of, uint64_t pending, const char *what)
{
	memset(happened, 0, sizeof(happened));
	native_interrupt = -1;
	if (page)
		page->pending = pending;
	machine_interrupt(of);
	for (const char *c = what; *c; c++)
		if (!strchr(happened, *c))
			fail_msg("vector 0x%x with bits 0x%lx: %s is not told", of, pending,
				*c == 'C' ? "the console" : *c == 'K' ? "the disk" : "native_machine_interrupt()");
	for (const char *c = happened; *c; c++)
		if (!strchr(what, *c))
			fail_msg("vector 0x%x with bits 0x%lx: %s is told", of, pending,
				*c == 'C' ? "the console" : *c == 'K' ? "the disk" : "native_machine_interrupt()");
}

static void events_reach_their_drivers(void **state)
{
	boot_in_twinlab(ALL);
	assert_non_null(page);
	expect_interrupt(vector, 1 << PV_EVENT_CONSOLE, "C");
	expect_interrupt(vector, 1 << PV_EVENT_BLOCK, "K");
	expect_interrupt(vector, 1 << PV_EVENT_BLOCK | 1 << PV_EVENT_CONSOLE, "CK");
	expect_interrupt(vector, 0, "");
}

/* Is the event OTHER, raised while the driver of PENDING is told, still there, or told too? */
static void expect_not_lost(enum pv_event pending, enum pv_event other, char driver)
{
	memset(happened, 0, sizeof(happened));
	page->pending = 1ull << pending;
	meanwhile = 1ull << other;
	machine_interrupt(vector);
	if (!(page->pending >> other & 1) && !strchr(happened, driver))
		fail_msg("an event that comes while a driver is told is lost: take the bits first, then tell");
}

/* A bit that stays keeps the next event from asking for its callback. */
static void the_bits_are_taken(void **state)
{
	boot_in_twinlab(ALL);
	assert_non_null(page);
	expect_interrupt(vector, 1 << PV_EVENT_BLOCK | 1 << PV_EVENT_CONSOLE | 1 << PV_EVENT_TIMER, "CK");
	if (page->pending)
		fail_msg("bits 0x%lx stay in the page: no further event asks for its callback", page->pending);
	expect_not_lost(PV_EVENT_CONSOLE, PV_EVENT_BLOCK, 'K');
	expect_not_lost(PV_EVENT_BLOCK, PV_EVENT_CONSOLE, 'C');
}

static void the_rest_is_the_8259s(void **state)
{
	boot_in_twinlab(ALL);
	assert_non_null(page);
	for (unsigned of = 0x20; of < 0x30; of++) {
		expect_interrupt(of, 0, "I");
		assert_int_equal(native_interrupt, of);
	}
	set_machine(false, "", 0, 0);
	boot();
	expect_interrupt(0x2e, 0, "I");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_bare_machine_is_a_pc),
	cmocka_unit_test(anothers_hypervisor_is_a_pc),
	cmocka_unit_test(another_version_is_a_pc),
	cmocka_unit_test(each_service_for_itself),
	cmocka_unit_test(no_events_no_drivers),
	cmocka_unit_test(a_machine_without_a_paravirtual_disk),
	cmocka_unit_test(events_come_first),
	cmocka_unit_test(the_uart_is_empty_first),
	cmocka_unit_test(a_vector_of_its_own),
	cmocka_unit_test(events_reach_their_drivers),
	cmocka_unit_test(the_bits_are_taken),
	cmocka_unit_test(the_rest_is_the_8259s),
};

LAB_MAIN(tests)

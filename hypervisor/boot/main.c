/*
 * The table of contents: what happens from GRUB's jump to the last VM's end.
 */
#include "backend/clock.h"
#include "backend/console.h"
#include "backend/disk.h"
#include "boot/multiboot2.h"
#include "cpu/descriptors.h"
#include "cpu/idle.h"
#include "debug/debug.h"
#include "exit/exit.h"
#include "hw/ata.h"
#include "hw/pic.h"
#include "hw/pit.h"
#include "hw/power.h"
#include "hw/serial.h"
#include "hw/tsc.h"
#include "lib/log.h"
#include "lib/panic.h"
#include "lib/printf.h"
#include "memory/memory.h"
#include "memory/pages.h"
#include "trace/log.h"
#include "trace/trace.h"
#include "vm/config.h"
#include "vm/vms.h"
#include "vmx/run.h"
#include "vmx/switch.h"
#include "vmx/vmx.h"

static void open_trace_log(const struct boot_info *boot, const struct vm_config *configs, int count)
{
	char error[200];
	int partition = config_trace(boot->command_line, configs, count, error, sizeof(error));

	if (partition < 0)
		panic("bad boot command line: %s", error);
	if (partition)
		trace_log_open(partition);
}

static void create_vms(const struct boot_info *boot)
{
	static struct vm_config configs[VM_MAX];
	char error[200];
	int count = config_parse(boot->command_line, configs, error, sizeof(error));

	if (count < 0)
		panic("bad boot command line: %s", error);
	if (count == 0)
		panic("the boot command line asks for no VM: add vm=NAME,kind=unmodified or vm=NAME,kind=paravirt");
	open_trace_log(boot, configs, count);
	for (int i = 0; i < count; i++)
		vm_create(&configs[i], boot);
	for (unsigned i = 0; i < boot->module_count && !vms_waiting; i++)
		pages_add_free(boot->modules[i].start, boot->modules[i].end);   /* they have been copied to their guests */
}

static void finish(void)
{
	disk_drain();                   /* what guests wrote reaches the disk, */
	for (unsigned i = 0; i < vm_count; i++)
		console_flush(vms[i]->console); /* what they printed the wire */
	report_print();                 /* the evidence */
	if (nmi_count())
		printf("%u NMIs came and were ignored\n", nmi_count());
	trace_log_write();              /* of a traced run: every exit */
	printf("all VMs have ended, powering off\n");
	debug_end();
	serial_flush(log_port());
	machine_power_off();
}

void hypervisor_main(uint32_t magic, uint64_t boot_information)
{
	struct boot_info boot;

	log_init();                     /* COM1: from here on problems can be told */
	printf("Twinlab hypervisor\n");
	multiboot2_read(magic, boot_information, &boot);
	memory_init(&boot);             /* which pages are free */
	descriptors_init();             /* own GDT, TSS, IDT: exceptions become a panic */
	paging_init();                  /* own page tables: W^X, guard pages */
	pic_init();                     /* real interrupts, all masked */
	tsc_init(pit_measure_tsc_hz()); /* time */
	clock_init();
	idle_init();                    /* sleeping until the next deadline */
	if (log_port())
		serial_use_interrupts(log_port());
	ata_init();                     /* the real disk; VMs without one run as well */
	switch_enable_fpu();            /* guests use it, the hypervisor does not */
	vmx_init();                     /* VMXON, capabilities */
	cpuid_init();                   /* what guests are told */
	create_vms(&boot);
	debug_init(boot.command_line);  /* GDB on COM2 */
	run_all();                      /* vmx/run.c: until the last VM has ended */
	finish();
}

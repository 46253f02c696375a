#include "backend/console.h"
#include "backend/disk.h"
#include "boot/multiboot2.h"
#include "fullvirt/machine.h"
#include "hw/serial.h"
#include "lib/heap.h"
#include "lib/panic.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "memory/pages.h"
#include "paravirt/paravirt.h"
#include "trace/trace.h"
#include "vm/config.h"
#include "vm/loader.h"
#include "vm/vms.h"
#include "vmx/ept.h"
#include "vmx/setup.h"
#include "vmx/switch.h"

#define LARGE_PAGE_PAGES 512            /* guest memory starts at a 2 MiB border, so that the EPT can map it in 2 MiB pages */

#define LATE_PAGES       5              /* of a VM that starts late: the VMCS, and tables of the EPT beside one for each 2 MiB */

struct vm *vms[VM_MAX];
unsigned vm_count, vms_waiting;

static struct starter {
	struct vm *vm;
	const struct vm_config *config;
	const struct boot_module *module;
} waiting[VM_MAX];

/* All of it is away at first. */
static void create_memory(struct vm *vm, uint64_t size)
{
	vm->memory = (struct guest_memory){ .ept = ept_create(), .size = size, .ballooned = size };
	if (!vm->memory.ept)
		panic("too little memory for the EPT of %s", vm->name);
}

static void fill_at_once(struct vm *vm)
{
	uint64_t size = vm->memory.size, host = pages_alloc(size / PAGE_SIZE, LARGE_PAGE_PAGES);

	if (!host)
		panic("too little memory: %s asks for %lu KiB; give it less with mem=, or the machine more", vm->name, size >> 10);
	if (ept_map(vm->memory.ept, 0, host, size))
		panic("too little memory for the EPT of %s", vm->name);
	vm->memory.ballooned = 0;
}

static struct console *create_console(const struct vm_config *config)
{
	struct serial_port *port = config->console ? serial_open(config->console) : NULL;

	if (config->console && !port)
		printf("%s: the machine has no COM%u, its console goes to this log\n", config->name, config->console);
	if (port)
		serial_use_interrupts(port);
	return console_create(config->name, port);
}

static struct disk *open_disk(const struct vm_config *config)
{
	const char *why;
	struct disk *disk = config->disk ? disk_open_partition(config->disk, &why) : NULL;

	if (config->disk && !disk)
		printf("%s: no disk %u: %s. It runs without a disk\n", config->name, config->disk, why);
	return disk;
}

static const struct boot_module *find_module(const struct boot_info *boot, const struct vm_config *config)
{
	size_t length = strlen(config->kernel);

	for (unsigned i = 0; i < boot->module_count; i++) {
		const char *module = boot->modules[i].name;

		if (!strncmp(module, config->kernel, length) && (module[length] == '\0' || module[length] == ' '))
			return &boot->modules[i];
	}
	panic("vm=%s: GRUB loaded no module named '%s'", config->name, config->kernel);
}

static void load(struct vm *vm, const struct vm_config *config, const struct boot_module *module)
{
	struct loaded_kernel kernel;
	char command_line[AUTORUN_MAX + VM_NAME_MAX + 16];

	snprintf(command_line, sizeof(command_line), config->autorun[0] ? "%s autorun=\"%s\"" : "%s", vm->name, config->autorun);
	const char *problem = load_kernel(&vm->memory, (void *)module->start, module->end - module->start, command_line, &kernel);

	if (problem)
		panic("vm=%s: module '%s' is no kernel: %s", vm->name, config->kernel, problem);
	setup_vmcs(vm, kernel.entry, MULTIBOOT_BOOT_MAGIC, kernel.boot_information);
}

/* It has its memory: from here on it is one of the machine's VMs. */
static void start(const struct starter *starter)
{
	const struct vm_config *config = starter->config;
	struct vm *vm = starter->vm;

	vm->id = vm_count;
	vm->state_since_ns = clock_now_ns();
	load(vm, config, starter->module);
	vms[vm_count++] = vm;
	printf("vm %u: %s (%s), %lu KiB, kernel %s, disk %u\n", vm->id, vm->name, vm_kind_names[vm->kind],
		vm->memory.size >> 10, config->kernel, vm->disk ? config->disk : 0);
}

/* As from the balloon: page by page, from wherever one is free. */
static bool fill_page_by_page(struct vm *vm)
{
	int error = 0;

	for (uint64_t gpa = 0; gpa < vm->memory.size && !error; gpa += PAGE_SIZE)
		error = guest_memory_restore(&vm->memory, gpa);
	if (error)
		printf("%s is not started: a page of its memory cannot be had (error %d)\n", vm->name, error);
	return !error;
}

static bool is_memory_for(const struct vm *vm)
{
	return pages_available() >= vm->memory.size / PAGE_SIZE + vm->memory.size / (LARGE_PAGE_PAGES * PAGE_SIZE) + LATE_PAGES;
}

void vms_start_waiting(void)
{
	static const struct starter *first = waiting;

	for (; vms_waiting && is_memory_for(first->vm); first++, vms_waiting--)
		if (fill_page_by_page(first->vm))
			start(first);
}

void vm_create(const struct vm_config *config, const struct boot_info *boot)
{
	struct vm *vm = zalloc(sizeof(*vm));
	struct starter starter = { vm, config, find_module(boot, config) };

	vm->kind = config->kind;
	vm->hides_time = config->hides_time;
	memcpy(vm->name, config->name, sizeof(vm->name));
	trace_create(vm);
	create_memory(vm, config->memory_size);
	vm->console = create_console(config);
	vm->disk = open_disk(config);
	if (vm->kind != VM_UNMODIFIED)
		paravirt_create(vm);
	if (vm->kind != VM_PARAVIRT)
		pc_create(vm);          /* last: its UART hears what is typed, until the guest reads the console by call */
	switch_init(vm);
	if (config->waits) {
		waiting[vms_waiting++] = starter;
		printf("%s waits until %lu KiB are free for it\n", vm->name, vm->memory.size >> 10);
	} else {
		fill_at_once(vm);
		start(&starter);
	}
}

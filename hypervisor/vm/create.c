#include "backend/console.h"
#include "backend/disk.h"
#include "boot/multiboot2.h"
#include "fullvirt/machine.h"
#include "hw/serial.h"
#include "lib/heap.h"
#include "lib/panic.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "memory/memory.h"
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

struct vm *vms[VM_MAX];
unsigned vm_count;

static void create_memory(struct vm *vm, uint64_t size)
{
	uint64_t host = pages_alloc(size / PAGE_SIZE, LARGE_PAGE_PAGES);

	if (!host)
		panic("too little memory: %s asks for %lu KiB; give it less with mem=, or the machine more", vm->name, size >> 10);
	memory_count_guest(size);
	vm->memory = (struct guest_memory){ .ept = ept_create(), .size = size };
	if (!vm->memory.ept || ept_map(vm->memory.ept, 0, host, size))
		panic("too little memory for the EPT of %s", vm->name);
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

static const struct boot_module *find_module(const struct boot_info *boot, const char *name)
{
	size_t length = strlen(name);

	for (unsigned i = 0; i < boot->module_count; i++) {
		const char *module = boot->modules[i].name;

		if (!strncmp(module, name, length) && (module[length] == '\0' || module[length] == ' '))
			return &boot->modules[i];
	}
	return NULL;
}

static void load(struct vm *vm, const struct vm_config *config, const struct boot_info *boot)
{
	const struct boot_module *module = find_module(boot, config->kernel);
	struct loaded_kernel kernel;
	char command_line[AUTORUN_MAX + VM_NAME_MAX + 16];

	if (!module)
		panic("vm=%s: GRUB loaded no module named '%s'", vm->name, config->kernel);
	snprintf(command_line, sizeof(command_line), config->autorun[0] ? "%s autorun=\"%s\"" : "%s", vm->name, config->autorun);
	const char *problem = load_kernel(&vm->memory, (void *)module->start, module->end - module->start, command_line, &kernel);

	if (problem)
		panic("vm=%s: module '%s' is no kernel: %s", vm->name, config->kernel, problem);
	setup_vmcs(vm, kernel.entry, MULTIBOOT_BOOT_MAGIC, kernel.boot_information);
}

void vm_create(const struct vm_config *config, const struct boot_info *boot)
{
	struct vm *vm = zalloc(sizeof(*vm));

	vm->id = vm_count;
	vm->kind = config->kind;
	vm->hides_time = config->hides_time;
	memcpy(vm->name, config->name, sizeof(vm->name));
	trace_create(vm);
	vm->state_since_ns = clock_now_ns();
	create_memory(vm, config->memory_size);
	vm->console = create_console(config);
	vm->disk = open_disk(config);
	if (vm->kind != VM_UNMODIFIED)
		paravirt_create(vm);
	if (vm->kind != VM_PARAVIRT)
		pc_create(vm);          /* last: its UART hears what is typed, until the guest reads the console by call */
	switch_init(vm);
	load(vm, config, boot);
	vms[vm_count++] = vm;
	printf("vm %u: %s (%s), %lu KiB, kernel %s, disk %u\n", vm->id, vm->name, vm_kind_names[vm->kind],
		vm->memory.size >> 10, config->kernel, vm->disk ? config->disk : 0);
}

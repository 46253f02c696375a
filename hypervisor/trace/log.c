#include <stdbool.h>
#include "backend/disk.h"
#include "exit/exit.h"
#include "hw/tsc.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "memory/pages.h"
#include "trace/log.h"
#include "trace/nonce.h"
#include "trace/trace.h"
#include "vm/vms.h"
#include "vmx/run.h"
#include "vmx/vmx.h"

_Static_assert(VM_UNMODIFIED == TRACE_LOG_UNMODIFIED && VM_PARAVIRT == TRACE_LOG_PARAVIRT
	&& VM_ENLIGHTENED == TRACE_LOG_ENLIGHTENED && VM_MAX == TRACE_LOG_VMS,
	"as readers know them");

#define SECTORS_PER_REQUEST 256
#define SECTORS_MAX         (1u << 17)  /* 64 MiB: of a larger partition only that much is used */

static struct {
	struct disk *disk;              /* NULL: nothing is logged */
	struct trace_log_header *header;        /* a page, and behind it */
	struct trace_log_record *records;
	uint64_t count, capacity, lost;
} logged;

static struct trace_log_record *next_record(void)
{
	if (logged.count == logged.capacity) {
		logged.lost++;
		return NULL;
	}
	return &logged.records[logged.count++];
}

void trace_log_event(enum trace_log_kind kind, const struct vm *vm, uint64_t start, uint64_t end, uint32_t interruption)
{
	struct trace_log_record *record = logged.disk ? next_record() : NULL;

	if (record)
		*record = (struct trace_log_record){
			.kind = kind, .vm = vm ? vm->id : TRACE_LOG_NO_VM,
			.start = start, .end = end, .interruption = interruption,
		};
}

void trace_log_delivery(const struct vm *vm, uint8_t vector)
{
	if (!logged.disk)
		return;

	uint64_t now = rdtsc();

	trace_log_event(TRACE_LOG_DELIVERY, vm, now, now, vector);
}

/* The VMCS still tells of this exit. The ring has its beginning, as the counters took it. */
static void log_exit(const struct vm *vm, const struct vcpu_regs *before, uint64_t handled)
{
	const struct exit_record *exit = trace_last(vm, 0);
	struct trace_log_record *record = next_record();

	if (!record)
		return;
	*record = (struct trace_log_record){
		.kind = TRACE_LOG_EXIT, .vm = vm->id, .phase = trace_phase_code(vm), .reason = exit->reason,
		.start = exit->tsc, .end = handled, .rip = exit->rip,
		.qualification = exit_is_qualified(exit->reason) ? vmcs_read(EXIT_QUALIFICATION) : 0,
		.rax = before->rax, .rbx = before->rbx, .rcx = before->rcx, .rdx = before->rdx, .rax_after = vm->vcpu.regs.rax,
		.interruption = vmcs_read(VM_EXIT_INTERRUPTION_INFORMATION),
		.injected = vmcs_read(VM_ENTRY_INTERRUPTION_INFORMATION),
	};
}

/* In the place of handle_exit while a run is traced. */
static uint64_t handle_exit_and_log(struct vm *vm)
{
	struct vcpu_regs before = vm->vcpu.regs;
	uint64_t handled = handle_exit(vm);

	log_exit(vm, &before, handled);
	return handled;
}

static bool open_log(unsigned partition, const char **why)
{
	struct disk *disk = disk_open_partition(partition, why);

	if (!disk)
		return false;
	uint64_t sectors = disk->sectors < SECTORS_MAX ? disk->sectors : SECTORS_MAX;
	uint64_t bytes = sectors * SECTOR_SIZE, memory;

	*why = "it is too small";
	if (bytes < 2 * TRACE_LOG_HEADER_BYTES)
		return false;
	*why = "the machine has too little memory for it";
	memory = pages_alloc((bytes + PAGE_SIZE - 1) / PAGE_SIZE, 1);
	if (!memory)
		return false;
	logged.disk = disk;
	logged.header = (struct trace_log_header *)memory;
	logged.records = (struct trace_log_record *)(memory + TRACE_LOG_HEADER_BYTES);
	logged.capacity = (bytes - TRACE_LOG_HEADER_BYTES) / sizeof(struct trace_log_record);
	return true;
}

void trace_log_open(unsigned partition)
{
	const char *why;

	if (!open_log(partition, &why)) {
		printf("trace=%u: no log of the exits: %s\n", partition, why);
		return;
	}
	exit_handler = handle_exit_and_log;
	printf("trace: every exit is logged, up to %lu\n", logged.capacity);
}

static void fill_header(struct trace_log_header *header)
{
	char nonce[NONCE_LENGTH + 1];

	nonce_read(nonce);
	*header = (struct trace_log_header){
		.record_bytes = sizeof(struct trace_log_record), .vm_count = vm_count,
		.tsc_hz = tsc_hz(), .boot = tsc_at_boot(), .end = rdtsc(), .records = logged.count, .lost = logged.lost,
	};
	memcpy(header->magic, TRACE_LOG_MAGIC, sizeof(header->magic));
	memcpy(header->nonce, nonce, sizeof(header->nonce));
	for (unsigned i = 0; i < vm_count; i++) {
		memcpy(header->vms[i].name, vms[i]->name, sizeof(header->vms[i].name));
		header->vms[i].kind = vms[i]->kind;
	}
	for (unsigned reason = 0; reason < TRACE_LOG_REASONS; reason++)
		snprintf(header->reasons[reason], sizeof(header->reasons[reason]), "%s", exit_name(reason));
}

static void store_status(struct disk_request *request, int status)
{
	*(int *)request->context = status;
}

/* The part of the log from that sector on, at most one request's worth: 0 or a negative errno. */
static int write_part(uint64_t sector, uint64_t count)
{
	int status;
	struct disk_request request = {
		.disk = logged.disk, .op = DISK_WRITE, .sector = sector, .count = count,
		.buffer = (uint8_t *)logged.header + sector * SECTOR_SIZE, .done = store_status, .context = &status,
	};
	int refused = disk_submit(&request);

	if (refused)
		return refused;
	disk_drain();
	return status;
}

static int write_sectors(uint64_t first, uint64_t end)
{
	int status = 0;

	for (uint64_t sector = first; sector < end && !status; sector += SECTORS_PER_REQUEST)
		status = write_part(sector, end - sector < SECTORS_PER_REQUEST ? end - sector : SECTORS_PER_REQUEST);
	return status;
}

/* The header last: a log that could not be written whole does not look like one. */
void trace_log_write(void)
{
	uint64_t records_at = TRACE_LOG_HEADER_BYTES / SECTOR_SIZE;
	uint64_t end = records_at + (logged.count * sizeof(struct trace_log_record) + SECTOR_SIZE - 1) / SECTOR_SIZE;

	if (!logged.disk)
		return;
	fill_header(logged.header);
	if (write_sectors(records_at, end) || write_sectors(0, records_at))
		printf("trace: the disk did not take the log\n");
	else
		printf("trace: %lu exits and events logged, %lu lost\n", logged.count, logged.lost);
}

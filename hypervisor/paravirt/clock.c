/*
 * Time without exits: the pvclock page gives the guest the TSC's scale, so it reads the time by itself. With it come the wall
 * clock at the page's time 0, and the time that the scheduler gave to others. KVM's MSRs and structures
 * (Linux, "KVM-specific MSRs": MSR_KVM_WALL_CLOCK_NEW, MSR_KVM_SYSTEM_TIME_NEW, MSR_KVM_STEAL_TIME).
 */
#include "hw/tsc.h"
#include "lib/string.h"
#include "paravirt/services.h"
#include "vm/vm.h"

#define ENABLE          1ull
#define STEAL_ALIGNMENT 64
#define NS_PER_SECOND   1000000000ull

/* A structure may neither leave the guest's memory nor cross a page: its host address is good for one page only. Looked up each
   time, because the guest may give the page back later. */
static void *structure(struct vm *vm, uint64_t gpa, uint64_t size)
{
	if (gpa % sizeof(uint32_t) || gpa % PAGE_SIZE + size > PAGE_SIZE)
		return NULL;
	return guest_page(&vm->memory, gpa);
}

/* The guest reads the structure only between two equal, even versions. The barriers keep the stores in this order. */
static void begin_update(uint32_t *version, uint32_t *published)
{
	++*published;
	__atomic_store_n(version, 2 * *published - 1, __ATOMIC_SEQ_CST);
}

static void end_update(uint32_t *version, uint32_t published)
{
	__atomic_store_n(version, 2 * published, __ATOMIC_SEQ_CST);
}

/* lab 2E: the page that tells the time */
/* The page counts from the hypervisor's start, exactly as clock_now_ns() does, so it never needs to be published again. */
static void publish_system_time(struct vm *vm, struct pvclock_time_info *info)
{
	struct clock_service *service = &vm->paravirt->clock;
	struct tsc_scale scale = tsc_to_ns_scale();

	begin_update(&info->version, &service->system_time_published);
	info->pad0 = 0;
	info->tsc_timestamp = tsc_at_boot();
	info->system_time = 0;
	info->tsc_to_system_mul = scale.mul;
	info->tsc_shift = scale.shift;
	info->flags = PVCLOCK_TSC_STABLE_BIT;
	memset(info->pad, 0, sizeof(info->pad));
	end_update(&info->version, service->system_time_published);
}
/* end of 2E */

static void publish_wall_clock(struct clock_service *service, struct pvclock_wall_clock *wall)
{
	begin_update(&wall->version, &service->wall_clock_published);
	wall->sec = clock_wall_seconds() - clock_now_ns() / NS_PER_SECOND;
	wall->nsec = 0;
	end_update(&wall->version, service->wall_clock_published);
}

static void publish_steal_time(struct vm *vm, struct pv_steal_time *steal)
{
	struct clock_service *service = &vm->paravirt->clock;

	begin_update(&steal->version, &service->steal_time_published);
	steal->steal = vm->wait_ns;
	steal->flags = 0;
	steal->preempted = 0;
	end_update(&steal->version, service->steal_time_published);
}

/* A page that the guest gave back is left alone: it no longer wants to know. */
void paravirt_scheduled(struct vm *vm)
{
	uint64_t msr = vm->paravirt->clock.steal_time;

	if (!(msr & ENABLE))
		return;
	struct pv_steal_time *steal = structure(vm, msr & ~ENABLE, sizeof(*steal));
	if (steal)
		publish_steal_time(vm, steal);
}

static bool write_wall_clock(struct vm *vm, uint64_t value)
{
	struct pvclock_wall_clock *wall = structure(vm, value, sizeof(*wall));

	if (!wall)
		return false;
	vm->paravirt->clock.wall_clock = value;
	publish_wall_clock(&vm->paravirt->clock, wall);
	return true;
}

static bool write_system_time(struct vm *vm, uint64_t value)
{
	struct pvclock_time_info *info = structure(vm, value & ~ENABLE, sizeof(*info));

	if ((value & ENABLE) && !info)
		return false;
	vm->paravirt->clock.system_time = value;
	if (value & ENABLE)
		publish_system_time(vm, info);
	return true;
}

static bool write_steal_time(struct vm *vm, uint64_t value)
{
	uint64_t gpa = value & ~ENABLE;

	if ((value & ENABLE) && (gpa % STEAL_ALIGNMENT || !guest_page(&vm->memory, gpa)))
		return false;
	vm->paravirt->clock.steal_time = value;
	paravirt_scheduled(vm);
	return true;
}

bool paravirt_write_msr(struct vm *vm, uint32_t msr, uint64_t value)
{
	switch (msr) {
	case MSR_KVM_WALL_CLOCK_NEW:
		return write_wall_clock(vm, value);
	case MSR_KVM_SYSTEM_TIME_NEW:
		return write_system_time(vm, value);
	case MSR_KVM_STEAL_TIME:
		return write_steal_time(vm, value);
	default:
		return false;
	}
}

bool paravirt_read_msr(struct vm *vm, uint32_t msr, uint64_t *value)
{
	const struct clock_service *service = &vm->paravirt->clock;

	switch (msr) {
	case MSR_KVM_WALL_CLOCK_NEW:
		*value = service->wall_clock;
		return true;
	case MSR_KVM_SYSTEM_TIME_NEW:
		*value = service->system_time;
		return true;
	case MSR_KVM_STEAL_TIME:
		*value = service->steal_time;
		return true;
	default:
		return false;
	}
}

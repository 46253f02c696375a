/*
 * Events: a bitmap in a page of the guest and one callback vector.
 * The vector is injected when the bitmap turns from 0, so a guest that is already about to look is not interrupted again, and it
 * says that it looked by taking the bits: no end-of-interrupt exit. An enlightened guest gets it beside the interrupts of its
 * 8259, as Xen's callback vector comes to a PV-on-HVM guest: through the 8259 each event would cost an OUT or two, and those
 * are exits.
 */
#include "lib/errno.h"
#include "paravirt/services.h"
#include "vm/vm.h"

#define FIRST_VECTOR 32         /* below are the exceptions */

/* Looked up each time: the guest may have given the page back. NULL then. Its 8 bytes are aligned, so they lie in one page. */
static uint64_t *bitmap(struct vm *vm)
{
	return guest_page(&vm->memory, vm->paravirt->event.page);
}

static void post(struct vm *vm, uint64_t events)
{
	uint64_t *pending = bitmap(vm);

	/* Without the page no event could reach the guest any more, and it would wait for ever: better to say why. */
	if (!pending) {
		vm_fault(vm, "its event page at 0x%llx is no longer its own", (unsigned long long)vm->paravirt->event.page);
		return;
	}
	if (__atomic_fetch_or(pending, events, __ATOMIC_SEQ_CST) == 0)
		vm_call_back(vm, vm->paravirt->event.vector);
}

void event_raise(struct vm *vm, enum pv_event event)
{
	struct event_service *service = &vm->paravirt->event;

	if (vm->state == VM_OFF || vm->state == VM_FAULTED)
		return;
	if (service->set_up)
		post(vm, 1ull << event);
	else
		service->early |= 1ull << event;
}

bool event_waits(struct vm *vm)
{
	uint64_t *pending = bitmap(vm);

	return vm_interrupt_waits(vm) || (pending && __atomic_load_n(pending, __ATOMIC_SEQ_CST));
}

int64_t hypercall_event_setup(struct vm *vm, uint64_t address, uint64_t vector, uint64_t rdx, uint64_t rsi)
{
	struct event_service *service = &vm->paravirt->event;

	if (address % sizeof(struct pv_event_page) || vector < FIRST_VECTOR || vector > 255)
		return -EINVAL;
	if (!guest_page(&vm->memory, address))
		return -EFAULT;
	service->page = address;
	service->vector = vector;
	service->set_up = true;
	if (service->early)
		post(vm, service->early);
	service->early = 0;
	return 0;
}

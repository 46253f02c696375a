#include "exit/exit.h"
#include "vm/vm.h"
#include "vmx/vmx.h"

/* Exit qualification. SDM: "Exit Qualification for EPT Violations" */
#define BY_WRITE (1u << 1)
#define BY_FETCH (1u << 2)
#define IN_PAGE_WALK(q) (((q) & (1u << 7 | 1u << 8)) == 1u << 7)

/* There is nothing behind a guest-physical address outside the guest's memory, or one that it gave back: no device, no bus to read ones from. */
enum verdict handle_ept_violation(struct vm *vm)
{
	uint64_t qualification = exit_qualification(vm);
	uint64_t gpa = vmcs_read(GUEST_PHYSICAL_ADDRESS);
	const char *did = qualification & BY_FETCH ? "jumped to" : qualification & BY_WRITE ? "wrote to" : "read";
	const char *why = gpa >= vm->memory.size ? "outside its memory" : "in a page it gave back";

	if (IN_PAGE_WALK(qualification))
		did = "has a page table at";
	vm_fault(vm, "%s guest-physical 0x%lx, %s (RIP 0x%lx)", did, gpa, why, vmcs_read(GUEST_RIP));
	return VERDICT_SAME;
}

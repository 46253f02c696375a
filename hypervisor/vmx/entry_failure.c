#include "exit/exit.h"
#include "lib/printf.h"
#include "vm/vm.h"
#include "vmx/entry_check.h"
#include "vmx/entry_failure.h"
#include "vmx/vmx.h"

struct findings {
	const char *vm_name;
	char first[ENTRY_CHECK_SENTENCE];       /* empty: none */
};

static void print_finding(void *context, const char *sentence)
{
	struct findings *findings = context;

	printf("%s: entry check: %s\n", findings->vm_name, sentence);
	if (!findings->first[0])
		snprintf(findings->first, sizeof(findings->first), "%s", sentence);
}

static uint64_t read_current(enum vmcs_field field)
{
	return vmcs_read(field);
}

static struct findings check_current_vmcs(const struct vm *vm)
{
	static const struct vmcs_view view = { .read = read_current, .caps = &vmx_capabilities };
	struct findings findings = { .vm_name = vm->name };

	entry_check(&view, print_finding, &findings);
	return findings;
}

bool entry_is_sound(struct vm *vm)
{
	struct findings findings = check_current_vmcs(vm);

	if (findings.first[0])
		vm_fault(vm, "not entered: %s", findings.first);
	return !findings.first[0];
}

/* The controls or our own state are wrong: a bug of the hypervisor, but only this VM pays for it. */
void entry_refused(struct vm *vm, int vmfail)
{
	if (vmfail == 1) {
		vmx_vmptrld(vm->vcpu.vmcs);     /* for the dump of the registers */
		vm_fault(vm, "VMfailInvalid: there is no current VMCS");
		return;
	}
	uint64_t error = vmcs_read(VM_INSTRUCTION_ERROR);
	struct findings findings = check_current_vmcs(vm);

	vm_fault(vm, "VMfailValid: %s", findings.first[0] ? findings.first : vm_instruction_error_name(error));
}

/* SDM: "VM-Entry Failures During or After Loading Guest State" says what the qualification tells. */
static const char *qualification_name(uint64_t qualification)
{
	switch (qualification) {
	case 2: return "the PDPTEs could not be loaded";
	case 3: return "an NMI was to be injected while STI blocks events";
	case 4: return "the VMCS link pointer is invalid";
	default: return "the CPU says no more than that";
	}
}

enum verdict handle_entry_failure(struct vm *vm)
{
	uint64_t reason = vmcs_read(EXIT_REASON) % EXIT_REASONS, qualification = exit_qualification(vm);
	struct findings findings = check_current_vmcs(vm);

	if (reason == EXIT_ENTRY_FAILURE_MSR_LOADING)
		vm_fault(vm, "failed entry, %s: entry %lu of the area of MSRs to load", exit_name(reason), qualification);
	else
		vm_fault(vm, "failed entry: %s", findings.first[0] ? findings.first : qualification_name(qualification));
	return VERDICT_SAME;
}

#include "exit/exit.h"
#include "vm/vm.h"
#include "trace/trace.h"
#include "vmx/vmx.h"

/* Stopped by its VM: a reason that no VM here should be able to cause. */
#define NOT_SERVED(name) { handle_unsupported, name }

const struct exit_row exit_table[EXIT_REASONS] = {
	[EXIT_EXCEPTION_OR_NMI]    = { handle_exception,          "EXCEPTION_OR_NMI" },
	[EXIT_EXTERNAL_INTERRUPT]  = { handle_external_interrupt, "EXTERNAL_INTERRUPT" },
	[EXIT_TRIPLE_FAULT]        = { handle_triple_fault,       "TRIPLE_FAULT" },
	[EXIT_INIT_SIGNAL]         = NOT_SERVED("INIT_SIGNAL"),
	[EXIT_SIPI]                = NOT_SERVED("SIPI"),
	[EXIT_IO_SMI]              = NOT_SERVED("IO_SMI"),
	[EXIT_OTHER_SMI]           = NOT_SERVED("OTHER_SMI"),
	[EXIT_INTERRUPT_WINDOW]    = { handle_interrupt_window,   "INTERRUPT_WINDOW" },
	[EXIT_NMI_WINDOW]          = NOT_SERVED("NMI_WINDOW"),
	[EXIT_TASK_SWITCH]         = NOT_SERVED("TASK_SWITCH"),
	[EXIT_CPUID]               = { handle_cpuid,              "CPUID" },
	[EXIT_GETSEC]              = { handle_vmx_instruction,    "GETSEC" },
	[EXIT_HLT]                 = { handle_hlt,                "HLT" },
	[EXIT_INVD]                = { handle_invd,               "INVD" },
	[EXIT_INVLPG]              = NOT_SERVED("INVLPG"),
	[EXIT_RDPMC]               = { handle_rdpmc,              "RDPMC" },
	[EXIT_RDTSC]               = NOT_SERVED("RDTSC"),
	[EXIT_RSM]                 = NOT_SERVED("RSM"),
	[EXIT_VMCALL]              = { handle_vmcall,             "VMCALL" },
	[EXIT_VMCLEAR]             = { handle_vmx_instruction,    "VMCLEAR" },
	[EXIT_VMLAUNCH]            = { handle_vmx_instruction,    "VMLAUNCH" },
	[EXIT_VMPTRLD]             = { handle_vmx_instruction,    "VMPTRLD" },
	[EXIT_VMPTRST]             = { handle_vmx_instruction,    "VMPTRST" },
	[EXIT_VMREAD]              = { handle_vmx_instruction,    "VMREAD" },
	[EXIT_VMRESUME]            = { handle_vmx_instruction,    "VMRESUME" },
	[EXIT_VMWRITE]             = { handle_vmx_instruction,    "VMWRITE" },
	[EXIT_VMXOFF]              = { handle_vmx_instruction,    "VMXOFF" },
	[EXIT_VMXON]               = { handle_vmx_instruction,    "VMXON" },
	[EXIT_CONTROL_REGISTER]    = { handle_control_register,   "CONTROL_REGISTER" },
	[EXIT_MOV_DR]              = NOT_SERVED("MOV_DR"),
	[EXIT_IO_INSTRUCTION]      = { handle_io,                 "IO_INSTRUCTION" },
	[EXIT_RDMSR]               = { handle_rdmsr,              "RDMSR" },
	[EXIT_WRMSR]               = { handle_wrmsr,              "WRMSR" },
	[EXIT_ENTRY_FAILURE_GUEST_STATE] = { handle_entry_failure,      "ENTRY_FAILURE_GUEST_STATE" },
	[EXIT_ENTRY_FAILURE_MSR_LOADING] = { handle_entry_failure,      "ENTRY_FAILURE_MSR_LOADING" },
	[EXIT_ENTRY_FAILURE_MACHINE_CHECK] = { handle_entry_failure,      "ENTRY_FAILURE_MACHINE_CHECK" },
	[EXIT_MWAIT]               = { handle_vmx_instruction,    "MWAIT" },
	[EXIT_MONITOR_TRAP_FLAG]   = NOT_SERVED("MONITOR_TRAP_FLAG"),
	[EXIT_MONITOR]             = { handle_vmx_instruction,    "MONITOR" },
	[EXIT_PAUSE]               = NOT_SERVED("PAUSE"),
	[EXIT_TPR_BELOW_THRESHOLD] = NOT_SERVED("TPR_BELOW_THRESHOLD"),
	[EXIT_APIC_ACCESS]         = NOT_SERVED("APIC_ACCESS"),
	[EXIT_VIRTUALIZED_EOI]     = NOT_SERVED("VIRTUALIZED_EOI"),
	[EXIT_GDTR_OR_IDTR]        = NOT_SERVED("GDTR_OR_IDTR"),
	[EXIT_LDTR_OR_TR]          = NOT_SERVED("LDTR_OR_TR"),
	[EXIT_EPT_VIOLATION]       = { handle_ept_violation,      "EPT_VIOLATION" },
	[EXIT_EPT_MISCONFIGURATION] = NOT_SERVED("EPT_MISCONFIGURATION"),
	[EXIT_INVEPT]              = { handle_vmx_instruction,    "INVEPT" },
	[EXIT_RDTSCP]              = NOT_SERVED("RDTSCP"),
	[EXIT_PREEMPTION_TIMER]    = { handle_preemption_timer,   "PREEMPTION_TIMER" },
	[EXIT_INVVPID]             = { handle_vmx_instruction,    "INVVPID" },
	[EXIT_WBINVD]              = NOT_SERVED("WBINVD"),
	[EXIT_XSETBV]              = { handle_xsetbv,             "XSETBV" },
	[EXIT_APIC_WRITE]          = NOT_SERVED("APIC_WRITE"),
	[EXIT_RDRAND]              = NOT_SERVED("RDRAND"),
	[EXIT_INVPCID]             = NOT_SERVED("INVPCID"),
	[EXIT_VMFUNC]              = { handle_vmx_instruction,    "VMFUNC" },
	[EXIT_ENCLS]               = NOT_SERVED("ENCLS"),
	[EXIT_RDSEED]              = NOT_SERVED("RDSEED"),
	[EXIT_PAGE_MODIFICATION_LOG_FULL] = NOT_SERVED("PAGE_MODIFICATION_LOG_FULL"),
	[EXIT_XSAVES]              = NOT_SERVED("XSAVES"),
	[EXIT_XRSTORS]             = NOT_SERVED("XRSTORS"),
	[35] = NOT_SERVED("RESERVED_35"), [38] = NOT_SERVED("RESERVED_38"), [42] = NOT_SERVED("RESERVED_42"),
	[EXIT_XRSTORS + 1 ... EXIT_REASONS - 1] = NOT_SERVED("UNKNOWN"),
};

const char *exit_name(uint64_t reason)
{
	return exit_table[reason].name;
}

/* SDM: "Basic VM-Exit Information" lists the reasons. */
bool exit_is_qualified(uint64_t reason)
{
	static const uint8_t qualified[] = {
		EXIT_EXCEPTION_OR_NMI, EXIT_TASK_SWITCH, EXIT_INVLPG, EXIT_VMCLEAR, EXIT_VMPTRLD, EXIT_VMPTRST, EXIT_VMREAD, EXIT_VMWRITE, EXIT_VMXON,
		EXIT_CONTROL_REGISTER, EXIT_MOV_DR, EXIT_IO_INSTRUCTION, EXIT_MWAIT, EXIT_APIC_ACCESS, EXIT_VIRTUALIZED_EOI, EXIT_EPT_VIOLATION,
		EXIT_GDTR_OR_IDTR, EXIT_LDTR_OR_TR, EXIT_INVEPT, EXIT_INVVPID, EXIT_APIC_WRITE, EXIT_INVPCID,
		EXIT_ENTRY_FAILURE_GUEST_STATE, EXIT_ENTRY_FAILURE_MSR_LOADING, EXIT_ENTRY_FAILURE_MACHINE_CHECK,
	};

	for (unsigned i = 0; i < sizeof(qualified); i++)
		if (qualified[i] == reason)
			return true;
	return false;
}

uint64_t exit_qualification(struct vm *vm)
{
	uint64_t qualification = vmcs_read(EXIT_QUALIFICATION);

	trace_qualify(vm, qualification);
	return qualification;
}

/* VMX instructions, SMX and MONITOR: a CPU without them raises #UD, in every ring. SDM, "VMX Instruction Reference". */
#include "guest.h"

static uint64_t operand[2];

#define UNDEFINED(name, instruction) do { \
	exits_begin(name "=1"); \
	ATTEMPT(instruction, : : "m"(operand), "r"(1ull), "a"(0), "c"(0), "d"(0) : "memory", "cc"); \
	exits_end(); \
	check_raised(name " raises #UD", UD, 0); \
} while (0)

/* Whether these two exit or raise #UD by themselves is the CPU's choice: CR4.SMXE and "enable VM functions" are off. */
#define UNDEFINED_UNCOUNTED(name, instruction) do { \
	ATTEMPT(instruction, : : "a"(0), "c"(0) : "memory", "cc"); \
	check_raised(name " raises #UD", UD, 0); \
} while (0)

static void in_ring3(void)
{
	ATTEMPT("vmcall", : : "a"(0x100) : "memory");
}

void run(void)
{
	UNDEFINED("VMCALL", "vmcall");
	UNDEFINED("VMXON", "vmxon %0");
	UNDEFINED("VMCLEAR", "vmclear %0");
	UNDEFINED("VMPTRLD", "vmptrld %0");
	UNDEFINED("VMPTRST", "vmptrst %0");
	UNDEFINED("VMREAD", "vmread %1, %1");
	UNDEFINED("VMWRITE", "vmwrite %1, %1");
	UNDEFINED("VMLAUNCH", "vmlaunch");
	UNDEFINED("VMRESUME", "vmresume");
	UNDEFINED("VMXOFF", "vmxoff");
	UNDEFINED("INVEPT", "invept %0, %1");
	UNDEFINED("INVVPID", "invvpid %0, %1");
	UNDEFINED("MONITOR", "monitor");
	UNDEFINED("MWAIT", "mwait");
	exits_begin("VMCALL=1");
	call_in_ring3(in_ring3, 2);
	exits_end();
	check_raised("VMCALL raises #UD in ring 3", UD, 0);
	UNDEFINED_UNCOUNTED("GETSEC", "getsec");
	UNDEFINED_UNCOUNTED("VMFUNC", "vmfunc");
}

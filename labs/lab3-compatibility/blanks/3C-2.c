/*
 * An MSR that is in no list, or a value that the MSR does not take. SDM, "RDMSR—Read from Model Specific Register": the CPU raises a
 * general-protection exception, with error code 0, and RIP stays at the instruction. The guest's handler may well expect it. Log it
 * with vm_log(), "%s of MSR 0x%x refused: #GP"; what is "read" or "write".
 * Hint: exit/exit.h has the function that injects an exception, and says which verdict leaves RIP alone.
 */
static enum verdict refuse(struct vm *vm, const char *what, uint32_t msr)
{
	lab_blank(vm, "3C", "labs/lab3-compatibility");
	return VERDICT_SAME;
}

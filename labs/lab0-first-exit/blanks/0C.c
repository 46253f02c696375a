/*
 * The handler has done its work; go_on() says where the guest goes on. verdict is the handler's (exit/exit.h says what the three mean),
 * rip is the guest's at the exit.
 *
 * VERDICT_NEXT: the guest goes on behind the instruction. The VMCS says how long that was: VM_EXIT_INSTRUCTION_LENGTH. The CPU would
 * also have ended a shadow that STI or MOV SS cast on it: two bits of GUEST_INTERRUPTIBILITY_STATE, BLOCKING_BY_STI and
 * BLOCKING_BY_MOV_SS. The other bits of that field are not yours.
 * VERDICT_YIELD: yield() has the scheduler look.
 *
 * Hint: vmcs_read() and vmcs_write() of vmx/vmx.h. SDM: "Guest Non-Register State", table "Format of Interruptibility State".
 */
static inline void go_on(struct vm *vm, enum verdict verdict, uint64_t rip)
{
	lab_blank(vm, "0C", "labs/lab0-first-exit");
}

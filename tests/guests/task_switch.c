/* A hardware task switch, which only 32-bit protected mode has. SDM, "Task Switches and Nested Tasks". */
#include "guest.h"

extern char jump_to_task[];                     /* task_switch.asm */

void run(void)
{
	end_faulted("(TASK_SWITCH), which this hypervisor does not serve");
	exits_begin("CONTROL_REGISTER=1 TASK_SWITCH=1");
	call_in_protected_mode((void (*)(void))jump_to_task);
}

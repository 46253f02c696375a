#pragma once
/*
 * GDB on COM2. The rest of the hypervisor calls only what stands here. While nobody debugs, debug_engaged is false, and the exit path
 * does not even look at it: the run loop does, once an entry that it makes itself.
 *
 * What stands still while GDB has control: everything. The stub works with interrupts off and polls COM2. Guests' time stands still too:
 * their clocks, their timers and their time-stamp counters go on where they were. The real world does not wait: what is typed at a
 * console meanwhile is lost beyond the UART's 16 bytes, and guests' wall clocks fall behind.
 *
 * A GDB that is lost lets the machine go on: its end of the line says "k" for it (tools/gdb-line), and one that is silent after a stop
 * is given up.
 *
 * Limits. While GDB steps over a breakpoint it lets that process alone go on, and takes no word of another: other VMs are held, and
 * the hypervisor runs without its breakpoints. So with a guest's breakpoint at the very instruction that exits, the exit passes those of
 * the hypervisor; put the guest's one instruction earlier. The hypervisor is not interrupted by Ctrl-C where it runs with interrupts
 * off, which is everywhere but in the idle HLT: a loop there needs a breakpoint beforehand. Breakpoints in debug/ and in the trap path
 * (cpu/trap.*) are refused, and what the stub itself changes no watchpoint sees. A guest that single-steps itself by RFLAGS.TF cannot
 * be stepped by GDB as well. A guest's watchpoints see what its instructions do, not what the hypervisor stores for it (string input,
 * virtqueues); the hypervisor's see nothing of guests, nor of the few lines of enter.asm between an exit and C. A guest that reads
 * its own DR0 to DR7 finds GDB's there while it has hardware breakpoints.
 */
#include <stdbool.h>
#include <stdint.h>

struct trap_frame;
struct vm;

extern bool debug_engaged;              /* GDB is connected, or a packet of it has come */

/* Open COM2. With "gdb=wait" among the boot words the machine stands still here until GDB lets it go on. */
void debug_init(const char *command_line);

/* The machine ends by itself: tell GDB. */
void debug_end(void);

/* An exception in the hypervisor. True if it was the debugger's: the interrupted code goes on. */
bool debug_trap(struct trap_frame *frame);

/* A guest's #BP or #DB. True if it was the debugger's: the guest must not see it. */
bool debug_guest_exception(struct vm *vm, unsigned vector);

/* While debug_engaged. Around each VM entry that the run loop makes; and after an idle sleep. */
void debug_before_entry(struct vm *vm);
void debug_after_exit(struct vm *vm);
void debug_after_idle(void);

/* GDB lets others go on, but not this VM. */
bool debug_holds(const struct vm *vm);

/* GDB steps this VM: no interrupt may come between. */
bool debug_is_stepping(const struct vm *vm);

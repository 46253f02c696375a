#pragma once
/* What the files below the protocol share: the machine as the stub sees it while everything stands still. */
#include "cpu/descriptors.h"
#include "debug/protocol.h"

struct vm;

/* target.c */
extern const struct debug_target debug_target;
extern struct trap_frame *debug_frame;  /* the interrupted hypervisor's registers */
struct vm *debug_vm(unsigned process);  /* NULL: the hypervisor */
unsigned debug_process(const struct vm *vm);
void target_freeze(struct trap_frame *frame);   /* before any of the machine is looked at, */
void target_thaw(void);                         /* and when it goes on */
void target_select(const struct vm *vm);        /* VMREAD and VMWRITE mean this VM, until target_thaw() */
bool target_translate(const struct vm *vm, uint64_t linear, uint64_t *gpa);
void target_poke_code(uint8_t *byte, uint8_t value);    /* also where the hypervisor's own pages are read-only */
bool target_is_own_code(uint64_t address);      /* of the debugger and the trap path: no breakpoints there */

/* monitor.c: GDB's `monitor` */
void monitor_command(const char *command, char *answer, size_t size);
bool monitor_holds(const struct vm *vm);        /* the user wants this VM to wait while others go on */
void monitor_release(const struct vm *vm);

/* breakpoints.c. They are in memory and in the debug registers only while the machine runs. */
bool breakpoint_insert(unsigned process, enum breakpoint_type type, uint64_t address, uint64_t length);
bool breakpoint_remove(unsigned process, enum breakpoint_type type, uint64_t address, uint64_t length);
void breakpoint_remove_all(unsigned process);
void breakpoints_plant(uint32_t processes);      /* of these: bit n is process n */
void breakpoints_lift(void);
bool breakpoint_is_at(unsigned process, uint64_t address);
/* Which of a process's debug registers fired (DR6 bits 0 to 3)? False if none of ours. */
bool breakpoint_fired(unsigned process, uint64_t causes, struct debug_stop *stop);

/* debug_registers.c. A guest's, */
#define SLOTS 4
struct debug_registers { uint64_t dr[SLOTS], dr7; };
void debug_registers_plant(struct vm *vm, const struct debug_registers *registers);
void debug_registers_lift(struct vm *vm);
/* and the hypervisor's own, armed outside of its debugger only: after plant_own() it takes arm() as well */
void debug_registers_plant_own(const struct debug_registers *registers);
void debug_registers_lift_own(void);
void debug_registers_arm(void);
void debug_registers_disarm(void);
uint64_t debug_registers_take_causes(void);     /* DR6 bits 0 to 3, if they are the hypervisor's; they are cleared */
void debug_registers_before_entry(struct vm *vm);
void debug_registers_after_exit(struct vm *vm); /* also when the guest could not be entered */

/* step.c */
void step_begin(const struct debug_step *step); /* the machine is about to go on */
void step_cancel(void);                         /* it stands still, for whatever reason */
bool step_trap(struct trap_frame *frame, bool *done);   /* a #DB or #BP in the hypervisor: was it a step's? Is the step done? */
void step_enter(struct vm *vm);                 /* before an entry of the VM that is stepped */
bool step_debug_exception(struct vm *vm);       /* a guest's #DB because of TF: was it ours? */
bool step_is_done(struct vm *vm);               /* after an exit */
bool debug_is_entering(const struct vm *vm);    /* the hypervisor stands in enter.asm, on the way into this guest */

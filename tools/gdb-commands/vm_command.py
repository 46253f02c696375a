"""`vm`: the virtual machines; one can wait while the others go on."""
import gdb

import exits
import machine
from command import Command

HELD_BITS = "'hypervisor/debug/monitor.c'::held"


class Vm(Command):
    """vm [list | stop NAME | go NAME]: list the VMs; let one wait while the others go on; let it go on again.

A VM that is stopped gets no turn from the next time on that the machine goes on. Its timers go on: it wakes as one that waited long."""

    NAME = "vm"
    OPTIONS = ()

    def run(self, words, options):
        action = words[0] if words else "list"
        if action not in ("list", "stop", "go"):
            raise gdb.GdbError("vm can list, stop or go, not \"%s\". %s" % (action, self.usage()))
        if action == "list":
            self.list()
            return
        if len(words) != 2:
            raise gdb.GdbError("Which VM? The VMs are: %s." % ", ".join(machine.vm_names()))
        vm = machine.vm_named(words[1])
        if action == "stop" and not self.others_run(vm):
            raise gdb.GdbError("No other VM would go on: they are over, or stopped as well.")
        gdb.execute("monitor %s %s" % ("hold" if action == "stop" else "release", vm.name), to_string=True)
        if action == "stop":
            self.end_turn()
        self.list()

    def others_run(self, vm):
        held = machine.number(HELD_BITS)
        return any(other.state() in ("runnable", "blocked") for other in machine.vms() if other is not vm and not held >> other.id & 1)

    def end_turn(self):
        """The VM may be in the middle of its turn: have the run loop ask the scheduler."""
        with machine.hypervisor():
            gdb.execute("set var 'hypervisor/vmx/run.c'::let_scheduler_look = 1", to_string=True)

    def list(self):
        held = machine.number(HELD_BITS)
        for vm in machine.vms():
            state = vm.state() + (", stopped by you" if held >> vm.id & 1 else "")
            kind = str(vm.field("kind"))[len("VM_"):].lower()
            print("%-12s %-11s %4d MiB  %-26s %s" % (vm.name, kind, vm.number("memory.size") >> 20, state, exits.why(vm)))

    def choices(self):
        return ["list", "stop", "go"] + machine.vm_names()


Vm()

"""When the hypervisor stops a VM for what it did, GDB reports SIGABRT in it. Here the reason is told: a rule that it broke, a blank of a lab."""
import gdb

import machine

SIGNAL_OF_A_FAULT = "SIGABRT"


def tell_fault(event):
    if getattr(event, "stop_signal", None) != SIGNAL_OF_A_FAULT:
        return
    vm = next((vm for vm in machine.vms() if vm.inferior == gdb.selected_inferior().num), None)
    if vm and vm.state() == "faulted":
        print("%s is stopped: %s" % (vm.name, vm.field("stop_reason").string()))


gdb.events.stop.connect(tell_fault)

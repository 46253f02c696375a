"""Why the hypervisor has stopped a VM: a rule that it broke, a blank of a lab. If that is an exit's doing GDB reports SIGABRT in the guest;
what came to nobody's notice, a VM that was never entered for instance, is told before the machine's end."""
import gdb

import machine

SIGNAL_OF_A_FAULT = "SIGABRT"
told = set()


def tell_faults():
    """True if there was something to tell."""
    news = [vm for vm in machine.vms() if vm.name not in told and vm.state() == "faulted"]
    for vm in news:
        print("%s is stopped: %s" % (vm.name, vm.field("stop_reason").string()))
        told.add(vm.name)
    return bool(news)


def at_stop(event):
    if getattr(event, "stop_signal", None) == SIGNAL_OF_A_FAULT:
        tell_faults()


class End(gdb.Breakpoint):
    """The last VM has ended; the machine would print its report, and go."""

    def stop(self):
        return tell_faults()


def watch():
    tell_faults()
    with machine.hypervisor():
        End("report_print", internal=True)
    gdb.events.stop.connect(at_stop)

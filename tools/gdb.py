"""What `make gdb` gives GDB: one inferior for the hypervisor and one for each VM, each with its own symbols, all on one connection.

Usage: gdb -x tools/gdb.py -ex 'twinlab LINE HYPERVISOR.ELF KERNEL.ELF…'
"""
import os
import sys

import gdb


class Twinlab(gdb.Command):
    """twinlab LINE HYPERVISOR.ELF KERNEL.ELF...: connect to the machine on LINE; the kernels are those of the VMs, in their order."""

    def __init__(self):
        super().__init__("twinlab", gdb.COMMAND_RUNNING, gdb.COMPLETE_FILENAME)

    def invoke(self, arguments, from_tty):
        line, hypervisor, *kernels = gdb.string_to_argv(arguments)
        line = os.path.realpath(line)           # a socket's path may not be long
        # All VMs and the hypervisor share one CPU: they go on together. And no process here can be started or killed.
        gdb.execute("set schedule-multiple on")
        gdb.execute("set breakpoint pending on")
        gdb.execute("file " + hypervisor)
        for kernel in kernels:
            gdb.execute("add-inferior -no-connection -exec " + kernel, to_string=True)
        gdb.execute("set suppress-cli-notifications on")
        gdb.execute("target extended-remote " + line, to_string=True)
        self.read_descriptions()
        # GDB still takes the next stop of the inferior that it connected by for part of the connecting: it would say nothing of it and
        # wait for ever. No step at all ends that.
        gdb.execute("stepi 0", to_string=True)
        gdb.execute("set suppress-cli-notifications off")
        self.leave_the_stub()
        fault.watch()

    def read_descriptions(self):
        """GDB asks the first inferior only for its registers; of the others it would show no control registers."""
        for inferior in gdb.inferiors():
            if inferior.pid:
                inferior.threads()[0].switch()
                gdb.execute("unset tdesc filename", to_string=True)
        gdb.inferiors()[0].threads()[0].switch()

    def leave_the_stub(self):
        """Where the hypervisor waits for GDB, not how."""
        frame = gdb.newest_frame()
        while frame.older() and "/debug/" in frame.find_sal().symtab.filename:
            frame = frame.older()
        frame.select()


Twinlab()
sys.dont_write_bytecode = True          # the tree stays clean
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "gdb-commands"))
import fault                            # noqa: E402
import load                             # noqa: E402, F401

"""For the scripts that GDB runs: results as the other tests print them, and what they all need."""
import os
import subprocess

import gdb


def check(what, ok, detail=""):
    print("%s gdb: %s" % ("PASS" if ok else "FAIL", what), flush=True)
    if not ok:
        print("    %s" % str(detail).strip().replace("\n", "\n    "), flush=True)


def run(command):
    return gdb.execute(command, to_string=True)


def fails(command):
    """The error that the command ends with; empty if it has none."""
    try:
        run(command)
    except gdb.error as error:
        return str(error)
    return ""


last_signal = [None]
gdb.events.stop.connect(lambda event: last_signal.__setitem__(0, getattr(event, "stop_signal", None)))


def signal_after_continue():
    run("continue")
    return last_signal[0]


def number(expression):
    return int(gdb.parse_and_eval(expression)) & (1 << 64) - 1


def place():
    """Thread and function of the last stop: "3.1 machine_console_write"."""
    return "%d.%d %s" % (gdb.selected_inferior().num, gdb.selected_thread().num, gdb.selected_frame().name())


def instruction():
    return run("x/i $pc").split(":", 1)[1].strip()


def interrupt_after(seconds):
    """Ctrl-C, typed while the machine runs."""
    subprocess.Popen(["sh", "-c", "sleep %g; kill -INT %d" % (seconds, os.getpid())])


def leave():
    """Detach from every process: the machine goes on. The one that was stepped last goes first, or GDB lets it go on in between."""
    run("delete")
    for inferior in sorted(gdb.inferiors(), key=lambda inferior: inferior != gdb.selected_inferior()):
        if inferior.pid:
            inferior.threads()[0].switch()
            run("detach")

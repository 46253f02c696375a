"""What `make gdb LAB=n` tells the reader to type, typed: each indented line of the list of VMs up to the explanation beside it."""
import os
import re
import sys

sys.path.insert(0, "tests/gdb")
from check import *

with open(os.environ["VMS"], encoding="utf-8") as file:
    commands = [match.group(1) for match in re.finditer(r"^# {3,}(\S.*?)(?:  .*)?$", file.read(), re.M)]


def said(command):
    """What it printed, its error included; the machine must still be there."""
    try:
        text = run(command)
    except gdb.error as error:
        return False, "%s: %s" % (command, error)
    return gdb.selected_thread() is not None, "%s: %s" % (command, text.strip())


# Without a terminal there is no dashboard.
results = [said(command) for command in commands if command != "exit-layout"]
check("each of the %d commands that %s suggests" % (len(results), os.environ["VMS"]), results and all(ok for ok, _ in results),
      "\n".join(text for _, text in results))
if os.environ.get("SHOW"):
    print("\n".join(text for _, text in results))
run("kill")

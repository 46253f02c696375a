"""The commands of `make gdb`; LAB_GUIDE.md lists them."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

import exits        # noqa: E402
import hypercall    # noqa: E402
import catch        # noqa: E402
import vmcs         # noqa: E402
import translate    # noqa: E402
import device       # noqa: E402
import vm_command   # noqa: E402
import layout       # noqa: E402

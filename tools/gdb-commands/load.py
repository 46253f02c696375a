"""The commands of `make gdb`, each from its file; LAB_GUIDE.md lists them. The file that imports this has put the folder on sys.path."""
import exits            # noqa: F401  why, exits
import catch            # noqa: F401  exit-catch, exit-step, exit-finish
import vmcs             # noqa: F401
import vm_command       # noqa: F401
import hypercall        # noqa: F401
import translate        # noqa: F401  ept, guest-walk
import device           # noqa: F401
import layout           # noqa: F401  exit-layout

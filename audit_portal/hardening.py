"""What a process that holds keys asks of the system: that nobody gets to read its memory.

Rules kept here:
- No core file: its size is limited to nothing, for this process and its children (POSIX).
- On Linux the process is not dumpable either: no dump to a collector, and no other process of the
  same account may attach to it or read its memory (prctl(2), PR_SET_DUMPABLE).
- It is asked before the first key is unwrapped. Python copies bytes as it likes and cannot be made
  to overwrite them all, so what is in memory stays there: this keeps it from leaving.
- Whoever is root, or owns the machine under the system, reads it all the same.

Use::

    keep_memory_private()
"""

import ctypes
import resource
import sys

_PR_SET_DUMPABLE = 4
_NOT_DUMPABLE = 0


def keep_memory_private() -> None:
    """No core file and, on Linux, no dump and no debugger; cannot be undone by the process."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        # It fails only for a value that is none (prctl(2)); 0 is one since Linux 2.3.20.
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, _NOT_DUMPABLE, 0, 0, 0)

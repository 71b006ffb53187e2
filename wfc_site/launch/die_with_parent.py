"""Run a command that the kernel ends when the process that started it dies, even by kill -9.

    python die_with_parent.py PARENT_PID COMMAND [ARGUMENT...]

Stands between Popen and the command because `preexec_fn` is not safe in a process with threads. The kernel
means the parent's *thread*: start such commands from one that lives as long as the process. Elsewhere than on
Linux the command simply runs.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def wrapped(command: list[str]) -> list[str]:
    """Return the command line that runs `command` and dies with this process."""
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *command]


def main() -> None:
    parent, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the kernel was told
            sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606  # the launcher's own command


if __name__ == "__main__":
    main()

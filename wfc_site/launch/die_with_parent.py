"""Run a command that the kernel kills when its parent process dies, even by kill -9.

    python die_with_parent.py PARENT_PID COMMAND [ARGUMENT...]

It is a wrapper because `preexec_fn` is not safe in a process with threads. The kernel watches the parent's
*thread*: start such commands from one that lives as long as the process. On other systems than Linux the
command runs without this protection.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def dying_with_parent(command: list[str]) -> list[str]:
    """Return a command line that runs `command` until this process dies."""
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *command]


def main() -> None:
    parent, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # the parent died before prctl
            sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606  # the launcher's own command


if __name__ == "__main__":
    main()

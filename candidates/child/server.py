"""The fork server's script: fork a sandbox for every file, until the client is gone.

Python and the sandbox's imports take longer to start than a page takes to read. This process has all of it
loaded, in one thread, and never reads a file itself: every file still has its own process, which limits
itself and leaves nothing for the next.

    server.py SCRIPT CONTROL_FD

It sends READY on the control socket. Each request is the script's arguments, separated by NUL, with three
file descriptors: standard input, standard output, and a socket for its exit code, or minus the signal. If the
client closes that socket or dies, the sandbox is ended.
"""

import contextlib
import gc
import os
import selectors
import signal
import socket
import sys
import traceback
from pathlib import Path

MOST_BYTES = 4096  # of arguments
MOST_FDS = 4096  # that a process may have open
CODE_BYTES = 4
READY = b"ready"


class Server:
    def __init__(self, script: str, control: socket.socket) -> None:
        self._script, self._control = script, control
        self._code = compile(Path(script).read_bytes(), script, "exec")
        self._sandboxes: dict[int, socket.socket] = {}  # by process
        self._selector = selectors.DefaultSelector()
        ended, ends = socket.socketpair()
        for end in (ended, ends):
            end.setblocking(False)
        signal.set_wakeup_fd(ends.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._ended, self._ends = ended, ends
        self._selector.register(control, selectors.EVENT_READ)
        self._selector.register(ended, selectors.EVENT_READ)

    def serve(self) -> None:
        """Serve requests until the client hangs up."""
        self._control.send(READY)
        asked = True
        while asked:
            for key, _ in self._selector.select():
                if key.fileobj is self._control:
                    asked = self._take()
                elif key.fileobj is self._ended:
                    self._ended.recv(MOST_BYTES)
                    self._reap()
                else:
                    self._end(key.data)
        for pid in self._sandboxes:
            self._kill(pid)

    def _take(self) -> bool:
        said, fds, _, _ = socket.recv_fds(self._control, MOST_BYTES, 3)
        if not said:
            return False
        file, answer, told = fds
        with socket.socket(fileno=told) as told_on:
            pid = os.fork()
            if pid == 0:
                self._become_sandbox(said.decode().split("\0"), file, answer)
            os.setpgid(pid, pid)  # here too: it may have to be ended before it does this itself
            self._sandboxes[pid] = told_on.dup()
        os.close(file)
        os.close(answer)
        self._selector.register(self._sandboxes[pid], selectors.EVENT_READ, pid)
        return True

    def _become_sandbox(self, arguments: list[str], file: int, answer: int) -> None:
        """Run the script as if this process had been started for it."""
        code = 1
        try:
            os.setpgid(0, 0)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.dup2(file, 0)
            os.dup2(answer, 1)
            os.closerange(3, MOST_FDS)
            sys.argv = [self._script, *arguments]
            exec(self._code, {"__name__": "__main__", "__file__": self._script})  # noqa: S102  # runpy takes 5 ms
            sys.stdout.flush()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)

    def _reap(self) -> None:
        while self._sandboxes:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            told = self._forget(pid)
            code = os.waitstatus_to_exitcode(status)
            with contextlib.suppress(OSError):  # the client does not wait any more
                told.send(code.to_bytes(CODE_BYTES, "big", signed=True))
            told.close()

    def _end(self, pid: int) -> None:
        """Kill a sandbox that nobody waits for; it is reaped like any other."""
        self._selector.unregister(self._sandboxes[pid])
        self._kill(pid)

    def _forget(self, pid: int) -> socket.socket:
        told = self._sandboxes.pop(pid)
        if told.fileno() in self._selector.get_map():
            self._selector.unregister(told)
        return told

    def _kill(self, pid: int) -> None:
        """Kill its process group. It is not reaped yet, so the pid is still its own."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


def main(script: str, control_fd: int) -> None:
    sys.path.append(str(Path(__file__).resolve().parents[2]))
    os.environ.clear()  # its variables are for this process only
    # The sandbox's imports, before the first fork.
    from candidates.child import archive, limits, painting, pictures  # noqa: F401
    from candidates.child.docx import docx_text  # noqa: F401
    from candidates.child.pdf import pdf_pages  # noqa: F401

    gc.collect()
    gc.freeze()  # memory shared with the sandboxes stays shared
    gc.disable()  # a sandbox ends before garbage collection would pay off
    with socket.socket(fileno=control_fd) as control:
        Server(script, control).serve()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

"""Client of the fork server for sandboxes. See candidates.child.server."""

import atexit
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from candidates.child.server import READY

START_S = 60.0
SERVER = Path(__file__).parent.parent / "child" / "server.py"
# Bitmaps of pages are megabytes that come and go. By default, glibc takes each from the kernel anew, 4 KiB at
# a time, which costs a sandbox a fifth of its time. Other C libraries ignore this.
MEMORY = (
    "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=33554432:"
    "glibc.malloc.trim_threshold=268435456:glibc.malloc.top_pad=33554432"
)


class ForkServer:
    """A fork server, started at the first request and again if it has died. Thread-safe."""

    def __init__(self, script: Path) -> None:
        self.script = script
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def ask(self, arguments: Sequence[str], fds: Sequence[int]) -> None:
        """Run the script in a process of its own with these `fds`. Raises OSError."""
        said = "\0".join(arguments).encode()
        try:
            socket.send_fds(self._connected(), [said], list(fds))
        except (BrokenPipeError, ConnectionResetError):
            self.close()
            socket.send_fds(self._connected(), [said], list(fds))

    def _connected(self) -> socket.socket:
        with self._lock:
            if self._control is None:
                self._control = self._start()
            return self._control

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-B", str(SERVER), str(self.script), str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                cwd="/",
                env={"GLIBC_TUNABLES": MEMORY},
                pass_fds=[theirs.fileno()],
                process_group=0,  # Ctrl-C on the terminal is for the worker, which lets its sandboxes finish
            )
        atexit.register(self.close)
        ours.settimeout(START_S)
        if ours.recv(len(READY)) != READY:
            raise ConnectionResetError("The fork server for sandboxes does not start.")
        ours.settimeout(None)
        return ours

    def close(self) -> None:
        """Close the connection: the server ends its sandboxes and itself."""
        with self._lock:
            if self._control is not None:
                self._control.close()
            if self._process is not None:
                self._process.wait()
            self._control = self._process = None
        atexit.unregister(self.close)

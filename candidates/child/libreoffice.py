"""Script: run LibreOffice within limits, then end everything that it started.

    libreoffice.py PROGRAM FOLDER WALL_S

Converts FOLDER/document.docx to FOLDER/document.pdf with the profile FOLDER/profile.
"""

import contextlib
import ctypes
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

MEMORY_BYTES = 4_000_000_000  # it maps far more than it uses
CPU_S = 60
FILE_BYTES = 128 * 2**20
NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000


def main(program: str, folder: Path, wall_s: float) -> None:
    sys.path.append(str(Path(__file__).resolve().parents[2]))
    from candidates.child.limits import lower

    signal.signal(signal.SIGALRM, lambda *_: end())
    signal.setitimer(signal.ITIMER_REAL, wall_s)
    lower(resource.RLIMIT_AS, MEMORY_BYTES)
    lower(resource.RLIMIT_CPU, CPU_S)
    lower(resource.RLIMIT_FSIZE, FILE_BYTES)
    lower(resource.RLIMIT_CORE, 0)
    leave_the_network()
    with contextlib.suppress(OSError):
        subprocess.run(
            [
                program,
                f"-env:UserInstallation={(folder / 'profile').as_uri()}",
                "--headless", "--norestore", "--nolockcheck", "--nodefault", "--nofirststartwizard",
                "--convert-to", "pdf:writer_pdf_Export", "--outdir", str(folder),
                str(folder / "document.docx"),
            ]
        )  # fmt: skip
    end()


def leave_the_network() -> None:
    """Enter a namespace without a network, if the system allows it."""
    libc = ctypes.CDLL(None)
    if libc.unshare(NEW_NETWORK) != 0:
        libc.unshare(NEW_USER | NEW_NETWORK)


def end() -> None:
    """Kill the whole process group, this process included: children may have started more."""
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]))

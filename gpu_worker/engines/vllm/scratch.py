"""A folder for the sockets and files that vLLM leaves behind when its processes are killed."""

import atexit
import contextlib
import os
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

import psutil

PREFIX = "wfc-engines-"  # then the pid; in the system's temporary folder, since sockets need short paths


@lru_cache(maxsize=1)
def folder() -> Path:
    """Return this process's folder, which is removed when it ends; remove those of killed workers."""
    _remove_left_behind()
    made = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    atexit.register(_remove, made, os.getpid())
    return made


def remove() -> None:
    """Remove the folder now, if there is one: for a process that ends without exit handlers."""
    if folder.cache_info().currsize:
        _remove(folder(), os.getpid())


def _remove(made: Path, owner_pid: int) -> None:
    if os.getpid() == owner_pid:  # a forked process ends too
        shutil.rmtree(made, ignore_errors=True)


def _remove_left_behind() -> None:
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        owner = path.name.removeprefix(PREFIX).split("-")[0]
        with contextlib.suppress(OSError):
            if owner.isdigit() and not psutil.pid_exists(int(owner)) and path.stat().st_uid == os.getuid():
                shutil.rmtree(path, ignore_errors=True)

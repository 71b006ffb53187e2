"""A PostgreSQL server of our own: no TCP port, a socket in a private folder, gone with the tests."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

START_LIMIT_S = 60


class NoPostgres(Exception):
    """This machine has no PostgreSQL server."""


def binary_folder() -> Path | None:
    """The folder with initdb and postgres: on the path, or where Debian keeps the newest one."""
    kept = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    on_path = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep)]
    for folder in [*on_path, *reversed(kept)]:
        if all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres", "pg_isready")):
            return folder
    return None


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Run a server for the length of a block; yields a database address for WFC_DATABASE_URL."""
    binaries = binary_folder()
    if binaries is None:
        raise NoPostgres("Install PostgreSQL (Debian, Ubuntu: apt-get install postgresql) for --postgres.")
    folder = Path(tempfile.mkdtemp(prefix="wfc-postgres-"))
    user = _unprivileged_user()
    shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)
    try:
        make: list[str | Path] = [
            binaries / "initdb",
            "-D",
            "data",
            "-U",
            "wfc",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        ]
        subprocess.run(_as_user(user, *make), cwd=folder, check=True, stdout=subprocess.DEVNULL)
        with _serving(user, folder, binaries):
            yield f"postgres://wfc@{quote(str(folder), safe='')}/postgres"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged_user() -> str:
    """PostgreSQL refuses to run as root: then somebody else runs it."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid()).pw_name
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


@contextlib.contextmanager
def _serving(user: str, folder: Path, binaries: Path) -> Iterator[None]:
    options: list[str | Path] = ["-D", "data", "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"]
    command = _as_user(user, binaries / "postgres", *options)
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=folder, stdout=quiet, stderr=quiet)
    try:
        _wait(process, binaries, folder)
        yield
    finally:
        process.terminate()
        process.wait(60)


def _wait(process: subprocess.Popen, binaries: Path, folder: Path) -> None:
    end = time.monotonic() + START_LIMIT_S
    while subprocess.run([binaries / "pg_isready", "-q", "-h", folder]).returncode != 0:
        if process.poll() is not None or time.monotonic() > end:
            raise NoPostgres(f"PostgreSQL did not start in {folder}.")
        time.sleep(0.05)


def _as_user(user: str, *command: str | Path) -> list[str]:
    """Also ends the command, by a fast shutdown, when the tests are killed."""
    switch = []
    if os.geteuid() == 0:
        switch = [f"--reuid={user}", f"--regid={pwd.getpwnam(user).pw_gid}", "--clear-groups"]
    return ["setpriv", *switch, "--pdeathsig=INT", "--", *map(str, command)]

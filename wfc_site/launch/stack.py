"""The whole of wfc on one machine: Redis, the database, the site and the GPU worker, up and down in order."""

import asyncio
import contextlib
import fcntl
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from models_admin.registry import yaml_file
from wfc_site import roles
from wfc_site.launch import demo, embedded_redis
from wfc_site.launch.supervisor import Child, kept, say
from wfc_site.serve import STOP_WITHIN_S


class CannotStart(Exception):
    """Something stands in the way that a person can remove."""


async def up(host: str, port: int) -> None:
    """Bring everything up and keep it up until SIGINT or SIGTERM.

    Raises CannotStart, NoRedis and RegistryError, each with a sentence for the terminal.
    """
    os.umask(0o077)  # the database holds what people sent us
    with _owned(settings.DATA_DIR):
        _check_free(host, port)
        running = asyncio.create_task(_run(host, port))
        _cancel_on_signals(running)
        with contextlib.suppress(asyncio.CancelledError):
            await running


@contextlib.contextmanager
def _owned(folder: Path) -> Iterator[None]:
    """Hold the data folder: the kernel lets go of it however this process ends."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "up.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise CannotStart(
                f"wfc runs already on {folder} (process {file.read().strip()}). "
                "Stop it, or give this one a folder of its own with WFC_DATA_DIR and a PORT."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _check_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} on {host} cannot be used ({error.strerror}). Choose another: PORT=8080."
            ) from None


def _cancel_on_signals(task: "asyncio.Task[None]") -> None:
    """Once: a terminal and make both tell of one Ctrl-C, and a stop must not be stopped."""
    stopping = False

    def stop() -> None:
        nonlocal stopping
        if not stopping:
            stopping = True
            say("Stopping …")
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop)


async def _run(host: str, port: int) -> None:
    began = time.monotonic()
    path = settings.DATA_DIR / "demo.json"
    url = f"http://{host}:{port}"
    async with _redis():
        passwords = await asyncio.to_thread(_prepare, path)
        async with kept(_site(host, port), _worker()):
            await _true(lambda: _healthy(host, port))
            await asyncio.to_thread(_publish, path, url, passwords)
            _welcome(url, passwords, path, time.monotonic() - began)
            await asyncio.Event().wait()  # until cancelled


@contextlib.asynccontextmanager
async def _redis() -> AsyncIterator[None]:
    """The operator's Redis where REDIS_URL names one, else a private one."""
    if settings.ENVIRONMENT.redis_url:
        yield
        return
    server = embedded_redis.find(settings.DATA_DIR)
    embedded_redis.make_folder(settings.DATA_DIR)
    say(f"Redis: {server.source}")
    async with kept(_child("redis", server.command, 1)):
        await _true(lambda: embedded_redis.answers(settings.DATA_DIR))
        yield


def _site(host: str, port: int) -> Child:
    command = [sys.executable, "-m", "wfc_site.serve", "--host", host, "--port", str(port)]
    return _child("site", command, STOP_WITHIN_S + 2)


def _worker() -> Child:
    return _child("worker", [sys.executable, "-m", "gpu_worker"], settings.DRAIN_S + 2)


def _child(name: str, command: list[str], stop_within_s: float) -> Child:
    return Child(name=name, command=command, stop_within_s=stop_within_s, folder=settings.BASE_DIR)


def _prepare(path: Path) -> demo.Passwords:
    """Bring the database up to date, and make what a first start lacks."""
    try:
        call_command("migrate", verbosity=0, interactive=False)
        loaded = yaml_file.load(settings.MODELS_FILE)
        say(f"Registry: {len(loaded.created)} models new, {len(loaded.kept)} kept as they are")
        roles.establish()
        return demo.prepare(path)
    finally:
        connections.close_all()  # this thread's


def _publish(path: Path, url: str, passwords: demo.Passwords) -> None:
    try:
        demo.publish(path, url, passwords)
    finally:
        connections.close_all()


async def _true(look: Callable[[], bool]) -> None:
    """Wait until `look` says so: another process cannot set an event of ours."""
    while not await asyncio.to_thread(look):  # noqa: ASYNC110
        await asyncio.sleep(0.05)


def _healthy(host: str, port: int) -> bool:
    connection = HTTPConnection(host, port, timeout=5)
    with contextlib.closing(connection):
        try:
            connection.request("GET", "/healthz", headers={"Host": settings.ALLOWED_HOSTS[0]})
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False


def _welcome(url: str, passwords: demo.Passwords, path: Path, seconds: float) -> None:
    say(f"\nReady after {seconds:.1f} s: open {url}/ and sign in as")
    for name, password in passwords.items():
        say(f"    {name:10} {password}")
    say(f"These, and tokens for the API, are in {path}. Ctrl-C stops everything.\n")

"""All of wfc on one machine: start and stop Redis, database, site and GPU worker in order."""

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
from wfc_site.launch.supervisor import Child, keep_running, say
from wfc_site.serve import STOP_WITHIN_S


class CannotStart(Exception):
    """An obstacle that a person can remove; the message says how."""


async def run_stack(host: str, port: int) -> None:
    """Start everything and keep it running until SIGINT, SIGTERM or SIGHUP.

    Raises CannotStart, NoRedis or RegistryError, each with a sentence for the terminal.
    """
    os.umask(0o077)  # the database holds personal data
    with _locked(settings.DATA_DIR):
        _check_free(host, port)
        running = asyncio.create_task(_run(host, port))
        _cancel_on_signals(running)
        with contextlib.suppress(asyncio.CancelledError):
            await running


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Lock the data folder; the kernel releases the lock however this process ends."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "up.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise CannotStart(
                f"wfc is already running on {folder} (process {file.read().strip()}). "
                "Stop it, or set WFC_DATA_DIR and PORT to run another one."
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
    """Cancel `task` on the first signal only: terminal and make both send one for a single Ctrl-C."""
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
        async with keep_running(_site(host, port), _worker()):
            await _until(lambda: _healthy(host, port))
            await asyncio.to_thread(_publish, path, url, passwords)
            _welcome(url, passwords, path, time.monotonic() - began)
            await asyncio.Event().wait()  # until cancelled


@contextlib.asynccontextmanager
async def _redis() -> AsyncIterator[None]:
    """Use the Redis that REDIS_URL names; without it, run a private one."""
    if settings.ENVIRONMENT.redis_url:
        yield
        return
    server = embedded_redis.find_redis(settings.DATA_DIR)
    embedded_redis.make_socket_folder(settings.DATA_DIR)
    say(f"Redis: {server.source}")
    async with keep_running(_child("redis", server.command, 1)):
        await _until(lambda: embedded_redis.redis_answers(settings.DATA_DIR))
        yield


def _site(host: str, port: int) -> Child:
    command = [sys.executable, "-m", "wfc_site.serve", "--host", host, "--port", str(port)]
    return _child("site", command, STOP_WITHIN_S + 2)


def _worker() -> Child:
    return _child("worker", [sys.executable, "-m", "gpu_worker"], settings.DRAIN_S + 2)


def _child(name: str, command: list[str], stop_within_s: float) -> Child:
    return Child(name=name, command=command, stop_within_s=stop_within_s, folder=settings.BASE_DIR)


def _prepare(path: Path) -> demo.Passwords:
    """Migrate the database, and create what a first start needs."""
    try:
        call_command("migrate", verbosity=0, interactive=False)
        loaded = yaml_file.load_registry(settings.MODELS_FILE)
        say(f"Registry: {len(loaded.created)} models added, {len(loaded.kept)} unchanged")
        roles.establish_roles()
        return demo.prepare_demo(path)
    finally:
        connections.close_all()  # those of this thread


def _publish(path: Path, url: str, passwords: demo.Passwords) -> None:
    try:
        demo.publish_sign_in(path, url, passwords)
    finally:
        connections.close_all()


async def _until(look: Callable[[], bool]) -> None:
    """Poll `look` until it is true: another process cannot set an asyncio event."""
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
    say(f"\nReady after {seconds:.1f} s. Open {url}/ and sign in as")
    for name, password in passwords.items():
        say(f"    {name:10} {password}")
    say(f"Passwords and API tokens are in {path}. Ctrl-C stops everything.\n")

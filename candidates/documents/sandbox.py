"""Open a file in a sandboxed child process and read its reply."""

import os
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO, TypeVar

from pydantic import TypeAdapter, ValidationError

from candidates.child.server import CODE_BYTES
from candidates.documents import kinds
from candidates.documents.fork_server import ForkServer
from candidates.documents.sentences import refusal

WALL_S = 60.0
GRACE_S = 5.0  # the child ends itself after its wall time; then we wait this long
CHILD = Path(__file__).parent.parent / "child" / "main.py"
LENGTH_BYTES = 8
MOST_JSON_BYTES = 16 * 2**20

_starting = threading.Lock()
_running: ForkServer | None = None
_ends: set[Callable[[], None]] = set()  # each ends one child

_CAUSES: dict[int, str] = {
    signal.SIGALRM: "time",  # its wall time
    signal.SIGXCPU: "time",  # its processor time
    signal.SIGABRT: "memory",  # how PDFium ends when it gets no memory
}
_NOT_ITS_OWN: set[int] = {
    signal.SIGKILL,
    signal.SIGTERM,
}  # sent by an operator, or by the kernel when short of memory

T = TypeVar("T")


class SandboxFailed(Exception):
    """The sandbox failed, and not because of the file: for the operator; worth another try."""


@contextmanager
def asked(
    path: Path, kind: str, *, max_pages: int = 0, max_file_bytes: int = 0, wall_s: float | None = None
) -> Iterator[IO[bytes]]:
    """Read the file at `path`, whose media type is `kind`, in a child process; yield its reply.

    The reply is a file, not a pipe, so that the child's limit on file sizes bounds it: in memory, or on disk
    for an unpacked ZIP. Raises a DocumentRefused; SandboxFailed or OSError if the fault is not the file's.
    """
    wall_s = WALL_S if wall_s is None else wall_s
    arguments = [kind, str(max_pages), str(max_file_bytes), str(wall_s)]
    with path.open("rb") as file, _place(kind) as answer:
        why = _judge_end(_run(arguments, file, answer, wall_s))
        if why:
            raise refusal(why, kind)
        yield answer


def _place(kind: str) -> IO[bytes]:
    return tempfile.TemporaryFile() if kind == kinds.ZIP else open(os.memfd_create("answer"), "w+b")


def _run(arguments: Sequence[str], file: IO[bytes], answer: IO[bytes], wall_s: float) -> int:
    """Return how the child ended; SIGALRM if it had to be ended."""
    told, telling = socket.socketpair()
    with told:
        with telling:
            _server().ask(arguments, [file.fileno(), answer.fileno(), telling.fileno()])
        told.settimeout(wall_s + GRACE_S)
        with _counted(partial(told.shutdown, socket.SHUT_RDWR)):
            try:
                code = told.recv(CODE_BYTES)
            except TimeoutError:
                return -signal.SIGALRM
    return int.from_bytes(code, "big", signed=True) if code else -signal.SIGKILL


def _server() -> ForkServer:
    """Return the fork server that runs `CHILD`."""
    global _running
    with _starting:
        if _running is None or _running.script != CHILD:
            if _running is not None:
                _running.close()
            _running = ForkServer(CHILD)
        return _running


@contextmanager
def counted(child: "subprocess.Popen[bytes]") -> Iterator[None]:
    """Keep track of `child`, which leads a process group; end it in any case."""
    end = partial(_end, child)
    with _counted(end):
        try:
            yield
        finally:
            end()
            child.wait()


@contextmanager
def _counted(end: Callable[[], None]) -> Iterator[None]:
    _ends.add(end)
    try:
        yield
    finally:
        _ends.discard(end)


def _end(child: "subprocess.Popen[bytes]") -> None:
    """End it and what it started, unless it has ended already."""
    if child.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)


def end_all() -> None:
    """End every running child; callers that wait for one get SandboxFailed."""
    for end in list(_ends):
        with suppress(OSError):  # it has just ended
            end()


def _judge_end(code: int) -> str:
    """Return what the child's exit code says about the file, "" if it ended well."""
    if code > 0 or -code in _NOT_ITS_OWN:
        raise SandboxFailed(f"The sandbox ended with {code}; see the log above.")
    return _CAUSES.get(-code, "crash") if code else ""


def heard(answer: IO[bytes], expected: TypeAdapter[T]) -> tuple[T, int]:
    """Return the child's reply, and how many bytes of files come before it. Raises SandboxFailed.

    The file may have taken over the child, so nothing in the reply is trusted.
    """
    size = answer.seek(0, os.SEEK_END)
    answer.seek(max(0, size - LENGTH_BYTES))
    length = int.from_bytes(answer.read(), "big")
    before = size - LENGTH_BYTES - length
    if before < 0 or length > MOST_JSON_BYTES:
        raise nonsense("it has no end")
    answer.seek(before)
    try:
        return expected.validate_json(answer.read(length)), before
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False)  # never words of a résumé
        raise nonsense(problems[0]["msg"]) from None


def nonsense(why: str) -> SandboxFailed:
    return SandboxFailed(f"The sandbox's reply makes no sense: {why}.")

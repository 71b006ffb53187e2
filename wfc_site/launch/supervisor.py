"""Supervise child processes: prefixed output, restarts with back-off, an orderly stop.

All are started from one thread, and they end with it: see `die_with_parent`.
"""

import asyncio
import contextlib
import os
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from wfc_site.launch.die_with_parent import dying_with_parent

FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 15.0
STEADY_S = 30.0  # after running this long, a child restarts with the first wait again
LAST_OUTPUT_S = 1.0  # a grandchild may keep the pipe open after its parent has ended


@dataclass(frozen=True, kw_only=True)
class Child:
    """A process to keep running. `stop_within_s` after SIGTERM its whole session is killed."""

    name: str
    command: list[str]
    stop_within_s: float
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)


@contextlib.asynccontextmanager
async def keep_running(*children: Child) -> AsyncIterator[None]:
    """Keep `children` running during a with block; then stop all and wait for them."""
    stopping = asyncio.Event()
    tasks = [asyncio.create_task(_Keeper(child, stopping).run()) for child in children]
    try:
        yield
    finally:
        stopping.set()
        await asyncio.gather(*tasks)


class _Keeper:
    def __init__(self, child: Child, stopping: asyncio.Event) -> None:
        self.child, self._stopping = child, stopping

    async def run(self) -> None:
        wait_s = FIRST_WAIT_S
        while not self._stopping.is_set():
            began = time.monotonic()
            code = await self._run_once()
            if self._stopping.is_set():
                return
            if time.monotonic() - began > STEADY_S:
                wait_s = FIRST_WAIT_S
            self._say(f"ended with {code}; restarting in {wait_s:g} s")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), wait_s)
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    async def _run_once(self) -> int:
        process = await self._start()
        output = asyncio.create_task(self._pass_on(process))
        await self._ended_or_stopping(process)
        if process.returncode is None:
            await self._end(process)
        _kill_session(process)  # also what the child left running
        await asyncio.wait([output], timeout=LAST_OUTPUT_S)
        output.cancel()
        return await process.wait()

    async def _start(self) -> Process:
        """Start the child in its own session, so that Ctrl-C reaches only the supervisor."""
        return await asyncio.create_subprocess_exec(
            *dying_with_parent(self.child.command),
            cwd=self.child.folder,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **self.child.environment},
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
            start_new_session=True,
        )

    async def _ended_or_stopping(self, process: Process) -> None:
        waits = [asyncio.create_task(process.wait()), asyncio.create_task(self._stopping.wait())]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()

    async def _end(self, process: Process) -> None:
        """Send SIGTERM and wait. The caller kills a child that is still running."""
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), self.child.stop_within_s)
        except TimeoutError:
            self._say(f"did not stop within {self.child.stop_within_s:g} s; killing it")

    async def _pass_on(self, process: Process) -> None:
        assert process.stdout  # noqa: S101  # requested by _start
        rest = b""
        while chunk := await process.stdout.read(2**16):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._say(line.decode(errors="replace"))
        if rest:
            self._say(rest.decode(errors="replace"))

    def _say(self, line: str) -> None:
        say(f"{self.child.name:6} | {line}")


def _kill_session(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def say(line: str) -> None:
    """Print a line; ignore a terminal that has gone away."""
    with contextlib.suppress(OSError):
        print(line, flush=True, file=sys.stdout)  # noqa: T201  # output for the terminal

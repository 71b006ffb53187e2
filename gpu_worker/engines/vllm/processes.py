"""EngineCore processes: vLLM starts them from our fork server, and we make sure that they end.

multiprocessing's fork server is a process with one thread and no GPU that has imported vLLM once: the worker
itself, with its threads and database connections, never forks. Each process watches the worker and ends
itself when the worker is gone, however it ended, so that no GPU memory is left behind.
"""

import contextlib
import importlib
import multiprocessing
import os
import select
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess
from typing import Any

import psutil

ENDED_WITHIN_S = 20.0  # a process killed in the middle of a copy to the GPU takes its time


def start_fork_server(architectures: Sequence[str]) -> None:
    """Start the fork server unless it is running; it imports vLLM and the modules of `architectures`."""
    os.environ["WFC_ARCHITECTURES"] = ",".join(architectures)
    multiprocessing.set_forkserver_preload(["gpu_worker.engines.vllm.preloaded"])
    forkserver.ensure_running()


class EngineProcesses:
    """The processes of one engine, and what the first of them died of, if it said so."""

    def __init__(self) -> None:
        self._started: list[tuple[ForkServerProcess, Connection]] = []
        self._starting = threading.Lock()
        self._ended = False
        self._tree: dict[int, psutil.Process] = {}

    @property
    def pids(self) -> list[int]:
        return [process.pid for process, _ in self._started if process.pid]

    def start(self, process: "_Started") -> None:
        """Start and note `process`. Raises Ended after `end`, which would not end this one."""
        with self._starting:
            if self._ended:
                raise Ended(f"{process.name} is not wanted any more")
            process.fork()
            self._started.append((process, process.said))

    def cause(self, wait_s: float = 1.0) -> str:
        """Return what an ended process raised, as "Type: text"; "" if it could not say."""
        for _, said in self._started:
            with contextlib.suppress(EOFError, OSError):
                if said.poll(wait_s):
                    return str(said.recv())
        return ""

    def look(self) -> list[psutil.Process]:
        """Return those of the processes, and of all that they have started, that are alive."""
        for pid in self.pids:
            with contextlib.suppress(psutil.NoSuchProcess):
                top = psutil.Process(pid)
                if pid in self._tree and self._tree[pid] != top:
                    continue  # another process has the number now
                for process in (top, *top.children(recursive=True)):
                    self._tree.setdefault(process.pid, process)
        return [process for process in self._tree.values() if _lives(process)]

    def resident_bytes(self) -> int:
        """Return the memory that is theirs alone, without what they share with the fork server."""
        total = 0
        for process in self.look():
            with contextlib.suppress(psutil.Error):
                total += process.memory_full_info().uss
        return total

    def end(self) -> None:
        """Kill them all and return when they are gone; prevent further starts. Raises StillThere."""
        with self._starting:
            self._ended = True
        leaving = self.look()
        for process in leaving:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        until = time.monotonic() + ENDED_WITHIN_S
        while left := [process for process in leaving if _lives(process)]:
            if time.monotonic() > until:
                raise StillThere(f"process {left[0].pid} does not end")
            time.sleep(0.005)
        for _, said in self._started:
            said.close()


class Ended(Exception):
    """A process was to start after its engine was ended."""


class StillThere(Exception):
    """A killed process does not end: the driver holds it, and its memory is not free."""


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@contextlib.contextmanager
def started_into(processes: EngineProcesses) -> Iterator[None]:
    """Fork what vLLM starts meanwhile from the fork server and note it in `processes`.

    Engines start one at a time, so the name that is replaced in vLLM meanwhile affects no other one.
    """
    utils: Any = importlib.import_module("vllm.v1.engine.utils")
    original = utils.get_mp_context
    utils.get_mp_context = lambda: _Context(processes)
    try:
        yield
    finally:
        utils.get_mp_context = original


class _Context(ForkServerContext):
    def __init__(self, processes: EngineProcesses) -> None:
        super().__init__()
        self._processes = processes

    def Process(  # type: ignore[override]  # noqa: N802  # the name is multiprocessing's
        self, *, target: Callable[..., None], name: str, kwargs: dict[str, Any]
    ) -> ForkServerProcess:
        said, saying = multiprocessing.Pipe(duplex=False)
        process = _Started(target=run, name=name, args=(target, os.getpid(), saying), kwargs=kwargs)
        process.said, process.saying, process.among = said, saying, self._processes
        return process


class _Started(ForkServerProcess):
    said: Connection
    saying: Connection
    among: EngineProcesses

    def __getstate__(self) -> dict[str, Any]:
        """Return what is sent to the new process: none of our own attributes."""
        ours = ("said", "saying", "among")
        return {name: value for name, value in self.__dict__.items() if name not in ours}

    def start(self) -> None:
        self.among.start(self)
        self.saying.close()  # our copy: the child's copy shows when the child has ended

    def fork(self) -> None:
        super().start()


def run(target: Callable[..., None], worker_pid: int, saying: Connection, **kwargs: Any) -> None:
    """Run in the new process: watch the worker, run vLLM's `target`, send the error that ended it."""
    _end_with(worker_pid)
    # Locks of this kind have no system-wide name, which a killed process would leave behind.
    multiprocessing.set_start_method("fork", force=True)
    warnings.simplefilter("ignore", FutureWarning)  # torch's to vLLM, at every start
    try:
        target(**kwargs)
    except Exception as error:
        with contextlib.suppress(OSError):
            saying.send(f"{type(error).__name__}: {error}")
        raise


def _end_with(worker_pid: int) -> None:
    """End this process and its children as soon as the worker has ended, however it did."""
    try:
        worker = os.pidfd_open(worker_pid)
    except ProcessLookupError:
        os.kill(os.getpid(), signal.SIGKILL)

    def watch() -> None:
        select.select([worker], [], [])
        for child in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="worker-watch", daemon=True).start()

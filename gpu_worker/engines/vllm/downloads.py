"""Downloads of weights from the hub, in a child process that may be ended at any time.

As a script, it downloads one repository and prints lines of {"done_bytes", "total_bytes"}; a sentence in
{"refused"} ends it. Complete files stay, so that the next try continues with what is missing. Weights come
last: if they are here, the rest is too.
"""

import asyncio
import json
import os
import select
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WEIGHTS = "*.safetensors"
ENOUGH = [WEIGHTS, "*.json", "*.jinja", "*.model", "*.txt", "*.tiktoken", "*.py"]
TELL_EVERY_S = 0.5
LEAVES_WITHIN_S = 5.0
ANSWERS_WITHIN_S = 60.0  # for the hub to list a repository: its client would wait for ever
SILENT_S = 600.0  # without a byte; the client retries for up to 400 s, and waits 300 s when told to
STALE_S = 3600.0  # a partial file that has not grown for so long is abandoned
GIB = 2**30


async def fetch(name: str, revision: str, progress: Callable[[float], None]) -> None:
    """Download the repository `name`, reporting the share done to `progress`. Raises EngineFailed."""
    from gpu_worker.engines.protocol import EngineFailed
    from gpu_worker.engines.vllm import weights

    if not weights.may_download():
        raise EngineFailed(
            f"The weights of {name} are not on this machine, and HF_HUB_OFFLINE forbids fetching them. "
            "Put them into WFC_MODELS_DIR."
        )
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gpu_worker.engines.vllm.downloads", name, revision, str(os.getpid()),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, env=_environment(),
    )  # fmt: skip
    try:
        refused = await _heard(child, progress)
        code = await child.wait()
    finally:
        await _end(child)
    if refused or code:
        raise EngineFailed(refused or f"Fetching {name} ended with {code}; the log says why.")


def _environment() -> dict[str, str]:
    """Return the worker's environment, without the settings that keep engines off the network."""
    online = {key: value for key, value in os.environ.items() if not key.endswith("_OFFLINE")}
    return online | {"HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}


async def _heard(child: asyncio.subprocess.Process, progress: Callable[[float], None]) -> str:
    """Pass on the progress until the child ends; return why it refused, "" if it did not."""
    refused, told = "", 0.0
    assert child.stdout is not None  # noqa: S101  # asked for when it was started
    async for line in child.stdout:
        said = json.loads(line)
        refused = said.get("refused", refused)
        if said.get("total_bytes"):
            # A file is not counted for a moment while it is renamed or started again.
            told = max(told, min(1.0, said["done_bytes"] / said["total_bytes"]))
            progress(told)
    return refused


async def _end(child: asyncio.subprocess.Process) -> None:
    if child.returncode is not None:
        return
    child.terminate()
    try:
        async with asyncio.timeout(LEAVES_WITHIN_S):
            await child.wait()
    except TimeoutError:
        child.kill()
        await child.wait()


# From here on: in the child process


class Refused(Exception):
    """The repository cannot be downloaded; the text says why."""


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """One commit of a repository and its place in the hub's cache; `sizes` are bytes by file."""

    repository: Path
    commit: str
    sizes: dict[str, int]

    @property
    def total_bytes(self) -> int:
        return sum(self.sizes.values())

    def done_bytes(self, since: float) -> int:
        """Return the bytes on disk, with partial files that have grown since `since`, in epoch seconds."""
        folder = self.repository / "snapshots" / self.commit
        whole = sum(size for file, size in self.sizes.items() if (folder / file).exists())
        return whole + sum(size for _, size, grew_at in self.parts() if grew_at >= since)

    def parts(self) -> list[tuple[Path, int, float]]:
        """Return the partial files: path, bytes, and when they last grew."""
        found = []
        for path in self.repository.glob("blobs/*.incomplete"):
            try:
                stat = path.stat()
            except FileNotFoundError:  # complete by now
                continue
            found.append((path, stat.st_size, stat.st_mtime))
        return found


def main(name: str, revision: str, parent_pid: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the worker decides
    signal.signal(signal.SIGTERM, lambda *_: _leave())
    _leave_with(int(parent_pid))
    try:
        _fetch(name, revision or None)
    except Exception as error:  # the hub's client also raises errors of its HTTP library
        _say(refused=_sentence(name, revision, error))


def _fetch(name: str, revision: str | None) -> None:
    from huggingface_hub import snapshot_download

    snapshot = _look(name, revision)
    _expect_room(name, snapshot)
    done = threading.Event()
    telling = threading.Thread(target=_tell, args=(name, snapshot, done), daemon=True)
    telling.start()
    try:
        rest = [file for file in snapshot.sizes if not Path(file).match(WEIGHTS)]
        for files in (rest, list(snapshot.sizes)):
            snapshot_download(name, revision=revision, allow_patterns=files)
    finally:
        done.set()
        telling.join()


def _look(name: str, revision: str | None) -> Snapshot:
    from huggingface_hub import HfApi
    from huggingface_hub.constants import HF_HUB_CACHE

    info = HfApi().model_info(name, revision=revision, files_metadata=True, timeout=ANSWERS_WITHIN_S)
    sizes = {file.rfilename: file.size or 0 for file in info.siblings or [] if _wanted(file.rfilename)}
    if not any(Path(file).match(WEIGHTS) for file in sizes):
        raise Refused(f"{name} has no weights in {WEIGHTS} on the hub; other formats are not fetched.")
    repository = Path(HF_HUB_CACHE) / f"models--{name.replace('/', '--')}"
    return Snapshot(repository=repository, commit=info.sha or "", sizes=sizes)


def _wanted(file: str) -> bool:
    return "/" not in file and any(Path(file).match(pattern) for pattern in ENOUGH)


def _expect_room(name: str, snapshot: Snapshot) -> None:
    """Remove what killed downloads have left; raise Refused if the disk is too small."""
    now = time.time()
    for part, _, grew_at in snapshot.parts():
        if grew_at < now - STALE_S:
            part.unlink(missing_ok=True)
    snapshot.repository.mkdir(parents=True, exist_ok=True)
    needed_bytes = snapshot.total_bytes - snapshot.done_bytes(since=now)
    free_bytes = shutil.disk_usage(snapshot.repository).free
    if needed_bytes > free_bytes:
        raise Refused(
            f"{name} needs {needed_bytes / GIB:.1f} GiB more on the disk of {snapshot.repository.parent}, "
            f"but {free_bytes / GIB:.1f} GiB are free."
        )


def _tell(name: str, snapshot: Snapshot, done: threading.Event) -> None:
    """Report progress until `done`; if nothing arrives for SILENT_S, say so and end this process."""
    began_at = time.time()
    before, grew_s = None, time.monotonic()
    while True:
        ended = done.wait(TELL_EVERY_S)
        done_bytes = snapshot.done_bytes(since=began_at)
        _say(done_bytes=done_bytes, total_bytes=snapshot.total_bytes)
        if ended:
            return
        here = (done_bytes, snapshot.parts())
        if here != before:
            before, grew_s = here, time.monotonic()
        elif time.monotonic() - grew_s > SILENT_S:
            _say(refused=_silence(name))
            _leave()


def _silence(name: str) -> str:
    from huggingface_hub import constants

    return (
        f"{constants.ENDPOINT} sends no data of {name}. Check the network, then try again: "
        "files that are complete are not fetched again."
    )


def _sentence(name: str, revision: str, error: Exception) -> str:
    from huggingface_hub import constants, errors

    if isinstance(error, errors.LocalEntryNotFoundError) and isinstance(error.__cause__, Exception):
        error = error.__cause__  # it is about the cache; its cause is what went wrong on the way to the hub
    if isinstance(error, Refused):
        return str(error)
    if isinstance(error, errors.GatedRepoError):
        return f"{name} is gated: accept its licence on the hub and set HF_TOKEN."
    if isinstance(error, errors.RepositoryNotFoundError):
        return f"The hub has no model {name}, or it is private and HF_TOKEN is not set."
    if isinstance(error, errors.RevisionNotFoundError):
        return f"The hub has no revision {revision} of {name}."
    if isinstance(error, errors.HFValidationError):
        return (
            f"{name} cannot be fetched: the hub has names such as owner/model only. "
            "Put it into WFC_MODELS_DIR under this name."
        )
    if isinstance(error, errors.HfHubHTTPError):
        return _answered(name, error)
    if isinstance(error, OSError) and error.errno:  # a disk error: network errors are the HTTP library's own
        return (
            f"{name} cannot be kept in {constants.HF_HUB_CACHE}: {error.strerror}. "
            "Fix this, or set HF_HOME to another folder."
        )
    if "Timeout" in type(error).__name__:  # of the HTTP library, which differs between versions
        return _silence(name)
    said = _first_line(error).rstrip(".")
    return (
        f"{name} cannot be fetched from {constants.ENDPOINT}: {said}. "
        "Check the network and HF_ENDPOINT, or put the weights into WFC_MODELS_DIR."
    )


def _answered(name: str, error: Any) -> str:
    """Return what the hub's refusal, a HfHubHTTPError, means."""
    from huggingface_hub import constants

    status = error.response.status_code
    if status == 401:
        return f"The hub does not accept HF_TOKEN for {name}: it is wrong or has expired."
    said = (error.server_message or _first_line(error))[:200].rstrip(".")
    again = " Try again later." if status == 429 or status >= 500 else ""
    return f"{name} cannot be fetched: {constants.ENDPOINT} answers {status}, {said}.{again}"


def _first_line(error: Exception) -> str:
    lines = (line.strip() for line in str(error).splitlines())
    return next((line for line in lines if line), type(error).__name__)[:200]


def _say(**said: Any) -> None:
    print(json.dumps(said), flush=True)  # noqa: T201  # the parent reads it


def _leave_with(parent_pid: int) -> None:
    """End this process as soon as the worker has ended, however it did."""
    try:
        parent = os.pidfd_open(parent_pid)
    except ProcessLookupError:
        _leave()

    def watch() -> None:
        select.select([parent], [], [])
        _leave()

    threading.Thread(target=watch, daemon=True).start()


def _leave() -> None:
    """End at once and remove the partial files of this process: the hub's client would start them again."""
    for opened in Path("/proc/self/fd").iterdir():
        try:
            path = Path(os.readlink(opened))
        except OSError:
            continue
        if path.suffix == ".incomplete":
            path.unlink(missing_ok=True)
    os._exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Fetching weights from the hub, in a process of its own that may be ended at any time.

Run as a script it fetches one repository and prints, line by line, {"done_bytes", "total_bytes"}; a sentence
in {"refused"} ends it. What was fetched stays, so that the next try goes on where this one ended.
"""

import asyncio
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

ENOUGH = ["*.safetensors", "*.json", "*.jinja", "*.model", "*.txt", "*.tiktoken", "*.py"]
TELL_EVERY_S = 0.5


async def fetch(name: str, revision: str, progress: Any) -> None:
    """Fetch the repository `name`, telling `progress` the share that is here. Raises EngineFailed."""
    from gpu_worker.engines.protocol import EngineFailed
    from gpu_worker.engines.vllm import weights

    if not weights.may_download():
        raise EngineFailed(
            f"The weights of {name} are not on this machine, and HF_HUB_OFFLINE forbids fetching them. "
            "Put them into WFC_MODELS_DIR."
        )
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gpu_worker.engines.vllm.downloads", name, revision, str(os.getpid()),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, env=_online(),
    )  # fmt: skip
    refused = ""
    try:
        assert child.stdout is not None  # noqa: S101  # asked for above
        async for line in child.stdout:
            said = json.loads(line)
            refused = said.get("refused", "")
            if said.get("total_bytes"):
                progress(min(1.0, said["done_bytes"] / said["total_bytes"]))
        code = await child.wait()
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if refused or code:
        raise EngineFailed(refused or f"Fetching {name} ended with {code}; the log says why.")


def _online() -> dict[str, str]:
    """The worker's environment without what keeps its engines off the network."""
    return {key: value for key, value in os.environ.items() if not key.endswith("_OFFLINE")}


def main(name: str, revision: str, parent_pid: str) -> None:
    threading.Thread(target=_end_with, args=(int(parent_pid),), daemon=True).start()
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError

    try:
        info = HfApi().model_info(name, revision=revision or None, files_metadata=True)
        sizes = {file.rfilename: file.size or 0 for file in info.siblings or [] if _wanted(file.rfilename)}
        folder = _repository_folder(name)
        done = threading.Event()
        telling = threading.Thread(target=_tell, args=(folder, sum(sizes.values()), done), daemon=True)
        telling.start()
        snapshot_download(name, revision=revision or None, allow_patterns=list(sizes))
        done.set()
        telling.join()
    except GatedRepoError:
        _say(refused=f"{name} is gated: accept its licence on the hub and set HF_TOKEN.")
    except RepositoryNotFoundError:
        _say(refused=f"The hub has no model {name}, or it is private and HF_TOKEN is not set.")
    except (HfHubHTTPError, OSError) as error:
        _say(refused=f"{name} cannot be fetched: {str(error).splitlines()[0][:200]}")


def _wanted(file: str) -> bool:
    return "/" not in file and any(Path(file).match(pattern) for pattern in ENOUGH)


def _repository_folder(name: str) -> Path:
    from huggingface_hub.constants import HF_HUB_CACHE

    return Path(HF_HUB_CACHE) / f"models--{name.replace('/', '--')}" / "blobs"


def _tell(folder: Path, total_bytes: int, done: threading.Event) -> None:
    while True:
        ended = done.wait(TELL_EVERY_S)
        here = (
            sum(file.stat().st_size for file in folder.glob("*") if file.is_file()) if folder.is_dir() else 0
        )
        _say(done_bytes=here, total_bytes=total_bytes)
        if ended:
            return


def _say(**said: Any) -> None:
    print(json.dumps(said), flush=True)  # noqa: T201  # the parent reads it


def _end_with(parent_pid: int) -> None:
    import select

    select.select([os.pidfd_open(parent_pid)], [], [])
    os._exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])

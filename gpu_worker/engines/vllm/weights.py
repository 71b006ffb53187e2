"""A model's weights on this machine: where they are, whether they are complete, and their revision.

A name is a folder under settings.MODELS_DIR, else a repository of the Hugging Face hub, with its files in
the hub's own cache. Nothing here uses the network; `downloads` does, when a person has asked for it.
"""

import hashlib
import importlib
import json
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

GIB = 2**30
# As the operator set it: later this process sets it itself, and only `downloads` uses the hub.
_MAY_DOWNLOAD = os.environ.get("HF_HUB_OFFLINE", "").lower() not in ("1", "true", "yes", "on")
WEIGHT_FILES = ("*.safetensors", "*.bin", "*.pt", "*.gguf")
INDEX = "model.safetensors.index.json"
LONGEST_HEADER_BYTES = 100_000_000  # by the format's definition
LFS_POINTER = b"version https://git-lfs"


class NotHere(Exception):
    """The weights are not on this machine, or incomplete; the text says what is missing."""


@dataclass(frozen=True, kw_only=True)
class Weights:
    """A folder that vLLM can load. `revision` is the hub's commit, else a digest of the files' names, sizes
    and times, which changes with the weights."""

    folder: Path
    revision: str
    size_bytes: int
    architectures: tuple[str, ...]

    @property
    def gib(self) -> float:
        return self.size_bytes / GIB


def find(name: str, revision: str = "") -> Weights:
    """Return the weights `name`, complete. Raises NotHere."""
    folder = _own_folder(name) or _cached(name, revision)
    if folder is None:
        at = f" at revision {revision}" if revision else ""
        raise NotHere(f"The weights of {name}{at} are not on this machine.")
    try:
        config = _config(folder, name)
        return Weights(
            folder=folder,
            revision=_revision(folder),
            size_bytes=sum(file.stat().st_size for file in _whole_files(folder, name)),
            architectures=tuple(config.get("architectures") or ()),
        )
    except OSError as error:
        raise NotHere(f"The weights of {name} cannot be read: {error}.") from error


def is_own(name: str) -> bool:
    """Whether `name` is a folder under settings.MODELS_DIR, not a repository of the hub."""
    return _own_folder(name) is not None


def _own_folder(name: str) -> Path | None:
    root = settings.MODELS_DIR.resolve()
    folder = (root / name).resolve()
    return folder if folder.is_dir() and folder.is_relative_to(root) else None


def _cached(name: str, revision: str) -> Path | None:
    try:
        hub = importlib.import_module("huggingface_hub")
    except ImportError:
        return None
    for file in ("config.json", "params.json"):
        try:
            found = hub.try_to_load_from_cache(name, file, revision=revision or "main")
        except ValueError:  # no repository can have this name
            return None
        if isinstance(found, str):
            return Path(found).parent
    return None


def _config(folder: Path, name: str) -> dict[str, Any]:
    if not (folder / "config.json").exists():
        raise NotHere(f"The folder of {name} has no config.json, so nothing says what model it is.")
    return _json(folder / "config.json", name)


def _json(file: Path, name: str) -> dict[str, Any]:
    try:
        said = json.loads(file.read_text())
    except ValueError as error:
        raise NotHere(f"The {file.name} of {name} is not JSON: {error}. Fetch it again.") from None
    if not isinstance(said, dict):
        raise NotHere(f"The {file.name} of {name} is not a JSON object. Fetch it again.")
    return said


def _whole_files(folder: Path, name: str) -> list[Path]:
    """Return the weight files that vLLM will read. Raises NotHere if any is missing or cut off: vLLM would
    notice after minutes, or never."""
    indexed = _indexed(folder, name)
    missing = sorted(file for file in indexed if not (folder / file).is_file())
    if missing:
        raise NotHere(
            f"{len(missing)} of {len(indexed)} weight files of {name} are missing, "
            f"the first is {missing[0]}. Fetch them again."
        )
    files = _weight_files(folder)
    if not files:
        raise NotHere(f"The folder of {name} has no weights in it (*.safetensors). Fetch them again.")
    for file in files:
        if file.suffix == ".safetensors":
            _expect_whole(file, name)
    return [file for file in files if file.name in indexed] or files


def _indexed(folder: Path, name: str) -> set[str]:
    """Return the files in the index, if there is one: some folders hold the same weights twice."""
    if not (folder / INDEX).is_file():
        return set()
    files = _json(folder / INDEX, name).get("weight_map")
    if not isinstance(files, dict) or not all(isinstance(file, str) for file in files.values()):
        raise NotHere(f"The {INDEX} of {name} names no files. Fetch it again.")
    return set(files.values())


def _weight_files(folder: Path) -> list[Path]:
    for pattern in WEIGHT_FILES:
        if found := sorted(folder.glob(pattern)):
            return found
    return []


def _expect_whole(file: Path, name: str) -> None:
    with file.open("rb") as opened:
        start = opened.read(len(LFS_POINTER))
    if start == LFS_POINTER:
        raise NotHere(f"{file.name} of {name} only points to the weights: run `git lfs pull` in its folder.")
    try:
        short = _cut_off_bytes(file)
    except (ValueError, LookupError, TypeError, AttributeError):
        raise NotHere(f"{file.name} of {name} is not a safetensors file. Fetch it again.") from None
    if short:
        raise NotHere(f"{file.name} of {name} is cut off: {short} bytes are missing. Fetch it again.")


def _cut_off_bytes(file: Path) -> int:
    """Return how many bytes a safetensors file is shorter than its header says."""
    size = file.stat().st_size
    with file.open("rb") as opened:
        start = opened.read(8)
        if len(start) < 8:
            return 8 - len(start)
        header_bytes = struct.unpack("<Q", start)[0]
        if header_bytes > LONGEST_HEADER_BYTES:
            raise ValueError
        if 8 + header_bytes > size:
            return int(8 + header_bytes - size)
        tensors = json.loads(opened.read(header_bytes))
    ends = [tensor["data_offsets"][1] for key, tensor in tensors.items() if key != "__metadata__"]
    return max(0, int(8 + header_bytes + max(ends, default=0) - size))


def _revision(folder: Path) -> str:
    place = folder.parent
    if place.name == "snapshots" and place.parent.name.startswith("models--"):  # <commit> in the hub's cache
        return folder.name
    digest = hashlib.blake2s(digest_size=8)
    for file in sorted(file for file in folder.iterdir() if file.is_file()):
        stat = file.stat()
        digest.update(f"{file.name}\0{stat.st_size}\0{stat.st_mtime_ns}\0".encode())
    return f"local-{digest.hexdigest()}"


def may_download() -> bool:
    """Whether the operator lets this machine fetch weights from the hub."""
    return _MAY_DOWNLOAD

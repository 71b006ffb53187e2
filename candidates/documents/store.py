"""Where documents and page images are kept: by keys that say nothing of what they hold."""

import contextlib
import os
import uuid
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, storages

from candidates.documents.extraction import PageImage


def keep(file: IO[Any], suffix: str) -> str:
    """Keep a document and return its key once it is safe. Raises OSError; then nothing is left behind."""
    token = uuid.uuid4().hex
    file.seek(0)
    return _save(f"{token[:2]}/{token}.{suffix}", File(file))


def keep_image(document_key: str, number: int, image: PageImage) -> str:
    """Keep the image of the page `number` beside its document and return its key.

    Named after its content: done twice, also by two workers at once, it is there once.
    """
    key = str(PurePosixPath(document_key).with_suffix(f".{number}-{image.sha256[:16]}.jpg"))
    storage = storages["documents"]
    if storage.exists(key):
        if storage.size(key) == len(image.content):
            return key
        storage.delete(key)  # half of it, from a crash
    return _save(key, ContentFile(image.content))


def blind_key(document_key: str, number: int, made_of: str) -> str:
    """Where a page without its person is kept: beside the document, named after what it is made of."""
    return str(PurePosixPath(document_key).with_suffix(f".{number}-blind-{made_of[:16]}.jpg"))


def is_kept(key: str) -> bool:
    return storages["documents"].exists(key)


def keep_painted(key: str, content: bytes) -> None:
    """Keep what was painted over at `key`, whole at once: two may paint the same. Raises OSError."""
    storage = storages["documents"]
    kept = storage.save(f"{key}.part", ContentFile(content))
    try:
        path = Path(storage.path(kept))
    except NotImplementedError:  # an object store shows a file when it is whole
        storage.delete(kept)
        storage.save(key, ContentFile(content))
    else:
        path.replace(storage.path(key))


def images(keys: Mapping[int, str]) -> dict[int, bytes]:
    """The page images under `keys`, by the numbers of their pages. Raises OSError."""
    storage = storages["documents"]
    found = {}
    for number, key in keys.items():
        with storage.open(key) as file:
            found[number] = file.read()
    return found


def _save(key: str, file: "File[Any]") -> str:
    storage = storages["documents"]
    try:
        key = storage.save(key, file)
        sync(storage, key)
    except OSError:
        with contextlib.suppress(OSError):  # half a file on a full disk helps nobody
            storage.delete(key)
        raise
    return key


def sync(storage: Storage, key: str) -> None:
    """Wait until the disk has the file, its name, and its folder's name, which may be new."""
    try:
        path = Path(storage.path(key))
    except NotImplementedError:  # an object store keeps what it has acknowledged
        return
    for place in (path, path.parent, path.parent.parent):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

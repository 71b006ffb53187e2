"""The store of documents and page images, under keys that reveal nothing about their content."""

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
    """Store a document and return its key once it is on disk. Raises OSError, leaving nothing behind."""
    token = uuid.uuid4().hex
    file.seek(0)
    return _save(f"{token[:2]}/{token}.{suffix}", File(file))


def keep_image(document_key: str, number: int, image: PageImage) -> str:
    """Store the image of the page `number` next to its document and return its key.

    The key is a digest of the content: stored twice, even by two workers at once, the image exists once.
    """
    key = str(PurePosixPath(document_key).with_suffix(f".{number}-{image.sha256[:16]}.jpg"))
    storage = storages["documents"]
    if storage.exists(key):
        if storage.size(key) == len(image.content):
            return key
        storage.delete(key)  # incomplete, after a crash
    return _save(key, ContentFile(image.content))


def blind_key(document_key: str, number: int, made_of: str) -> str:
    """Return the key of a page image without the person: next to the document, by a digest of its sources."""
    return str(PurePosixPath(document_key).with_suffix(f".{number}-blind-{made_of[:16]}.jpg"))


def is_kept(key: str) -> bool:
    return storages["documents"].exists(key)


def keep_painted(key: str, content: bytes) -> None:
    """Store a painted page image at `key` atomically: two may paint the same one. Raises OSError."""
    storage = storages["documents"]
    kept = storage.save(f"{key}.part", ContentFile(content))
    try:
        path = Path(storage.path(kept))
    except NotImplementedError:  # an object store shows only complete files
        storage.delete(kept)
        storage.save(key, ContentFile(content))
    else:
        path.replace(storage.path(key))


def images(keys: Mapping[int, str]) -> dict[int, bytes]:
    """Return the page images under `keys`, by page number. Raises OSError."""
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
        with contextlib.suppress(OSError):  # half a file on a full disk is useless
            storage.delete(key)
        raise
    return key


def sync(storage: Storage, key: str) -> None:
    """Flush the file, its name, and its folder's name, which may be new, to disk."""
    try:
        path = Path(storage.path(key))
    except NotImplementedError:  # an object store has stored what it acknowledged
        return
    for place in (path, path.parent, path.parent.parent):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

"""Downloads of documents and page images, with headers that keep browsers from running them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import PurePosixPath
from urllib.parse import quote

from django.core.files.storage import storages
from django.http import StreamingHttpResponse

from candidates.blind import images
from candidates.models import Application

CHUNK_BYTES = 1 << 16
IMAGES = {".jpg": "image/jpeg", ".webp": "image/webp"}  # WebP: made by earlier versions
IMAGE_CACHE_S = 300  # turning pages asks once; a withdrawn permission is soon noticed


class Hidden(Exception):
    """In a blind job the document stays hidden until somebody decides."""


def response(application: Application) -> StreamingHttpResponse:
    """Stream the résumé of `application`. Raises Hidden, and FileNotFoundError if it is lost."""
    if application.blind:
        raise Hidden("This job is blind. Decide first, then download the document.")
    resume = application.resume
    if not storages["documents"].exists(resume.storage_key):
        raise FileNotFoundError(resume.storage_key)
    answer = _answer(resume.storage_key, resume.media_type, resume.size_bytes)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(application.file_name, safe='')}"
    answer["Cache-Control"] = "private, no-store"
    return answer


def page_image(application: Application, number: int) -> StreamingHttpResponse:
    """Stream the image of page `number`, counted from 1; in a blind job with the person painted over.

    Raises FileNotFoundError if there is none, and Hidden if the person cannot be painted over.
    """
    key = _blind(application, number) if application.blind else _open(application, number)
    answer = _answer(key, IMAGES[PurePosixPath(key).suffix], storages["documents"].size(key))
    answer["Cache-Control"] = f"private, max-age={IMAGE_CACHE_S}"
    return answer


def _open(application: Application, number: int) -> str:
    keys = application.resume.image_keys
    if number not in keys:
        raise FileNotFoundError(f"page {number}")
    return keys[number]


def _blind(application: Application, number: int) -> str:
    try:
        return images.key(application, number)
    except images.Withheld as withheld:
        raise Hidden(str(withheld)) from withheld


def _answer(key: str, media_type: str, size_bytes: int) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(_chunks(key), content_type=media_type)
    answer["Content-Length"] = str(size_bytes)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


async def _chunks(key: str) -> AsyncIterator[bytes]:
    """Read in threads: under ASGI, Django reads a synchronous iterator whole into memory."""
    file = await asyncio.to_thread(storages["documents"].open, key)
    try:
        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
            yield chunk
    finally:
        file.close()  # not in a thread: a client that disconnects would cancel the await

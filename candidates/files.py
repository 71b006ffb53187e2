"""Handing out documents, as downloads, and page images: to whoever may see them, never as pages of ours."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import quote

from django.core.files.storage import storages
from django.http import StreamingHttpResponse

from candidates.models import Application, Resume

CHUNK_BYTES = 1 << 16
IMAGE_CACHE_S = 300  # turning pages back and forth asks once; a lost right is soon noticed


def response(application: Application) -> StreamingHttpResponse:
    """Stream the résumé of `application`. Raises FileNotFoundError where the store has lost it."""
    resume = application.resume
    if not storages["documents"].exists(resume.storage_key):
        raise FileNotFoundError(resume.storage_key)
    answer = _answer(resume.storage_key, resume.media_type, resume.size_bytes)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(application.file_name, safe='')}"
    answer["Cache-Control"] = "private, no-store"
    return answer


def page_image(resume: Resume, number: int) -> StreamingHttpResponse:
    """Stream the image of the page `number`, counted from 1. Raises FileNotFoundError where there is none."""
    image = resume.pages[number - 1].get("image") if 0 < number <= len(resume.pages) else None
    if image is None:
        raise FileNotFoundError(f"page {number}")
    size_bytes = storages["documents"].size(image["key"])
    answer = _answer(image["key"], "image/webp", size_bytes)
    answer["Cache-Control"] = f"private, max-age={IMAGE_CACHE_S}"
    return answer


def _answer(key: str, media_type: str, size_bytes: int) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(_chunks(key), content_type=media_type)
    answer["Content-Length"] = str(size_bytes)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


async def _chunks(key: str) -> AsyncIterator[bytes]:
    """Read in threads: under ASGI a synchronous iterator would be read whole into memory."""
    file = await asyncio.to_thread(storages["documents"].open, key)
    try:
        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
            yield chunk
    finally:
        file.close()  # here and now: whoever goes away cancels what would wait for a thread

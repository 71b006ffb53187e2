"""Handing out a document: to whoever may see it, as a download, never as a page of ours."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import quote

from django.core.files.storage import storages
from django.http import StreamingHttpResponse

from candidates.models import Application

CHUNK_BYTES = 1 << 16


def response(application: Application) -> StreamingHttpResponse:
    """Stream the résumé of `application`. Raises FileNotFoundError where the store has lost it."""
    resume = application.resume
    if not storages["documents"].exists(resume.storage_key):
        raise FileNotFoundError(resume.storage_key)
    answer = StreamingHttpResponse(_chunks(resume.storage_key), content_type=resume.media_type)
    answer["Content-Length"] = str(resume.size_bytes)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(application.file_name, safe='')}"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


async def _chunks(key: str) -> AsyncIterator[bytes]:
    """Read in threads: under ASGI a synchronous iterator would be read whole into memory."""
    file = await asyncio.to_thread(storages["documents"].open, key)
    try:
        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
            yield chunk
    finally:
        await asyncio.to_thread(file.close)

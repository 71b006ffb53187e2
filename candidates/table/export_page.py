"""Download of a job's table as CSV or XLSX."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import IO

from asgiref.sync import sync_to_async
from django.db import connection
from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from candidates.access import EXPORT
from candidates.table import Listing, export
from jobs.access import visible_job
from models_admin.kit.pages import Request, needs

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHUNK_BYTES = 1 << 16


@require_safe
@needs(EXPORT)
def export_table(request: Request, job_id: int, kind: str) -> HttpResponseBase:
    """Export all rows that match the query string, in its order, regardless of its page."""
    job = visible_job(request.user, job_id)
    shown = Listing.from_query(job.pk, request.GET).first_page
    export.record_export(job, shown, kind, request.user)
    if kind == "csv":
        answer = StreamingHttpResponse(
            _texts(export.csv_pieces(shown)), content_type="text/csv; charset=utf-8"
        )
    else:
        answer = StreamingHttpResponse(_bytes(export.xlsx(shown)), content_type=XLSX)
    name = slugify(job.current.title) or "job"
    answer["Content-Disposition"] = f'attachment; filename="{name}-candidates.{kind}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


async def _texts(pieces: Iterator[str]) -> AsyncIterator[bytes]:
    """Read in a thread, a piece at a time: the first is sent while the next is read."""
    while (piece := await sync_to_async(_next, thread_sensitive=False)(pieces)) is not None:
        yield piece.encode(errors="replace")


def _next(pieces: Iterator[str]) -> str | None:
    try:
        return next(pieces, None)
    finally:
        if (
            not connection.in_atomic_block
        ):  # the next piece may run in another thread, so none keeps a connection
            connection.close()


async def _bytes(file: IO[bytes]) -> AsyncIterator[bytes]:
    try:
        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
            yield chunk
    finally:
        file.close()

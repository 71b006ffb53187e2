"""Waits for a batch without holding a database connection."""

import asyncio
import time
import uuid

from asgiref.sync import sync_to_async
from django.db import connection

from candidates.models import OPEN_STATES, UploadItem
from candidates.uploads.stopping import stopping
from models_admin.models import GpuWorker

FIRST_LOOK_S, LONGEST_PAUSE_S = 0.1, 1.0


async def until_ended(batch_id: uuid.UUID, limit_s: float) -> None:
    """Return when no file of the batch is open, or when waiting is pointless.

    That is: after `limit_s` seconds, when this process stops, or when no live worker could finish it.
    """
    end, pause_s = time.monotonic() + limit_s, FIRST_LOOK_S
    while not stopping.is_set() and await _worth_waiting(batch_id):
        if time.monotonic() >= end:
            return
        await asyncio.sleep(min(pause_s, max(end - time.monotonic(), 0)))
        pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S)


async def _worth_waiting(batch_id: uuid.UUID) -> bool:
    # Not in the request's own thread, which would keep the connection open until the response.
    return await sync_to_async(_look, thread_sensitive=False)(batch_id)


def _look(batch_id: uuid.UUID) -> bool:
    working = [GpuWorker.Status.READY, GpuWorker.Status.SWAPPING]
    try:
        open_items = UploadItem.objects.filter(batch_id=batch_id, state__in=OPEN_STATES)
        return open_items.exists() and GpuWorker.objects.live().filter(status__in=working).exists()
    finally:
        connection.close()

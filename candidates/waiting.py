"""Waiting for a batch to end, without holding a thread or a transaction."""

import asyncio
import time
import uuid

from candidates.models import OPEN_STATES, UploadItem
from candidates.stopping import stopping
from models_admin.models import GpuWorker

FIRST_LOOK_S, LONGEST_PAUSE_S = 0.1, 1.0


async def until_ended(batch_id: uuid.UUID, limit_s: float) -> None:
    """Return when no file of the batch is open any more, or when waiting for it has become pointless.

    That is: after `limit_s` seconds, when this process stops, and while no worker lives that could end it.
    """
    end, pause_s = time.monotonic() + limit_s, FIRST_LOOK_S
    open_items = UploadItem.objects.filter(batch_id=batch_id, state__in=OPEN_STATES)
    while not stopping.is_set() and await open_items.aexists() and await GpuWorker.objects.live().aexists():
        if time.monotonic() >= end:
            return
        await asyncio.sleep(min(pause_s, max(end - time.monotonic(), 0)))
        pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S)

"""Publish messages on the channel layer: after commit, without waiting, never raising.

One background thread holds the connection, so views, worker threads and commands publish alike and none of
them waits for Redis. Polling and the pages' own refresh every 20 s make up for lost messages.
"""

import asyncio
import logging
import threading
from concurrent.futures import Future

from channels.layers import get_channel_layer
from django.db import transaction

from models_admin.kit.messages import Message

log = logging.getLogger(__name__)
SEND_LIMIT_S = 2.0

_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None


def publish(group: str, message: Message) -> None:
    """Send `message` to `group` after the current transaction commits (at once if there is none)."""
    transaction.on_commit(lambda: _hand_over(group, message))


def _hand_over(group: str, message: Message) -> None:
    future = asyncio.run_coroutine_threadsafe(_send(group, message), _publishing_loop())
    future.add_done_callback(_log_loss)


async def _send(group: str, message: Message) -> None:
    async with asyncio.timeout(SEND_LIMIT_S):
        await get_channel_layer().group_send(group, message.as_dict())


def _log_loss(future: "Future[None]") -> None:
    if not future.cancelled() and (error := future.exception()):
        log.warning("A message was not published; pages will catch up: %r", error)


def _publishing_loop() -> asyncio.AbstractEventLoop:
    global _loop
    with _lock:
        if _loop is None or _loop.is_closed():
            _loop = asyncio.new_event_loop()
            threading.Thread(target=_loop.run_forever, name="publishing", daemon=True).start()
        return _loop

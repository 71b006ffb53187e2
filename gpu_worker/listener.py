"""Listen for nudges: one long-lived receive on the channel layer that sets an event."""

import asyncio
import logging
import random
from typing import Any

from channels.layers import get_channel_layer

from models_admin.kit import messages

log = logging.getLogger(__name__)

JOIN_AGAIN_S = 20.0  # a subscription made while Redis was down stays deaf
LONGEST_PAUSE_S = 5.0


class Listener:
    """Set `look` at every message to the workers' group. Without Redis it keeps trying."""

    def __init__(self, look: asyncio.Event) -> None:
        self._look = look

    async def run(self) -> None:
        pause_s = 0.2
        while True:
            try:
                await self._subscribe()
            except Exception as error:  # whatever Redis or the network may raise
                log.warning(
                    "Redis cannot be reached (%s); the worker polls the database meanwhile",
                    error or type(error).__name__,
                )
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))  # noqa: S311  # no secret: spreads retries
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    async def _subscribe(self) -> None:
        # One layer throughout: two threads that ask for it first get two, which do not hear each other.
        layer = get_channel_layer()
        channel = await layer.new_channel()
        # Cancelling receive() would unsubscribe, so it has a task of its own while the worker listens.
        receiving = asyncio.create_task(self._receive(layer, channel))
        try:
            while not receiving.done():
                await layer.group_add(messages.WORKERS, channel)
                await asyncio.wait([receiving], timeout=JOIN_AGAIN_S)
            receiving.result()
        finally:
            receiving.cancel()

    async def _receive(self, layer: Any, channel: str) -> None:
        while True:
            await layer.receive(channel)
            self._look.set()

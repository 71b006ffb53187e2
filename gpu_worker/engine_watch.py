"""Find engines that died without being asked anything, and unload those that nobody has used for long."""

import asyncio
import logging
from collections.abc import Callable, Collection

from gpu_worker.moves.station import Station

log = logging.getLogger(__name__)

PING_EVERY_S = 5.0


class EngineWatch:
    """`in_use` returns the engines that stay though they are idle; `look` is set when one was lost."""

    def __init__(self, station: Station, in_use: Callable[[], Collection[int]], look: asyncio.Event) -> None:
        self._station, self._in_use, self._look = station, in_use, look

    async def run_forever(self) -> None:
        at = self._station
        while True:
            await asyncio.sleep(PING_EVERY_S)
            for name, why in (await at.fleet.find_lost()).items():
                log.error("%s was lost: %s", name, why)
                at.metrics.engine_lost(name)
                at.recovery.record_loss(why)
                self._look.set()
            await at.fleet.unload_idle(self._in_use())

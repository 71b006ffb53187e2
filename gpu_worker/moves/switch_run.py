"""Switches: the GPU goes to another engine for work that waits. The person's selection stays what it is."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable

from candidates.evaluations import claims
from gpu_worker.core.residency import Tier
from gpu_worker.core.scheduler import Selection, Switch
from gpu_worker.engines.protocol import EngineFailed
from gpu_worker.moves import demand, selections
from gpu_worker.moves.station import Station
from gpu_worker.tasks import Task

log = logging.getLogger(__name__)


class Switching:
    """`in_hand` gives the tasks of work in hand: a switch waits until all of it is answered."""

    def __init__(self, station: Station, in_hand: Callable[[], Iterable[Task]]) -> None:
        self._station, self._in_hand = station, in_hand

    async def perform(self, switch: Switch) -> None:
        """Drain, then bring the engine to the GPU. What was on its way is gone when this is cancelled."""
        at, began_s = self._station, time.monotonic()
        tier = at.fleet.tiers().get(switch.engine, Tier.DISK)
        if waited_for := list(self._in_hand()):
            await asyncio.wait(waited_for)
        name = ""
        try:
            [spec] = await at.db(selections.specs, [switch.engine])
            name = spec.name
            await at.fleet.bring_up([spec])
        except EngineFailed as failure:
            await self._failed(switch, name, str(failure))
            return
        took_s = time.monotonic() - began_s
        at.turns.switched(switch.engine, tier, took_s, len(waited_for))
        at.turns.begin(switch.selection, switch.engine)
        at.metrics.switched(name, took_s)
        log.info("Switched to %s in %.3f s", name, took_s)

    async def _failed(self, switch: Switch, name: str, sentence: str) -> None:
        """Try again later; after some attempts work that is pinned to it ends with the reason."""
        at = self._station
        log.warning("No switch: %s", sentence)
        if at.turns.has_lost:
            at.serving.made_way(sentence)
        selected = at.swapper.serving
        words = f"Work for {name} waits a minute for the next try: {sentence}"
        if at.turns.failed(switch.engine, words) and selected is not None and switch.selection != selected:
            await self.give_up(switch.selection, selected, sentence)

    async def give_up(self, selection: Selection, selected: Selection, sentence: str) -> None:
        """End the work that is pinned to `selection`."""
        wanted = demand.choice(selection, selected, self._station.fleet.revisions)
        await self._station.db(lambda: claims.give_up(wanted.waiting(), sentence))

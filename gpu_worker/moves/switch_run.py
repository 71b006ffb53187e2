"""Run a switch: give the GPU to another engine for work that waits. The person's selection stays as it is."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable

from candidates.evaluations import endings
from gpu_worker.core.residency import Tier
from gpu_worker.core.scheduler import Selection, Switch
from gpu_worker.engines.protocol import EngineFailed
from gpu_worker.moves import demand, selections
from gpu_worker.moves.station import Station
from gpu_worker.tasks import Task

log = logging.getLogger(__name__)


class SwitchRun:
    """`in_hand` returns the tasks of work in hand: a switch waits until all of it is answered."""

    def __init__(self, station: Station, in_hand: Callable[[], Iterable[Task]]) -> None:
        self._station, self._in_hand = station, in_hand

    async def perform(self, switch: Switch) -> None:
        """Drain, then bring the engine to the GPU. If this is cancelled, what was half loaded is unloaded."""
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
            await self._handle_failure(switch, name, str(failure))
            return
        took_s = time.monotonic() - began_s
        at.turns.record_switch(switch.engine, tier, took_s, len(waited_for))
        at.turns.begin(switch.selection, switch.engine)
        at.metrics.switch_ended(name, took_s)
        log.info("Switched to %s in %.3f s", name, took_s)

    async def _handle_failure(self, switch: Switch, name: str, sentence: str) -> None:
        """Try again later. After some attempts, fail the work that is pinned to the engine."""
        at = self._station
        log.warning("Switch failed: %s", sentence)
        if at.turns.has_lost:
            at.recovery.record_displacement(sentence)
        words = f"Work for {name} waits a minute for the next try: {sentence}"
        if at.turns.record_failure(switch.engine, words) and switch.selection != at.swapper.serving:
            await self.fail_pinned(switch.selection, sentence)

    async def fail_pinned(self, selection: Selection, sentence: str) -> None:
        """Fail the work that is pinned to `selection`, with `sentence` as its error."""
        at = self._station
        if (selected := at.swapper.serving) is not None:
            wanted = demand.choice_for(selection, selected, at.fleet.revisions)
            await at.db(lambda: endings.give_up(wanted.waiting(), sentence))

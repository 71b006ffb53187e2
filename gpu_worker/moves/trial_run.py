"""Trials: an engine is loaded and checked for a person, beside what serves where memory permits."""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Iterable

from gpu_worker.engines.protocol import EngineFailed, EngineSpec
from gpu_worker.moves import selections
from gpu_worker.moves.station import Station
from gpu_worker.tasks import Task
from models_admin.models import Trial
from models_admin.swaps import trials
from models_admin.swaps.trials import Measured

log = logging.getLogger(__name__)


class Trying:
    """`in_hand` gives the tasks of work in hand, `staying` the engines that what is going on needs.

    `beside` goes on while work does; `instead` wants the GPU for itself, as a switch does.
    """

    def __init__(
        self,
        station: Station,
        in_hand: Callable[[], Iterable[Task]],
        staying: Callable[[], Collection[int]],
    ) -> None:
        self._station, self._in_hand, self._staying = station, in_hand, staying

    async def beside(self, trial: Trial) -> bool:
        """Try it where there is room; False where there is none. A trial that is cancelled waits again."""
        at, began_s = self._station, time.monotonic()
        try:
            [spec] = selections.enabled_specs([trial.model_config])
            was_here = spec.id in at.fleet.tiers()
            await at.fleet.fetch([spec], _unheard)
            await at.fleet.prepare([spec], self._staying())
            if not at.fleet.awake([spec.id]):
                return False
            await at.fleet.check([spec])
            await self._passed(trial, spec, began_s, leaves=not (trial.keep or was_here))
        except EngineFailed as failure:
            await at.db(trials.failed, trial, str(failure))
        except asyncio.CancelledError:
            await asyncio.shield(at.db(trials.put_back, trial))
            raise
        return True

    async def instead(self, trial: Trial) -> None:
        """Drain, bring its engine to the GPU, and bring back what was selected."""
        at, began_s = self._station, time.monotonic()
        if waited_for := list(self._in_hand()):
            await asyncio.wait(waited_for)
        try:
            [spec] = selections.enabled_specs([trial.model_config])
            was_here = spec.id in at.fleet.tiers()
            await at.fleet.bring_up([spec])
            await self._passed(trial, spec, began_s, leaves=not (trial.keep or was_here))
        except EngineFailed as failure:
            await at.db(trials.failed, trial, str(failure))
        except asyncio.CancelledError:
            await asyncio.shield(at.db(trials.put_back, trial))
            raise
        await self._bring_back()

    async def _passed(self, trial: Trial, spec: EngineSpec, began_s: float, *, leaves: bool) -> None:
        at, took_s = self._station, time.monotonic() - began_s
        takes = at.fleet.memory()["engines"].get(str(spec.id), {"gpu_gib": 0.0, "host_gib": 0.0})
        if leaves and spec.id not in self._staying():  # it may have been given work meanwhile
            await at.fleet.unload([spec.id])
        log.info("%s was tried in %.3f s", spec.name, took_s)
        await at.db(trials.passed, trial, Measured(seconds=took_s, **takes))

    async def _bring_back(self) -> None:
        at = self._station
        if (selected := at.swapper.serving) is None:
            return
        try:
            await at.fleet.bring_up(await at.db(selections.specs, selected.engines))
        except EngineFailed as failure:
            at.serving.lost(str(failure))
        at.turns.begin(selected)


def _unheard(share: float) -> None:
    """How far a fetch is: a trial's is not shown."""

"""Run trials: load and check an engine for a person, beside what serves if memory permits."""

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


class TrialRun:
    """`in_hand` returns the tasks of work in hand, `staying` the engines that what is going on needs.

    `waits`: a trial waits in the database, as far as is known. `needs_room`: one that found no room beside
    what serves.
    """

    def __init__(
        self,
        station: Station,
        in_hand: Callable[[], Iterable[Task]],
        staying: Callable[[], Collection[int]],
    ) -> None:
        self._station, self._in_hand, self._staying = station, in_hand, staying
        self.waits = False
        self.needs_room: Trial | None = None

    async def notice(self) -> bool:
        """Look for a trial that waits. Return whether there is one that was not known of."""
        if self.waits:
            return False
        self.waits = await self._station.db(trials.has_waiting_trial, self._station.row)
        return self.waits

    async def take(self) -> Trial | None:
        """Take the oldest trial that waits, if one does."""
        trial = await self._station.db(trials.take_trial, self._station.row)
        self.waits = trial is not None  # there may be more
        return trial

    async def try_beside(self, trial: Trial) -> None:
        """Try it beside what serves. Without room it is put into `needs_room`. Cancelled, it waits again."""
        at, began_s = self._station, time.monotonic()
        try:
            [spec] = selections.enabled_specs([trial.model_config])
            was_here = spec.id in at.fleet.tiers()
            await at.fleet.fetch([spec], _ignore_progress)
            await at.fleet.prepare([spec], self._staying())
            if not at.fleet.awake([spec.id]):
                self.needs_room = trial
                return
            await at.fleet.check([spec])
            await self._pass(trial, spec, began_s, leaves=not (trial.keep or was_here))
        except EngineFailed as failure:
            await at.db(trials.record_failure, trial, str(failure))
        except asyncio.CancelledError:
            await asyncio.shield(at.db(trials.requeue_trial, trial))
            raise

    async def try_exclusively(self, trial: Trial) -> None:
        """Drain, bring its engine to the GPU, and bring the selection back. If cancelled, it waits again."""
        at, began_s = self._station, time.monotonic()
        if waited_for := list(self._in_hand()):
            await asyncio.wait(waited_for)
        try:
            [spec] = selections.enabled_specs([trial.model_config])
            was_here = spec.id in at.fleet.tiers()
            await at.fleet.bring_up([spec])
            await self._pass(trial, spec, began_s, leaves=not (trial.keep or was_here))
        except EngineFailed as failure:
            await at.db(trials.record_failure, trial, str(failure))
        except asyncio.CancelledError:
            await asyncio.shield(at.db(trials.requeue_trial, trial))
            raise
        await self._restore()

    async def _pass(self, trial: Trial, spec: EngineSpec, began_s: float, *, leaves: bool) -> None:
        at, took_s = self._station, time.monotonic() - began_s
        takes = at.fleet.memory()["engines"].get(str(spec.id), {"gpu_gib": 0.0, "host_gib": 0.0})
        if leaves and spec.id not in self._staying():  # it may have been given work meanwhile
            await at.fleet.unload([spec.id])
        log.info("%s was tried in %.3f s", spec.name, took_s)
        await at.db(trials.record_pass, trial, Measured(seconds=took_s, **takes))

    async def _restore(self) -> None:
        """Bring the selection back to the GPU."""
        at = self._station
        if (selected := at.swapper.serving) is None:
            return
        try:
            await at.fleet.bring_up(await at.db(selections.specs, selected.engines))
        except EngineFailed as failure:
            at.recovery.record_loss(str(failure))
        at.turns.begin(selected)


def _ignore_progress(share: float) -> None:
    """Take how far a fetch is; for a trial nobody is shown it."""

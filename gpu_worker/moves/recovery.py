"""Bringing a selection up without a wish: at the worker's start, and after an engine of it was lost."""

import asyncio
import logging
from typing import Any

from django.utils import timezone

from gpu_worker import roster
from gpu_worker.core.scheduler import Selection
from gpu_worker.core.swapper import Swapper
from gpu_worker.database import Database
from gpu_worker.engines.protocol import EngineFailed
from gpu_worker.moves import selections
from gpu_worker.moves.fleet import Fleet
from models_admin.models import GpuWorker

log = logging.getLogger(__name__)

LOSSES_IN_A_ROW = 5  # that no résumé was to blame for, or not for sure
POISONS_IN_A_ROW = 3  # résumés that ended it; another one is no accident
LOOK_AGAIN_S = 2.0  # at the registry, while nothing in it can run


class Serving:
    """`starting`: a selection is to be brought up; while a swap runs, that is the swap's to do."""

    def __init__(self, row: GpuWorker, db: Database, fleet: Fleet, swapper: Swapper) -> None:
        self._row, self._db, self._fleet, self._swapper = row, db, fleet, swapper
        self._losses = self._poisons = 0  # since an engine answered
        self._served: Selection | None = None  # before it was lost
        self.starting = True
        self.why_lost = ""  # for the operator

    def all_is_well(self) -> None:
        """Say that an engine has answered."""
        self._losses = self._poisons = 0

    def lost(self, why: str) -> None:
        """Say that an engine was lost, and what it died of."""
        self._losses += 1
        self.why_lost = why

    def made_way(self, why: str) -> None:
        """Say that what is selected has left the GPU to an engine that did not come up, and why that is."""
        self.why_lost = why

    @property
    def exhausted(self) -> bool:
        """Whether engines are lost again and again without an answer in between."""
        return self._losses > LOSSES_IN_A_ROW or self._poisons >= POISONS_IN_A_ROW

    def poisoned(self) -> None:
        """Say that a résumé has ended engines as often as it may: the losses were its fault."""
        self._losses = 0
        self._poisons += 1

    def swapped(self) -> None:
        """Say that a swap has ended. One that failed leaves a selection to be brought up as it found it."""
        self.all_is_well()
        self.starting = self.starting and self._swapper.serving is None

    async def start(self) -> None:
        """Bring up what the worker is to serve. A failure is shown and waits for a person.

        May be cancelled for a wish: what is half loaded is then unloaded, what serves already is said.
        """
        began = timezone.now()
        await self._db(roster.read_again, self._row)
        if self._row.status != GpuWorker.Status.STARTING:
            await self._say(GpuWorker.Status.STARTING, error=self._row.error)
        selection = self._served or await self._db(selections.at_start, self._row)
        if selection is None:
            await self._say_that_nothing_runs()
            return
        try:
            await self._preload()
            await self._fleet.bring_up(await self._db(selections.specs, selection.engines))
        except EngineFailed as failure:
            log.error("%s did not start: %s", selection, failure)
            self.starting = False
            await self._say(GpuWorker.Status.ERROR, error=str(failure))
            return
        self.starting = False
        self._swapper.begin(selection)
        await self._say(
            GpuWorker.Status.READY,
            mode=selection.mode,
            model_config_id=selection.model_config_id,
            parser_id=selection.parser_id,
            serving_since=began,
        )

    async def _say(self, status: GpuWorker.Status, **more: Any) -> None:
        """Write the status, to the end even if cancelled: what is written next is to be the newer word."""
        saying = asyncio.create_task(self._db(roster.say, self._row, status, **more))
        try:
            await asyncio.shield(saying)
        finally:
            await asyncio.wait([saying])

    async def _say_that_nothing_runs(self) -> None:
        if self._row.error != selections.NOTHING_RUNS:
            await self._say(GpuWorker.Status.STARTING, error=selections.NOTHING_RUNS)
        await asyncio.sleep(LOOK_AGAIN_S)

    async def _preload(self) -> None:
        """Load what is to be ready, one after the other: the later ones send the earlier ones to sleep."""
        for spec in await self._db(selections.to_preload):
            if spec.id in self._fleet.tiers():
                continue
            try:
                await self._fleet.bring_up([spec])
            except EngineFailed as failure:
                log.warning("%s is not preloaded: %s", spec.name, failure)

    async def mourn(self) -> None:
        """Serve nothing, say so, and start again; where that would be in vain a person has to choose."""
        self._served = self._swapper.serving
        self._swapper.lost()
        self.starting = not self.exhausted
        if self.starting:
            status, then = GpuWorker.Status.STARTING, "What was selected is being brought back."
        else:
            status, then = GpuWorker.Status.ERROR, "It was lost again and again."
        await self._say(status, error=f"{self.why_lost} {then}".strip())

"""Start a selection without a wish: when the worker starts, and after one of its engines was lost."""

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

LOSSES_IN_A_ROW = 5  # not known to be a résumé's fault
POISONS_IN_A_ROW = 3  # résumés that killed an engine; another one is no accident
LOOK_AGAIN_S = 2.0  # at the registry, while nothing in it can run


class Recovery:
    """`start_wanted`: a selection has to be started. While a swap moves engines that is the swap's task."""

    def __init__(self, row: GpuWorker, db: Database, fleet: Fleet, swapper: Swapper) -> None:
        self._row, self._db, self._fleet, self._swapper = row, db, fleet, swapper
        self._losses = self._poisons = 0  # since an engine answered
        self._served: Selection | None = None  # before it was lost
        self.starting: Selection | None = None  # while `start` brings it up
        self.start_wanted = True
        self.why_lost = ""  # for the operator

    # What happened

    def record_answer(self) -> None:
        """Forget earlier losses: an engine has answered."""
        self._losses = self._poisons = 0

    def record_loss(self, why: str) -> None:
        """Count a lost engine and keep what it died of."""
        self._losses += 1
        self.why_lost = why

    def record_displacement(self, why: str) -> None:
        """Keep why the selection left the GPU: for an engine that then failed to start."""
        self.why_lost = why

    def record_poison(self) -> None:
        """Blame the losses on a résumé that killed an engine as often as it may."""
        self._losses = 0
        self._poisons += 1

    def record_swap(self) -> None:
        """Forget earlier losses. If the swap failed, a selection that was wanted before still is."""
        self.record_answer()
        self.start_wanted = self.start_wanted and self._swapper.serving is None

    @property
    def exhausted(self) -> bool:
        """Whether engines are lost again and again without an answer in between."""
        return self._losses > LOSSES_IN_A_ROW or self._poisons >= POISONS_IN_A_ROW

    # After a loss

    async def handle_loss(self) -> None:
        """Serve nothing, say so, and ask for a start."""
        self._serve_nothing()
        self.start_wanted = True
        await self._write_status(
            GpuWorker.Status.STARTING, error=self._why("The selection is being restarted.")
        )

    async def give_up(self) -> None:
        """Serve nothing until a person chooses, and say so."""
        self._serve_nothing()
        self.start_wanted = False
        await self._write_status(GpuWorker.Status.ERROR, error=self._why("It was lost again and again."))

    def _serve_nothing(self) -> None:
        self._served = self._swapper.serving
        self._swapper.lost()

    def _why(self, then: str) -> str:
        return f"{self.why_lost} {then}".strip()

    # The start

    async def start(self) -> None:
        """Bring up what the worker is to serve. A failure is shown and waits for a person.

        It may be cancelled for a swap: what is half loaded is then unloaded. If the selection serves already,
        that is still written.
        """
        began = timezone.now()
        await self._db(roster.refresh, self._row)
        if self._row.status != GpuWorker.Status.STARTING:
            await self._write_status(GpuWorker.Status.STARTING, error=self._row.error)
        selection = self._served or await self._db(selections.at_start, self._row)
        if selection is None:
            await self._wait_for_registry()
            return
        self.starting = selection
        try:
            await self._preload()
            await self._fleet.bring_up(await self._db(selections.specs, selection.engines))
        except EngineFailed as failure:
            log.error("%s did not start: %s", selection, failure)
            self.start_wanted = False
            await self._write_status(self._status(GpuWorker.Status.ERROR), error=str(failure))
            return
        finally:
            self.starting = None
        if not self._swapper.may_begin:  # a swap has begun to drain: the GPU is the swap's now
            return
        self.start_wanted = False
        self._swapper.begin(selection)
        await self._write_status(
            self._status(GpuWorker.Status.READY),
            mode=selection.mode,
            model_config_id=selection.model_config_id,
            parser_id=selection.parser_id,
            serving_since=began,
        )

    def _status(self, status: GpuWorker.Status) -> GpuWorker.Status:
        """`status`, or SWAPPING while a swap is prepared: then that is what pages show."""
        return GpuWorker.Status.SWAPPING if self._swapper.phase else status

    async def _write_status(self, status: GpuWorker.Status, **more: Any) -> None:
        """Write the status to the end, even if cancelled: otherwise it could overwrite a newer one."""
        writing = asyncio.create_task(self._db(roster.write_status, self._row, status, **more))
        try:
            await asyncio.shield(writing)
        finally:
            await asyncio.wait([writing])

    async def _wait_for_registry(self) -> None:
        """Say that no model can run here, and wait a moment for one."""
        if self._row.error != selections.NOTHING_RUNS:
            await self._write_status(GpuWorker.Status.STARTING, error=selections.NOTHING_RUNS)
        await asyncio.sleep(LOOK_AGAIN_S)

    async def _preload(self) -> None:
        """Load the models to preload, one after the other: later ones may send earlier ones to sleep."""
        for spec in await self._db(selections.to_preload):
            if spec.id in self._fleet.tiers():
                continue
            try:
                await self._fleet.bring_up([spec])
            except EngineFailed as failure:
                log.warning("%s is not preloaded: %s", spec.name, failure)

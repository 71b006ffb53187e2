"""Keep this worker alive in the database: beat, renew leases, and take back the work of workers that died."""

import asyncio

from candidates.evaluations.claims import EVALUATIONS
from candidates.evaluations.transcripts import TRANSCRIPTS
from candidates.uploads.preparation import FILES
from gpu_worker import roster
from gpu_worker.moves.station import Station
from gpu_worker.moves.trial_run import TrialRun
from gpu_worker.work.engine_work import EngineWork
from gpu_worker.work.file_intake import FileIntake
from models_admin.models import HEARTBEAT_S


class Heartbeat:
    """`look` is set when a trial was found to wait."""

    def __init__(
        self, station: Station, work: EngineWork, intake: FileIntake, trials: TrialRun, look: asyncio.Event
    ) -> None:
        self._station, self._work, self._intake = station, work, intake
        self._trials, self._look = trials, look

    async def run_forever(self) -> None:
        """Raises LostName."""
        while True:
            await self._beat()
            await self._renew_leases()
            await self._requeue_expired()
            if await self._trials.notice():
                self._look.set()
            await asyncio.sleep(HEARTBEAT_S)

    async def _beat(self) -> None:
        at = self._station
        tiers, memory, notes = at.fleet.tiers(), at.fleet.memory(), at.turns.backoff_notes
        await at.db(roster.write_heartbeat, at.row, tiers, memory, notes)

    async def _renew_leases(self) -> None:
        db, row = self._station.db, self._station.row
        await db(EVALUATIONS.renew, row, self._work.evaluations.hand.pks)
        await db(TRANSCRIPTS.renew, row, self._work.transcripts.hand.pks)
        await db(FILES.renew, row, self._intake.hand.pks)

    async def _requeue_expired(self) -> None:
        for work in (EVALUATIONS, TRANSCRIPTS, FILES):
            await self._station.db(work.requeue_expired)

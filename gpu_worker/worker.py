"""The worker process: one event loop around the pure core, the engines and the database.

Every loop looks at rows; a message on the channel layer only makes it look sooner. Whatever this process
holds, it holds by lease: it may be killed at any point, and nothing is lost or done twice.
"""

import asyncio
import contextlib
import logging
import time
from typing import Any

from django.conf import settings

from candidates.documents import sandbox
from gpu_worker import roster
from gpu_worker.arbiter import Arbiter
from gpu_worker.core.swapper import Swapper
from gpu_worker.database import Database
from gpu_worker.engine_watch import EngineWatch
from gpu_worker.engines.providers import warm_up
from gpu_worker.health import Port
from gpu_worker.heartbeat import Heartbeat
from gpu_worker.listener import Listener
from gpu_worker.metrics import Metrics
from gpu_worker.moves import selections
from gpu_worker.moves.fleet import Fleet
from gpu_worker.moves.recovery import Recovery
from gpu_worker.moves.station import Station
from gpu_worker.moves.turns import Turns
from gpu_worker.probes import Probes, open_port
from gpu_worker.tasks import Task, finish_or_cancel
from gpu_worker.work.engine_work import EngineWork
from gpu_worker.work.file_intake import FileIntake
from gpu_worker.work.hand import Hand
from models_admin.models import GpuWorker

log = logging.getLogger(__name__)

POLL_S = 2.0  # a lost nudge costs at most this long
GATHER_S = 0.02  # what ends within it is followed up together


class Worker:
    """`fleet` holds the engines; `port` None = no HTTP port; `db` is closed when the worker ends."""

    row: GpuWorker
    turns: Turns
    station: Station
    work: EngineWork
    intake: FileIntake
    arbiter: Arbiter

    def __init__(self, name: str, fleet: Fleet, port: int | None, db: Database) -> None:
        self.name, self.fleet, self.port, self.db = name, fleet, port, db
        self.swapper = Swapper()
        self.metrics = Metrics()
        self.look = asyncio.Event()
        self.stopping = asyncio.Event()
        self._broken: BaseException | None = None

    def stop(self) -> None:
        """Finish what is in hand and leave; safe to call from a signal handler."""
        self.stopping.set()
        self.look.set()

    async def run(self) -> None:
        """Work until stopped. Raises what made going on impossible; a new process then takes over."""
        port = open_port(self.port)
        try:
            await self._sign_on(port)
            await self._run_loops(port)
        finally:
            self.db.close()

    async def _sign_on(self, port: Port | None) -> None:
        row = self.row = await self.db(roster.sign_on, self.name, port.number if port else 0)
        self.turns = Turns(row, self.db, self.fleet, lambda engine: self.work.in_hand(engine))
        self.station = Station(
            row=row,
            db=self.db,
            fleet=self.fleet,
            swapper=self.swapper,
            turns=self.turns,
            recovery=Recovery(row, self.db, self.fleet, self.swapper),
            metrics=self.metrics,
        )
        self.work = EngineWork(self.station, self._note_end)
        self.intake = FileIntake(row, self.db, Hand(self._note_end))
        self.arbiter = Arbiter(self.station, self.work, self._note_end)
        warm_up(await self.db(selections.local_architectures))

    async def _run_loops(self, port: Port | None) -> None:
        working = asyncio.create_task(self._work_until_stopped())
        heartbeat = Heartbeat(self.station, self.work, self.intake, self.arbiter.trials, self.look)
        others = [
            asyncio.create_task(Listener(self.look).run()),
            asyncio.create_task(heartbeat.run_forever()),
            asyncio.create_task(EngineWatch(self.station, self.arbiter.in_use, self.look).run_forever()),
        ]
        if port:
            probes = Probes(self.station, self.intake)
            others.append(asyncio.create_task(port.run_until_stopped(probes.status, probes.metrics_page)))
        try:
            await self._wait_until_stopped([working, *others])
        finally:
            await self._finish(working, others)

    async def _work_until_stopped(self) -> None:
        """Make one move and claim files, whenever something has happened or some time has passed."""
        while not self.stopping.is_set():
            self.look.clear()
            if await self.arbiter.act():
                self.look.set()
            await self.intake.take()
            looked_s = time.monotonic()
            with contextlib.suppress(TimeoutError):  # polling finds what a lost nudge did not tell
                async with asyncio.timeout(POLL_S):
                    await self.look.wait()
            await asyncio.sleep(max(0.0, looked_s + GATHER_S - time.monotonic()))

    async def _wait_until_stopped(self, tasks: list[Task]) -> None:
        stopping = asyncio.create_task(self.stopping.wait())
        await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        for task in tasks:
            if task.done() and (error := task.exception()):
                raise error
        if self._broken:
            raise self._broken

    async def _finish(self, working: Task, others: list[Task]) -> None:
        """Finish what is in hand within the drain time, put the rest back, and sign off.

        The heartbeat goes on meanwhile, so that no lease runs out. The working loop ends by itself, so that
        no claim is cut off between the database and this process.
        """
        self.stop()
        await finish_or_cancel([working], settings.DRAIN_S)
        in_hand = [*self.work.tasks, *self.intake.hand.tasks, *self.arbiter.tasks]
        await finish_or_cancel(in_hand, settings.DRAIN_S)
        sandbox.end_all()  # put back by now, so nobody waits for what they would say
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self.fleet.close()
        try:
            await self.db(roster.sign_off, self.row)
        except roster.LostName:
            log.warning("%s was taken over by another process", self.name)

    def _note_end(self, task: asyncio.Task[Any]) -> None:
        """Look for more work. An error that a piece of work could not handle stops the worker."""
        if not task.cancelled() and (error := task.exception()):
            self._broken = error
            self.stop()
        self.look.set()

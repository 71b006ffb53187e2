"""The worker process: one event loop around the pure core, the engines and the database.

Every loop looks at rows; a message on the channel layer only makes it look sooner. Whatever this process
holds it holds by lease, so that it may be killed at any point and nothing is lost or done twice.
"""

import asyncio
import contextlib
import logging
import time
from functools import partial
from typing import Any

from django.conf import settings

from candidates.documents import sandbox
from candidates.evaluations import claims, transcripts
from candidates.evaluations.queue import depth
from candidates.models import Evaluation, Transcript, UploadItem
from candidates.models.leases import renew
from candidates.uploads import preparation
from gpu_worker import roster
from gpu_worker.core.scheduler import Selection, Serve, Switch
from gpu_worker.core.swapper import Phase, Swapper, Taken
from gpu_worker.database import Database
from gpu_worker.engines.providers import warm_up
from gpu_worker.health import Port
from gpu_worker.listener import Listener
from gpu_worker.metrics import Gauges, Metrics
from gpu_worker.moves import demand, selections
from gpu_worker.moves.fleet import Fleet
from gpu_worker.moves.recovery import Serving
from gpu_worker.moves.station import Station
from gpu_worker.moves.swap_run import SwapRun
from gpu_worker.moves.switch_run import Switching
from gpu_worker.moves.trial_run import Trying
from gpu_worker.moves.turns import Turns
from gpu_worker.tasks import Task, cancel_once, finish_or_cancel
from gpu_worker.work.evaluations import Readings
from gpu_worker.work.file_intake import Openings
from gpu_worker.work.hand import Hand
from gpu_worker.work.transcripts import Transcriptions
from models_admin.models import HEARTBEAT_S, GpuWorker, Trial
from models_admin.swaps import swap_rows, trials

log = logging.getLogger(__name__)

POLL_S = 2.0  # a lost nudge costs at most this long
GATHER_S = 0.02  # what ends within it is followed up together
PING_EVERY_S = 5.0


class Worker:
    """`fleet` holds the engines; `port` None = no HTTP port; `db` is closed when the worker ends."""

    row: GpuWorker
    turns: Turns
    readings: Readings
    transcriptions: Transcriptions
    switching: Switching
    trying: Trying
    openings: Openings
    serving: Serving

    def __init__(self, name: str, fleet: Fleet, port: int | None, db: Database) -> None:
        self.name, self.fleet, self.port, self.db = name, fleet, port, db
        self.swapper = Swapper()
        self.metrics = Metrics()
        self.look = asyncio.Event()
        self.stopping = asyncio.Event()
        self._swap: SwapRun | None = None
        self._swapping: Task | None = None
        self._starting: Task | None = None
        self._switch: Task | None = None
        self._trial: asyncio.Task[bool] | None = None
        self._trials_wait = False
        self._needs_room: Trial | None = None  # one that could not be tried beside what serves
        self._broken: BaseException | None = None

    def stop(self) -> None:
        """Finish what is in hand and leave; safe to call from a signal handler."""
        self.stopping.set()
        self.look.set()

    async def run(self) -> None:
        """Work until stopped. Raises what made going on impossible; a new process then takes over."""
        port = self._open_port()
        try:
            await self._sign_on(port)
            await self._work(port)
        finally:
            self.db.close()

    async def _sign_on(self, port: Port | None) -> None:
        row = self.row = await self.db(roster.sign_on, self.name, port.number if port else 0)
        self.turns = Turns(row, self.db, self.fleet, self._in_hand)
        self.serving = Serving(row, self.db, self.fleet, self.swapper)
        station = Station(
            row=row,
            db=self.db,
            fleet=self.fleet,
            swapper=self.swapper,
            turns=self.turns,
            serving=self.serving,
            metrics=self.metrics,
        )
        self.readings = Readings(station, self._note_end)
        self.transcriptions = Transcriptions(station, self._note_end)
        self.switching = Switching(station, lambda: self._tasks)
        self.trying = Trying(station, lambda: self._tasks, self._staying)
        self.openings = Openings(row, self.db, Hand(self._note_end))
        warm_up(await self.db(selections.local_architectures))

    async def _work(self, port: Port | None) -> None:
        claiming = asyncio.create_task(self._work_forever())
        beside = [
            asyncio.create_task(Listener(self.look).run()),
            asyncio.create_task(self._beat_forever()),
            asyncio.create_task(self._look_after_engines_forever()),
        ]
        if port:
            beside.append(asyncio.create_task(port.run_until_stopped()))
        try:
            await self._until_stopped([claiming, *beside])
        finally:
            await self._finish(claiming, beside)

    def _open_port(self) -> Port | None:
        """Work goes on without probes: a port that somebody else has is said, not fatal."""
        if self.port is None:
            return None
        try:
            return Port("127.0.0.1", self.port, self.status, self.metrics_page)
        except OSError as error:
            log.warning(
                "Port %s cannot be opened (%s), so /health, /status and /metrics are not served; "
                "set WFC_WORKER_PORT.",
                self.port,
                error.strerror,
            )
            return None

    async def _until_stopped(self, tasks: list[Task]) -> None:
        stopping = asyncio.create_task(self.stopping.wait())
        await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        for task in tasks:
            if task.done() and (error := task.exception()):
                raise error
        if self._broken:
            raise self._broken

    async def _finish(self, claiming: Task, beside: list[Task]) -> None:
        """Finish what is in hand within the drain time, put the rest back, and sign off.

        The heartbeat goes on meanwhile, so that no lease runs out; claiming ends by itself, so that no claim
        is cut off between the database and us.
        """
        self.stop()
        await finish_or_cancel([claiming], settings.DRAIN_S)
        moving = [task for task in (self._swapping, self._starting, self._switch, self._trial) if task]
        in_hand = [*self._tasks, *self.openings.hand.tasks, *moving]
        await finish_or_cancel(in_hand, settings.DRAIN_S)
        sandbox.stop_reading()  # put back by now, so nobody waits for what they would say
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await self.fleet.close()
        try:
            await self.db(roster.sign_off, self.row)
        except roster.LostName:
            log.warning("%s was taken over by another process", self.name)

    async def status(self) -> dict[str, Any]:
        """What :8001/status shows."""
        row = await self.db(GpuWorker.objects.select_related("model_config", "parser").get, pk=self.row.pk)
        words = {"ready": "idle", "stopped": "offline", "starting": "offline"}
        return {
            "status": words.get(row.status, row.status),
            "current_model": row.model_config.name if row.model_config else None,
            "inference_mode": row.mode or None,
            "worker": row.name,
            "device": row.device,
            "error": row.error,
            "phase": self.swapper.phase,
            "in_hand": len(self.swapper.in_hand),
            "preparing": len(self.openings.hand),
            "queue": await self.db(depth),
            "promise": {"asked_s": settings.PROMISE_S, "least_s": round(self.turns.least_promise_s, 1)},
            "memory": self.fleet.memory(),
        }

    async def metrics_page(self) -> bytes:
        """What :8001/metrics shows."""
        waiting = await self.db(demand.by_model)
        counts = await self.db(depth)
        gauges = Gauges(
            waiting=waiting,
            files_waiting=counts["to_prepare"],
            tiers=tuple(self.fleet.tiers().values()),
            memory=self.fleet.memory(),
        )
        return self.metrics.page(gauges)

    # Loops

    async def _beat_forever(self) -> None:
        while True:
            tiers, memory, waits = self.fleet.tiers(), self.fleet.memory(), self.turns.waits
            await self.db(roster.beat, self.row, tiers, memory, waits)
            await self.db(renew, Evaluation, self.row, self.readings.hand.pks)
            await self.db(renew, Transcript, self.row, self.transcriptions.hand.pks)
            await self.db(renew, UploadItem, self.row, self.openings.hand.pks)
            await self.db(claims.requeue_expired)
            await self.db(transcripts.requeue_expired)
            await self.db(preparation.requeue_expired)
            if not self._trials_wait and await self.db(trials.waits, self.row):
                self._trials_wait = True
                self.look.set()
            await asyncio.sleep(HEARTBEAT_S)

    async def _look_after_engines_forever(self) -> None:
        """Notice what died without being asked anything, and unload what nobody has used for long."""
        while True:
            await asyncio.sleep(PING_EVERY_S)
            for name, why in (await self.fleet.lost()).items():
                log.error("%s was lost: %s", name, why)
                self.metrics.engine_lost(name)
                self.serving.lost(why)
                self.look.set()
            wished = self._swap.engines if self._swap else ()
            await self.fleet.unload_idle((*self._staying(), *wished))

    async def _work_forever(self) -> None:
        while not self.stopping.is_set():
            self.look.clear()
            await self._take_wish()
            await self._keep_serving()
            await self._take_trial()
            await self.openings.take()
            await self._work_on()
            looked_s = time.monotonic()
            with contextlib.suppress(TimeoutError):  # polling finds what a lost nudge did not tell
                async with asyncio.timeout(POLL_S):
                    await self.look.wait()
            await asyncio.sleep(max(0.0, looked_s + GATHER_S - time.monotonic()))

    # Models

    async def _keep_serving(self) -> None:
        """Bring up a selection where nothing serves yet, or any more; other work goes on meanwhile."""
        if self._swapping:  # it sees to that itself, and the turn that follows has not begun yet
            return
        selected = self.swapper.serving
        if selected and not self._switch and self._is_lost():
            await self._spare(selected)
            self.turns.end()
            await self.serving.mourn()
        if self.serving.starting and not self._starting:
            self._starting = asyncio.create_task(self.serving.start())
            self._starting.add_done_callback(self._start_ended)

    def _is_lost(self) -> bool:
        return self.turns.has_lost or self.serving.exhausted

    async def _spare(self, selected: Selection) -> None:
        """Losses for pinned work end that work, not the service of what is selected."""
        pinned = self.turns.selection
        if self.serving.exhausted and pinned and pinned != selected:
            await self.switching.give_up(pinned, selected, self.serving.why_lost)
            self.serving.all_is_well()

    def _start_ended(self, task: Task) -> None:
        self._starting = None
        self._begin_turn()
        self._note_end(task)

    async def _take_wish(self) -> None:
        if self._swapping:
            await self._give_way()
            return
        if ours := self._switch or self._starting or self._trial:
            if await self.db(swap_rows.waits, self.row):  # a person's choice goes before ours
                cancel_once(ours)
            return
        loaded = self.fleet.specs()
        is_loaded = lambda row: loaded.get(row.pk) == selections.spec_of(row)  # noqa: E731
        wanted = await self.db(swap_rows.take, self.row, is_loaded)
        if wanted is None:
            return
        parser_id = wanted.parser.pk if wanted.parser else None
        target = Selection(mode=wanted.mode, model_config_id=wanted.model_config.pk, parser_id=parser_id)
        self._swap = SwapRun(
            wanted, self.swapper, self.fleet, self.db, self.metrics, self._drain, self._staying
        )
        taken = Taken(swap_id=wanted.swap_id, target=target, cold=wanted.cold)
        _said, *actions = self.swapper.handle(taken)  # its row says what begins since it was taken
        self._swapping = asyncio.create_task(self._swap.perform(actions))
        self._swapping.add_done_callback(partial(self._swap_ended, self._swap.previous))

    async def _give_way(self) -> None:
        """A newer wish ends the preparing of an older one; what has been touched already is seen through."""
        preparing = self.swapper.phase is Phase.PREPARING
        if preparing and self._swap and await self.db(swap_rows.waits, self.row):
            self._swap.abandon()

    def _swap_ended(self, previous: Selection | None, task: Task) -> None:
        self._swap = self._swapping = None
        self.serving.swapped()
        if self.swapper.serving != previous or self.turns.has_lost:  # else the turn goes on
            self._begin_turn()
        self._note_end(task)

    def _begin_turn(self) -> None:
        if self.swapper.serving:
            self.turns.begin(self.swapper.serving)
        else:
            self.turns.end()

    async def _take_trial(self) -> None:
        """Try a model for a person where nothing else moves; what could not be beside comes instead."""
        busy = self._swapping or self._starting or self._switch or self._trial
        if busy or self.swapper.serving is None:
            return
        if trial := self._needs_room:
            self._needs_room = None
            self._switch = asyncio.create_task(self.trying.instead(trial))
            self._switch.add_done_callback(self._switch_ended)
        elif self._trials_wait:
            trial = await self.db(trials.take, self.row)
            self._trials_wait = trial is not None
            if trial:
                self._trial = asyncio.create_task(self.trying.beside(trial))
                self._trial.add_done_callback(partial(self._trial_ended, trial))

    def _trial_ended(self, trial: Trial, task: asyncio.Task[bool]) -> None:
        self._trial = None
        if not task.cancelled() and not task.exception() and not task.result():
            self._needs_room = trial
        self._note_end(task)

    async def _drain(self) -> None:
        if self._switch:
            cancel_once(self._switch)
        await finish_or_cancel([*self._tasks, *([self._switch] if self._switch else [])], settings.DRAIN_S)

    # Work

    @property
    def _tasks(self) -> list[Task]:
        """What engines have in hand."""
        return [*self.readings.hand.tasks, *self.transcriptions.hand.tasks]

    def _in_hand(self, engine: int) -> int:
        return self.readings.in_hand(engine) + self.transcriptions.in_hand(engine)

    def _staying(self) -> tuple[int, ...]:
        """The engines that what is going on needs where they are."""
        selected = self.swapper.serving
        working = (*self.readings.engines, *self.transcriptions.engines)
        return (*(selected.engines if selected else ()), *self.turns.engines, *working)

    async def _work_on(self) -> None:
        """Give engines work, or the GPU to another engine, as the scheduler says."""
        selected = self.swapper.serving
        swap_ends = self._swapping is not None and self.swapper.phase is None  # no turn has begun yet
        if selected is None or not self.swapper.admits or self._switch or swap_ends:
            return
        match await self.turns.decide(selected):
            case Serve(stage=stage, count=count):
                parses = stage.engine == stage.selection.parser_id
                taken = await (self.transcriptions if parses else self.readings).take(stage, count)
                if taken and stage.selection.parser_id:  # its partner may have work as well
                    self.look.set()
            case Switch() as switch if selected == self.swapper.serving and self._may_switch():
                self._switch = asyncio.create_task(self.switching.perform(switch))
                self._switch.add_done_callback(self._switch_ended)

    def _may_switch(self) -> bool:
        """While a swap is prepared engines stay where they are, unless the one at work has died."""
        if self._swapping:
            return self.swapper.admits and self.turns.has_lost
        return self._trial is None

    def _switch_ended(self, task: Task) -> None:
        self._switch = None
        self._note_end(task)

    def _note_end(self, task: asyncio.Task[Any]) -> None:
        """Look for more work; an error that a piece of work could not answer for stops the worker."""
        if not task.cancelled() and (error := task.exception()):
            self._broken = error
            self.stop()
        self.look.set()

"""The worker process: one event loop around the pure core, the engines and the database.

Every loop looks at rows; a message on the channel layer only makes it look sooner. Whatever this process
holds it holds by lease, so that it may be killed at any point and nothing is lost or done twice.
"""

import asyncio
import contextlib
import logging
from collections.abc import Coroutine, Sequence
from typing import Any

from django.conf import settings
from django.utils import timezone

from candidates import documents, evaluations, preparation
from candidates.documents import DocumentRefused, Encrypted
from candidates.evaluations import Reading
from candidates.leases import ClaimLost, renew
from candidates.models import Evaluation, ItemState, UploadItem
from candidates.preparation import Opening
from gpu_worker import roster, selections
from gpu_worker.database import Database
from gpu_worker.engines.protocol import AnswerFailed, Engine, EngineFailed, EngineSpec, Request
from gpu_worker.engines.providers import warm_up
from gpu_worker.fleet import Fleet
from gpu_worker.health import Port
from gpu_worker.listener import Listener
from gpu_worker.scheduler import Queue, Selection, next_batch
from gpu_worker.swapper import Admitted, Answered, Phase, Swapper, Taken
from gpu_worker.swapping import SwapRun
from models_admin import swaps
from models_admin.models import HEARTBEAT_S, GpuWorker

log = logging.getLogger(__name__)

PING_EVERY_S = 5.0
LOSSES_IN_A_ROW = 5  # of one poisonous résumé there are three
POLL_S = 2.0  # a lost nudge costs at most this long
PREPARE_AT_ONCE = 2  # child processes; each may take a whole core


class Worker:
    """`fleet` holds the engines; `port` None = no HTTP port; `db` is closed when the worker ends."""

    def __init__(self, name: str, fleet: Fleet, port: int | None, db: Database) -> None:
        self.name, self.fleet, self.port, self.db = name, fleet, port, db
        self.swapper = Swapper()
        self.look = asyncio.Event()
        self.stopping = asyncio.Event()
        self.row: GpuWorker
        self._evaluating: dict[int, asyncio.Task[None]] = {}
        self._preparing: dict[int, asyncio.Task[None]] = {}
        self._swap: SwapRun | None = None
        self._swapping: asyncio.Task[None] | None = None
        self._starting: asyncio.Task[None] | None = None
        self._alone: int | None = None  # the evaluation that runs with nothing beside it
        self._losses = 0  # engines lost since the last answer
        self._why_lost = ""
        self._broken: BaseException | None = None

    def stop(self) -> None:
        """Finish what is in hand and leave; safe to call from a signal handler."""
        self.stopping.set()
        self.look.set()

    async def run(self) -> None:
        """Work until stopped. Raises what made going on impossible; a new process then takes over."""
        port = self._open_port()
        try:
            self.row = await self.db(roster.sign_on, self.name, port.number if port else 0)
            warm_up(await self.db(selections.local_architectures))
            await self._work(port)
        finally:
            self.db.close()

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
            return Port("127.0.0.1", self.port, self.status)
        except OSError as error:
            log.warning(
                "Port %s cannot be opened (%s), so /health and /status are not served; set WFC_WORKER_PORT.",
                self.port,
                error.strerror,
            )
            return None

    async def _until_stopped(self, tasks: list[asyncio.Task[None]]) -> None:
        stopping = asyncio.create_task(self.stopping.wait())
        await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        for task in tasks:
            if task.done() and (error := task.exception()):
                raise error
        if self._broken:
            raise self._broken

    async def _finish(self, claiming: asyncio.Task[None], beside: list[asyncio.Task[None]]) -> None:
        """Finish what is in hand within the drain time, put the rest back, and sign off.

        The heartbeat goes on meanwhile, so that no lease runs out; claiming ends by itself, so that no claim
        is cut off between the database and us.
        """
        self.stop()
        await finish_or_cancel([claiming], settings.DRAIN_S)
        in_hand = [*self._evaluating.values(), *self._preparing.values()]
        moving = [task for task in (self._swapping, self._starting) if task]
        await finish_or_cancel([*in_hand, *moving], settings.DRAIN_S)
        documents.stop_reading()  # put back by now, so nobody waits for what they would say
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
            "preparing": len(self._preparing),
            "queue": await self.db(evaluations.queue_depth),
        }

    # Loops

    async def _beat_forever(self) -> None:
        while True:
            await self.db(roster.beat, self.row, self.fleet.tiers(), self.fleet.memory())
            await self.db(renew, Evaluation, self.row, list(self._evaluating))
            await self.db(renew, UploadItem, self.row, list(self._preparing))
            await self.db(evaluations.requeue_expired)
            await self.db(preparation.requeue_expired)
            await asyncio.sleep(HEARTBEAT_S)

    async def _look_after_engines_forever(self) -> None:
        """Notice what died without being asked anything, and unload what nobody has used for long."""
        while True:
            await asyncio.sleep(PING_EVERY_S)
            for id_, why in (await self.fleet.lost()).items():
                log.error("Engine %s was lost: %s", id_, why)
                self._why_lost = why
                self.look.set()
            serving = self.swapper.serving
            await self.fleet.unload_idle(serving.engines if serving else ())

    async def _work_forever(self) -> None:
        while not self.stopping.is_set():
            self.look.clear()
            await self._notice_loss()
            self._begin()
            await self._take_wish()
            await self._take_files()
            await self._take_evaluations()
            with contextlib.suppress(TimeoutError):  # polling finds what a lost nudge did not tell
                async with asyncio.timeout(POLL_S):
                    await self.look.wait()

    # Serving

    def _begin(self) -> None:
        """Bring up a selection where nothing serves yet; other work goes on meanwhile."""
        if self.row.status == GpuWorker.Status.STARTING and not self._starting:
            self._starting = asyncio.create_task(self._start())
            self._starting.add_done_callback(self._start_ended)

    def _start_ended(self, task: asyncio.Task[None]) -> None:
        self._starting = None
        self._note_end(task)

    async def _start(self) -> None:
        """A failure is shown and waits for a person."""
        began = timezone.now()
        selection = await self.db(selections.at_start, self.row)
        if selection is None:
            if self.row.error != selections.NOTHING_RUNS:
                await self.db(roster.say, self.row, GpuWorker.Status.STARTING, error=selections.NOTHING_RUNS)
            await asyncio.sleep(POLL_S)
            return
        try:
            await self._preload()
            await self._bring_up(selection)
        except EngineFailed as failure:
            log.error("%s did not start: %s", selection, failure)
            await self.db(roster.say, self.row, GpuWorker.Status.ERROR, error=str(failure))
            return
        self.swapper.begin(selection)
        await self.db(
            roster.say,
            self.row,
            GpuWorker.Status.READY,
            mode=selection.mode,
            model_config_id=selection.model_config_id,
            parser_id=selection.parser_id,
            serving_since=began,
        )

    async def _preload(self) -> None:
        """Load what is to be ready, one after the other: the later ones send the earlier ones to sleep."""
        for spec in await self.db(selections.to_preload):
            if spec.id in self.fleet.tiers():
                continue
            try:
                await self._bring([spec])
            except EngineFailed as failure:
                log.warning("%s is not preloaded: %s", spec.name, failure)

    async def _bring_up(self, selection: Selection) -> None:
        await self._bring(await self.db(selections.specs, selection))

    async def _bring(self, specs: Sequence[EngineSpec]) -> None:
        await self.fleet.make_room(specs)
        await self.fleet.bring(specs)
        await self.fleet.check(specs)

    async def _notice_loss(self) -> None:
        """Where an engine of the selection is gone, serve nothing and say so; `_begin` brings it back.

        One that is lost again and again without an answer in between is not: a person has to choose.
        """
        serving = self.swapper.serving
        if serving is None or self.swapper.phase is not None or self.fleet.awake(serving.engines):
            return
        self.swapper.lost()
        self._losses += 1
        if self._losses > LOSSES_IN_A_ROW:
            status, then = GpuWorker.Status.ERROR, "It was lost again and again; choose another model."
        else:
            status, then = GpuWorker.Status.STARTING, "It is being loaded again."
        await self.db(roster.say, self.row, status, error=f"{self._why_lost} {then}")

    async def _take_wish(self) -> None:
        if self._swapping:
            if self.swapper.phase is Phase.PREPARING and self._swap and await self.db(swaps.waits, self.row):
                self._swap.abandon()
            return
        if self.row.status == GpuWorker.Status.STARTING:
            return
        wanted = await self.db(swaps.take, self.row, self.fleet.tiers().keys())
        if wanted is None:
            return
        target = Selection(
            mode=wanted.mode, model_config_id=wanted.model_config_id, parser_id=wanted.parser_id
        )
        self._swap = SwapRun(self.swapper, self.fleet, self.db, self._drain)
        taken = Taken(swap_id=wanted.swap_id, target=target, cold=wanted.cold)
        self._swapping = asyncio.create_task(self._swap.perform(self.swapper.handle(taken)))
        self._swapping.add_done_callback(self._swap_ended)

    def _swap_ended(self, task: asyncio.Task[None]) -> None:
        self._swap = self._swapping = None
        self._losses = 0
        self._note_end(task)

    async def _drain(self) -> None:
        await finish_or_cancel(list(self._evaluating.values()), settings.DRAIN_S)

    # Work

    async def _take_evaluations(self) -> None:
        serving = self.swapper.serving
        if not self.swapper.admits or serving is None or self._alone or not self.fleet.awake(serving.engines):
            return
        engine = self.fleet[serving.model_config_id]
        in_hand = len(self.swapper.in_hand)
        room = engine.max_in_flight - in_hand
        queues = [_queue(row) for row in await self.db(evaluations.waiting)] if room > 0 else []
        batch = next_batch(serving, queues, room)
        if batch is None:
            return
        readings = await self.db(
            evaluations.claim,
            self.row,
            batch.count,
            mode=batch.selection.mode,
            model_config_id=batch.selection.model_config_id,
            parser_id=batch.selection.parser_id,
            beside=in_hand,
        )
        if not self.swapper.admits or self.swapper.serving != serving:  # the world went on meanwhile
            await self.db(evaluations.put_back, readings)
            return
        for reading in readings:
            self._alone = reading.pk if reading.alone else None
            self.swapper.handle(Admitted(request=reading.pk))
            self._hold(self._evaluating, reading.pk, self._evaluate(engine, reading))

    async def _evaluate(self, engine: Engine, reading: Reading) -> None:
        request = Request(
            id=reading.pk,
            job_title=reading.job_title,
            job_description=reading.job_description,
            pages=reading.pages,
        )
        try:
            reply = await engine.evaluate(request)
            self._losses = 0
            self.fleet.used(engine)
            await self.db(
                evaluations.complete,
                reading,
                reply.answer,
                engine_version=engine.version,
                model_revision=engine.revision,
            )
        except AnswerFailed as failure:
            self._losses = 0
            await self._write_failure(reading, str(failure))
        except ClaimLost as lost:
            log.warning("Not written: %s", lost)
        except asyncio.CancelledError:
            await asyncio.shield(self.db(evaluations.put_back, [reading]))
        except EngineFailed as failure:
            self._why_lost = str(failure)
            await self.fleet.lose(engine)
            with contextlib.suppress(ClaimLost):
                await self.db(evaluations.engine_died, reading, str(failure))
        except Exception:
            log.exception("evaluation %s", reading.pk)
            await self._write_failure(reading, "The résumé could not be read: an error of ours, see the log.")
        finally:
            self._alone = None if self._alone == reading.pk else self._alone
            self.swapper.handle(Answered(request=reading.pk))

    async def _write_failure(self, reading: Reading, sentence: str) -> None:
        try:
            await self.db(evaluations.fail, reading, sentence)
        except ClaimLost as lost:
            log.warning("Not written: %s", lost)

    async def _take_files(self) -> None:
        room = PREPARE_AT_ONCE - len(self._preparing)
        for opening in await self.db(preparation.claim, self.row, room):
            self._hold(self._preparing, opening.pk, self._prepare(opening))

    async def _prepare(self, opening: Opening) -> None:
        try:
            await self._open(opening)
        except ClaimLost as lost:
            log.warning("Not written: %s", lost)
        except asyncio.CancelledError:
            await asyncio.shield(self.db(preparation.put_back, [opening]))
        except Exception:
            log.exception("file %s", opening.pk)
            with contextlib.suppress(ClaimLost):
                await self.db(
                    preparation.fail, opening, "The file could not be opened: an error of ours, see the log."
                )

    async def _open(self, opening: Opening) -> None:
        try:
            document = await asyncio.to_thread(preparation.read, opening)
        except Encrypted as refusal:
            await self.db(preparation.refuse, opening, ItemState.ENCRYPTED, str(refusal))
        except DocumentRefused as refusal:
            await self.db(preparation.refuse, opening, ItemState.UNREADABLE, str(refusal))
        else:
            await self.db(preparation.complete, opening, document)

    def _hold(self, held: dict[int, asyncio.Task[None]], pk: int, work: Coroutine[Any, Any, None]) -> None:
        task = held[pk] = asyncio.create_task(work)

        def let_go(task: asyncio.Task[None]) -> None:
            held.pop(pk, None)
            self._note_end(task)

        task.add_done_callback(let_go)

    def _note_end(self, task: asyncio.Task[None]) -> None:
        """Look for more work; an error that a piece of work could not answer for stops the worker."""
        if not task.cancelled() and (error := task.exception()):
            self._broken = error
            self.stop()
        self.look.set()


async def finish_or_cancel(tasks: list[asyncio.Task[None]], limit_s: float) -> None:
    """Wait for `tasks`; those not done after `limit_s` are cancelled, and waited for."""
    if not tasks:
        return
    _, late = await asyncio.wait(tasks, timeout=limit_s)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)


def _queue(row: evaluations.Waiting) -> Queue:
    selection = None
    if row.pinned and row.model_config_id is not None:
        selection = Selection(mode=row.mode, model_config_id=row.model_config_id, parser_id=row.parser_id)
    age_s = (timezone.now() - row.oldest_at).total_seconds()
    return Queue(selection=selection, waiting=row.count, oldest_wait_s=age_s)

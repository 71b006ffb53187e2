"""Run a swap: perform the swapper's actions and report back what happened."""

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Collection

from django.utils import timezone

from gpu_worker.core.residency import Move
from gpu_worker.core.scheduler import Selection
from gpu_worker.core.swapper import (
    Abandoned,
    Action,
    Bring,
    Broke,
    Check,
    Checked,
    Drain,
    Drained,
    MakeRoom,
    Phase,
    Prepare,
    Prepared,
    Restore,
    Restored,
    RoomMade,
    Serve,
    Show,
    Started,
    Step,
    Swapper,
)
from gpu_worker.database import Database
from gpu_worker.engines.protocol import EngineFailed, EngineSpec
from gpu_worker.metrics import Metrics
from gpu_worker.moves import selections
from gpu_worker.moves.fleet import Fleet
from gpu_worker.tasks import cancel_once
from models_admin.swaps import swap_rows
from models_admin.swaps.swap_rows import Wanted

log = logging.getLogger(__name__)

TELL_EVERY_S = 0.5  # the progress of a swap, while a phase lasts
FRESH_S = 0.5  # rows that were read earlier are read again


class SwapRun:
    """One swap, from the wish that was taken to its end. `drain` returns when nothing is in hand any more.

    A phase is written while its step goes on: the step does not wait for the database.
    """

    def __init__(
        self,
        wanted: Wanted,
        swapper: Swapper,
        fleet: Fleet,
        db: Database,
        metrics: Metrics,
        drain: Callable[[], Awaitable[None]],
        staying: Callable[[], Collection[int]],
    ) -> None:
        self._wanted, self._swapper, self._fleet, self._db = wanted, swapper, fleet, db
        self._metrics, self._drain, self._staying = metrics, drain, staying
        self._writing: asyncio.Task[None] | None = None  # the phase that began last
        self.previous, self._loaded = swapper.serving, fleet.specs()  # when the wish was taken
        self._read_s = time.monotonic()  # when the rows of `wanted` were
        self._parts: list[list[EngineSpec]] = []  # of the target; what is in one is awake at once
        self._fetched: float | None = None  # share of the weights that were fetched, while that goes on
        self._preparing: asyncio.Task[None] | None = None
        self.is_abandoned = False

    async def perform(self, actions: list[Action]) -> None:
        todo = deque(actions)
        try:
            while todo:
                event = await self._attempt(todo.popleft())
                if event is not None:
                    todo.extend(self._swapper.handle(event))
        finally:
            if self._writing:
                await asyncio.gather(self._writing, return_exceptions=True)

    @property
    def engines(self) -> tuple[int, ...]:
        """Return the engines of the target."""
        return tuple(row.pk for row in self._wanted.rows)

    def abandon(self) -> None:
        """End the preparing, now or when it begins: a newer wish has come."""
        self.is_abandoned = True
        if self._preparing:
            cancel_once(self._preparing)

    async def _attempt(self, action: Action) -> Step | None:
        try:
            async with self._reporting_progress():
                return await self._perform_action(action)
        except EngineFailed as failure:
            log.warning("%s broke: %s", type(action).__name__, failure)
            return Broke(reason=str(failure))

    @contextlib.asynccontextmanager
    async def _reporting_progress(self) -> AsyncIterator[None]:
        """Write the progress of the swap now and then, while this lasts."""
        telling = asyncio.create_task(self._report_progress())
        try:
            yield
        finally:
            telling.cancel()
            await asyncio.wait([telling])

    async def _report_progress(self) -> None:
        while True:
            await asyncio.sleep(TELL_EVERY_S)
            await asyncio.shield(self._db(swap_rows.record_progress, self._wanted.swap_id, self._fetched))

    async def _perform_action(self, action: Action) -> Step | None:
        match action:
            case Show():
                await self._wait_for_row()
                now = timezone.now()
                show = self._db(
                    swap_rows.record_phase, self._wanted.swap_id, action.phase, action.reason, now
                )
                self._writing = asyncio.create_task(show)
                return None
            case Serve():
                await self._wait_for_row()
                await self._end(action)
                return None
            case Prepare():
                return await self._prepare()
            case Drain():
                await self._drain()
                return Drained()
            case MakeRoom():
                return RoomMade(next=await self._make_room(action.target))
            case Bring():
                await self._bring()
                return Started()
            case Check():
                await self._fleet.check(self._parts[-1])
                return Checked()
            case Restore():
                await self._restore(action.broken, action.previous)
                return Restored()

    async def _wait_for_row(self) -> None:
        """Wait until the phase that began last is written. Raises SwapEnded."""
        if self._writing:
            await self._writing

    async def _prepare(self) -> Prepared | Abandoned:
        self._preparing = asyncio.create_task(self._fetch_and_load())
        if self.is_abandoned:
            cancel_once(self._preparing)
        try:
            await asyncio.wait([self._preparing])
            if self._preparing.cancelled():
                return Abandoned()
            self._preparing.result()
            return Prepared()
        finally:
            cancel_once(self._preparing)
            await asyncio.wait([self._preparing])  # what was half loaded is unloaded then
            self._preparing, self._fetched = None, None

    async def _fetch_and_load(self) -> None:
        specs = selections.enabled_specs(self._wanted.rows)

        def told(share: float) -> None:
            self._fetched = share

        await self._fleet.fetch(specs, told)
        self._fetched = None
        staying = self._staying()
        if any(self._fleet.awake([id_]) for id_ in staying):  # otherwise the drain keeps no engine from work
            await self._fleet.prepare(specs, staying)

    async def _make_room(self, target: Selection) -> Phase:
        rows = self._wanted.rows
        if time.monotonic() - self._read_s > FRESH_S:  # edited or disabled meanwhile
            rows = await self._db(selections.rows, target.engines)
        specs = selections.enabled_specs(rows)
        self._parts = await self._fleet.parts(specs)
        cold = any(spec.id not in self._fleet.tiers() for spec in specs)
        moves = {step.move for step in await self._fleet.make_room(self._parts[0])}
        if Move.LOAD in moves or (len(self._parts) > 1 and cold):
            return Phase.LOADING
        return Phase.WAKING if Move.WAKE in moves or len(self._parts) > 1 else Phase.CHECKING

    async def _bring(self) -> None:
        """Bring every part; all but the last are tried, and make room for the next."""
        *before, last = self._parts
        for part, following in zip(before, self._parts[1:], strict=True):
            await self._fleet.bring(part)
            await self._fleet.check(part)
            await self._fleet.make_room(following)
        await self._fleet.bring(last)

    async def _restore(self, broken: Selection, previous: Selection) -> None:
        """Bring back what served, as it was loaded before: an edit of its row may be what broke."""
        await self._fleet.unload(id_ for id_ in broken.engines if id_ not in previous.engines)
        specs = await self._db(selections.specs, previous.engines)
        await self._fleet.bring_up([self._loaded.get(spec.id, spec) for spec in specs])

    async def _end(self, serve: Serve) -> None:
        chosen = serve.selection
        ended = await self._db(
            swap_rows.end_swap,
            self._wanted.swap_id,
            serve.phase,
            serve.reason or (swap_rows.NEWER_WISH if serve.phase is Phase.SUPERSEDED else ""),
            mode=chosen.mode if chosen else "",
            model_config_id=chosen.model_config_id if chosen else None,
            parser_id=chosen.parser_id if chosen else None,
        )
        self._metrics.swap_ended(ended.outcome, ended.source, ended.target, ended.phase_seconds)

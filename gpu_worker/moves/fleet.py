"""Hold the engines of this worker, and move them between disk, host memory and GPU.

One lock guards all moves: two engines never start, sleep or wake at once.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gpu_worker.core.residency import Budget, DoesNotFit, Move, Resident, Step, Tier, plan
from gpu_worker.engines.protocol import Engine, EngineFailed, EngineSpec, Progress, Record
from gpu_worker.moves.records import Records

log = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Berth:
    """An engine and where it is. `measured`: its record says what a load took, not what is expected."""

    engine: Engine
    record: Record
    measured: bool
    tier: Tier = Tier.DISK
    checked: bool = False  # it has answered its canary since it came to the GPU
    last_used_s: float = 0.0


class Fleet:
    """`make` builds an engine that is not loaded yet; `budget` is measured once, when the worker starts."""

    def __init__(self, make: Callable[[EngineSpec], Engine], budget: Budget, records: Records) -> None:
        self._make, self.budget, self._records = make, budget, records
        self._berths: dict[int, Berth] = {}
        self._moving = asyncio.Lock()
        self._moves = 0  # begun so far
        self.revisions: dict[int, str] = {}  # of the weights of every engine that was ever here

    def __getitem__(self, id_: int) -> Engine:
        return self._berths[id_].engine

    def tiers(self) -> dict[int, Tier]:
        """Return where every loaded engine is."""
        return {id_: berth.tier for id_, berth in self._berths.items() if berth.tier is not Tier.DISK}

    def awake(self, ids: Iterable[int]) -> bool:
        """Whether all of these engines can answer now."""
        return all(self._berths[id_].tier is Tier.GPU if id_ in self._berths else False for id_ in ids)

    def specs(self) -> dict[int, EngineSpec]:
        """Return the spec that every loaded engine was loaded with: rows may have been edited since."""
        return {id_: self._berths[id_].engine.spec for id_ in self.tiers()}

    def memory(self) -> dict[str, Any]:
        """Return what `GpuWorker.memory` holds: budgets, their use, and the share of each engine; GiB."""
        held = {id_: self._resident(id_, self._berths[id_], False) for id_ in self.tiers()}
        return {
            "gpu_budget_gib": round(self.budget.gpu_gib, 2),
            "gpu_held_gib": round(sum(one.held_gpu_gib for one in held.values()), 2),
            "host_budget_gib": round(self.budget.host_gib, 2),
            "host_held_gib": round(sum(one.held_host_gib for one in held.values()), 2),
            "engines": {
                str(id_): {"gpu_gib": round(one.gpu_gib, 2), "host_gib": round(one.host_gib or 0.0, 2)}
                for id_, one in held.items()
            },
        }

    def record_use(self, engine: Engine) -> None:
        """Record that the engine has just worked: it is not the next to leave."""
        if self._has(engine):
            self._berths[engine.spec.id].last_used_s = time.monotonic()

    def runs_as(self, engine: Engine) -> str:
        """Return the fingerprint that the engine was loaded with; "" = none."""
        return self._berths[engine.spec.id].record.fingerprint if self._has(engine) else ""

    def _has(self, engine: Engine) -> bool:
        berth = self._berths.get(engine.spec.id)
        return berth is not None and berth.engine is engine

    # Planning

    async def _board(self, spec: EngineSpec) -> Berth:
        """Return the berth of `spec`, a new one if needed. An engine whose row was edited is unloaded."""
        berth = self._berths.get(spec.id)
        if berth and berth.engine.spec == spec:
            berth.engine.spec = spec  # what compares equal may differ in how it answers and how long it stays
            if berth.tier is not Tier.DISK:
                return berth
        if berth:
            await self._unload(spec.id)
        engine = self._make(spec)
        fingerprint = await engine.fingerprint()
        self.revisions[spec.id] = engine.revision
        record = await self._records.recall(spec.id, fingerprint) if fingerprint else None
        expected = Record(fingerprint=fingerprint, footprint=await engine.expected())
        berth = Berth(engine=engine, record=record or expected, measured=record is not None)
        self._berths[spec.id] = berth
        return berth

    def _steps_to(self, wanted: Collection[int], staying: Collection[int] = ()) -> list[Step]:
        """Return the steps that bring `wanted` to the GPU without moving `staying`. Raises EngineFailed."""
        residents = [self._resident(id_, berth, id_ in staying) for id_, berth in self._berths.items()]
        try:
            return plan(list(wanted), residents, self.budget)
        except DoesNotFit as refusal:
            raise EngineFailed(str(refusal)) from refusal

    def _resident(self, id_: int, berth: Berth, stays: bool) -> Resident:
        stay, takes = berth.engine.spec.stay, berth.record.footprint
        return Resident(
            id=id_,
            tier=berth.tier,
            gpu_gib=takes.gpu_gib,
            host_gib=takes.host_gib if stay.sleep_level else None,
            asleep_gpu_gib=takes.asleep_gpu_gib,
            last_used_s=berth.last_used_s,
            pinned=stays or stay.pinned,
        )

    # Moving

    async def fetch(self, specs: Iterable[EngineSpec], progress: Progress) -> None:
        """Download weights that are not on this machine yet. Raises EngineFailed."""
        loaded = self.specs()
        missing = [spec for spec in specs if loaded.get(spec.id) != spec]
        for done, spec in enumerate(missing):
            await self._make(spec).fetch(_part(progress, done, len(missing)))

    async def prepare(self, specs: Iterable[EngineSpec], serving: Collection[int]) -> None:
        """Load `specs` beside all of `serving` if memory permits; else do nothing.

        Raises EngineFailed if a load went wrong; that engine is unloaded then.
        """
        async with self._moving:
            wanted = [spec for spec in specs if spec.id not in serving]
            for spec in wanted:
                await self._board(spec)
            try:
                steps = self._steps_to([spec.id for spec in wanted], staying=serving)
            except EngineFailed:
                return  # it will be loaded when the others have made room
            for step in steps:
                await self._move(step)

    async def bring_up(self, specs: Sequence[EngineSpec]) -> None:
        """Make room for `specs`, wake or load them, and check them. Raises EngineFailed."""
        for part in await self.parts(specs):
            await self.make_room(part)
            await self.bring(part)
            await self.check(part)

    async def parts(self, specs: Sequence[EngineSpec]) -> list[list[EngineSpec]]:
        """Return which engines to bring at once: all of `specs`, or one after the other, the first one last.

        If a pair does not fit together, each engine is tried, and the parser is the one that stays awake.
        """
        if len(specs) == 1:
            return [list(specs)]
        async with self._moving:
            wanted = [spec.id for spec in specs if await self._board(spec)]
            try:
                self._steps_to(wanted)
            except EngineFailed:
                return [[spec] for spec in reversed(specs)]
        return [list(specs)]

    async def make_room(self, specs: Iterable[EngineSpec]) -> list[Step]:
        """Make room for `specs` and return the steps that remain. Raises EngineFailed."""
        async with self._moving:
            wanted = [spec.id for spec in specs if await self._board(spec)]
            steps = self._steps_to(wanted)
            leaving = [step for step in steps if step.move in (Move.SLEEP, Move.UNLOAD)]
            for step in leaving:
                await self._move(step)
        return [step for step in steps if step not in leaving]

    async def bring(self, specs: Iterable[EngineSpec]) -> None:
        """Wake or load `specs`, for which room has been made. Raises EngineFailed; what broke is unloaded."""
        async with self._moving:
            wanted = [spec.id for spec in specs if await self._board(spec)]
            for step in self._steps_to(wanted):
                await self._move(step)

    async def _move(self, step: Step) -> None:
        berth, began = self._berths[step.id], time.monotonic()
        self._moves += 1
        try:
            match step.move:
                case Move.LOAD:
                    await self._load(step.id, berth)
                case Move.WAKE:
                    await berth.engine.wake()
                    _arrive(berth)
                case Move.SLEEP:
                    await self._sleep(step.id, berth)
                case Move.UNLOAD:
                    await self._unload(step.id)
        except (EngineFailed, asyncio.CancelledError):
            await self._unload(step.id)
            raise
        name = berth.engine.spec.name
        log.info("%s of %s took %.3f s", step.move, name, time.monotonic() - began)

    async def _load(self, id_: int, berth: Berth) -> None:
        footprint = await berth.engine.load(berth.record if berth.measured else None)
        _arrive(berth)
        berth.record, berth.measured = replace(berth.record, footprint=footprint), True
        if berth.record.fingerprint:
            await self._records.keep(id_, berth.record)

    async def _sleep(self, id_: int, berth: Berth) -> None:
        """Put it to sleep. If that fails it is unloaded: room is made either way."""
        berth.tier = Tier.HOST  # from here on it is given no work
        try:
            await berth.engine.sleep()
        except EngineFailed as failure:
            log.warning("Unloaded instead of put to sleep: %s", failure)
            await self._unload(id_)

    async def check(self, specs: Iterable[EngineSpec]) -> None:
        """Let every engine of `specs` answer its canary. Raises EngineFailed; what broke is unloaded.

        If this is cancelled, an engine that has not answered yet since it came to the GPU is unloaded too.
        """
        for spec in specs:
            berth = self._berths.get(spec.id)
            if berth is None or berth.tier is not Tier.GPU:
                raise EngineFailed(f"{spec.name} was lost before it was checked.")
            try:
                canary = await berth.engine.check(berth.record.canary)
            except EngineFailed:
                await self.unload([spec.id])
                raise
            except asyncio.CancelledError:
                if not berth.checked:
                    await self.unload_broken(berth.engine)
                raise
            berth.checked = True
            if berth.record.fingerprint and canary != berth.record.canary:
                berth.record = replace(berth.record, canary=canary)
                await self._records.keep(spec.id, berth.record)
            self.record_use(berth.engine)

    # Looking after them

    async def find_lost(self) -> dict[str, str]:
        """Ping every loaded engine and unload those that are dead. Return why, by name."""
        found: dict[str, str] = {}
        for id_ in self.tiers():
            berth, moves = self._berths.get(id_), self._moves
            if berth is None or self._moving.locked():  # it has left; a move has its own deadlines
                continue
            try:
                await berth.engine.ping()
            except EngineFailed as failure:  # during a move a failed ping proves nothing
                if moves == self._moves and await self.unload_broken(berth.engine):
                    found[berth.engine.spec.name] = str(failure)
        return found

    async def unload_broken(self, engine: Engine) -> bool:
        """Unload an engine that is dead or not to be trusted; False if another one has its berth already."""
        async with self._moving:
            if not self._has(engine):
                return False
            await self._unload(engine.spec.id)
            return True

    async def unload_idle(self, serving: Collection[int]) -> None:
        """Unload engines whose idle time is up: not those of `serving`, and not pinned ones."""
        async with self._moving:
            for id_, berth in list(self._berths.items()):
                if id_ not in serving and _is_idle(berth):
                    log.info("%s is unloaded: its idle time is up", berth.engine.spec.name)
                    await self._unload(id_)

    async def unload(self, ids: Iterable[int]) -> None:
        async with self._moving:
            for id_ in list(ids):
                await self._unload(id_)

    async def close(self) -> None:
        await self.unload(list(self._berths))

    async def _unload(self, id_: int) -> None:
        if berth := self._berths.pop(id_, None):
            await berth.engine.unload()


def _arrive(berth: Berth) -> None:
    """Note that the engine is on the GPU now."""
    berth.tier, berth.checked, berth.last_used_s = Tier.GPU, False, time.monotonic()


def _part(progress: Progress, done: int, count: int) -> Progress:
    """Turn the progress of one download, after `done` of `count`, into that of all."""
    return lambda share: progress((done + share) / count)


def _is_idle(berth: Berth) -> bool:
    stay = berth.engine.spec.stay
    if stay.idle_ttl_s is None or stay.pinned or berth.tier is Tier.DISK:
        return False
    return time.monotonic() - berth.last_used_s > stay.idle_ttl_s

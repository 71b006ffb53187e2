"""The engines of this worker: which are loaded, and moving them between disk, host memory and GPU.

One lock holds for all moves: on one GPU never two engines start, sleep or wake at once.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable

from gpu_worker.engines.protocol import Engine, EngineFailed, EngineSpec
from gpu_worker.residency import Budget, DoesNotFit, Move, Resident, Step, Tier, plan

log = logging.getLogger(__name__)


class Fleet:
    """`make` builds an engine that is not loaded yet; `budget` is measured once, at start."""

    def __init__(self, make: Callable[[EngineSpec], Engine], budget: Budget) -> None:
        self._make, self._budget = make, budget
        self._engines: dict[int, Engine] = {}
        self._tiers: dict[int, Tier] = {}
        self._last_used_s: dict[int, float] = {}
        self._moving = asyncio.Lock()

    def __getitem__(self, id_: int) -> Engine:
        return self._engines[id_]

    def tiers(self) -> dict[int, Tier]:
        """Where every engine is that is not on disk alone."""
        return {id_: tier for id_, tier in self._tiers.items() if tier is not Tier.DISK}

    def steps_to(self, specs: Iterable[EngineSpec]) -> list[Step]:
        """What would bring `specs` to the GPU. Raises EngineFailed where no order of moves can."""
        wanted = list(specs)
        try:
            return plan([spec.id for spec in wanted], self._residents(wanted), self._budget)
        except DoesNotFit as refusal:
            raise EngineFailed(str(refusal)) from refusal

    def _residents(self, wanted: list[EngineSpec]) -> list[Resident]:
        specs = {id_: engine.spec for id_, engine in self._engines.items()}
        specs |= {spec.id: spec for spec in wanted}
        return [
            Resident(
                id=spec.id,
                tier=self._tiers.get(spec.id, Tier.DISK),
                gpu_gib=spec.gpu_memory_gib,
                last_used_s=self._last_used_s.get(spec.id, 0.0),
            )
            for spec in specs.values()
        ]

    async def make_room(self, specs: Iterable[EngineSpec]) -> list[Step]:
        """Send away whom `specs` need gone and return the steps that remain. Raises EngineFailed.

        An engine whose row was edited since it was loaded is unloaded: it would run with the old values.
        """
        wanted = list(specs)
        async with self._moving:
            for spec in wanted:
                if (engine := self._engines.get(spec.id)) and engine.spec != spec:
                    await self._unload(spec.id)
            steps = self.steps_to(wanted)
            leaving = [step for step in steps if step.move in (Move.SLEEP, Move.UNLOAD)]
            for step in leaving:
                await self._move(step)
        return [step for step in steps if step not in leaving]

    async def bring(self, specs: Iterable[EngineSpec]) -> None:
        """Wake or load `specs`, for which room has been made. Raises EngineFailed; what broke is unloaded."""
        wanted = {spec.id: spec for spec in specs}
        async with self._moving:
            for step in self.steps_to(wanted.values()):
                await self._move(step, wanted.get(step.id))

    async def _move(self, step: Step, spec: EngineSpec | None = None) -> None:
        began = time.monotonic()
        try:
            match step.move:
                case Move.LOAD if spec is not None:
                    self._engines[step.id] = self._make(spec)
                    await self._engines[step.id].load()
                    self._tiers[step.id] = Tier.GPU
                case Move.WAKE:
                    await self._engines[step.id].wake()
                    self._tiers[step.id] = Tier.GPU
                case Move.SLEEP:
                    await self._engines[step.id].sleep()
                    self._tiers[step.id] = Tier.HOST
                case _:
                    await self._unload(step.id)
        except EngineFailed:
            await self._unload(step.id)
            raise
        log.info("%s of engine %s took %.3f s", step.move, step.id, time.monotonic() - began)

    async def check(self, specs: Iterable[EngineSpec]) -> None:
        """Let every engine of `specs` answer its canary. Raises EngineFailed; what broke is unloaded."""
        for spec in specs:
            try:
                await self._engines[spec.id].check()
            except EngineFailed:
                await self.unload([spec.id])
                raise
            self._last_used_s[spec.id] = time.monotonic()

    async def unload(self, ids: Iterable[int]) -> None:
        async with self._moving:
            for id_ in list(ids):
                await self._unload(id_)

    async def close(self) -> None:
        await self.unload(list(self._engines))

    async def _unload(self, id_: int) -> None:
        self._tiers.pop(id_, None)
        if engine := self._engines.pop(id_, None):
            await engine.unload()

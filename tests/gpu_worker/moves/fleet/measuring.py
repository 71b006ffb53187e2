"""Engines of known sizes, and a clock that is moved by hand. A and B do not fit together, C fits beside either."""

import asyncio
from collections.abc import Mapping
from typing import Any

from gpu_worker.core.residency import Budget
from gpu_worker.engines.protocol import EngineSpec, Footprint, Record, Stay
from gpu_worker.moves.fleet import Fleet
from tests.gpu_worker.fakes import FakeEngine, Workshop

IDS = {"a": 1, "b": 2, "c": 3}
A, B, C = IDS.values()
LARGE = Footprint(gpu_gib=15.0, asleep_gpu_gib=0.5, host_gib=14.0)
SMALL = Footprint(gpu_gib=4.0, asleep_gpu_gib=0.5, host_gib=3.0)
BUDGET = Budget(gpu_gib=20.0, host_gib=32.0)


class MeasuredEngine(FakeEngine):
    """Takes what `workshop.measured` says, notes what it is given, and works when `workshop.open` is set.

    To unload one that never began to load is nothing, and not noted.
    """

    workshop: "MeasuringWorkshop"
    began = False

    async def load(self, record: Record | None = None) -> Footprint:
        self.began = True
        self.workshop.remembered.append(record)
        self.workshop.asked.set()
        await self.workshop.open.wait()
        expected = await super().load(record)
        return self.workshop.measured.get(self.spec.name, expected)

    async def wake(self) -> None:
        self.workshop.asked.set()
        await self.workshop.open.wait()
        await super().wake()

    async def unload(self) -> None:
        if self.began:
            await super().unload()

    async def check(self, recorded: Mapping[str, Any]) -> Mapping[str, Any]:
        self.workshop.compared.append(recorded)
        self.workshop.asked.set()
        await self.workshop.answers.wait()
        return await super().check(recorded)

    async def ping(self) -> None:
        self.workshop.asked.set()
        await self.workshop.open.wait()
        await super().ping()


class MeasuringWorkshop(Workshop):
    def __init__(self) -> None:
        super().__init__()
        self.sizes = {"a": LARGE, "b": LARGE, "c": SMALL}
        self.measured: dict[str, Footprint] = {}
        self.remembered: list[Record | None] = []  # what each load was given
        self.compared: list[Mapping[str, Any]] = []  # what each check was given
        self.answers = asyncio.Event()  # canaries are answered while it is set
        self.answers.set()

    def __call__(self, spec: EngineSpec) -> FakeEngine:
        return MeasuredEngine(spec, self)


class Clock:
    """Stands still until it is moved; every look is a moment later than the one before."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def monotonic(self) -> float:
        self.now_s += 0.001
        return self.now_s


def spec(name: str, *, stay: Stay | None = None, **changes: Any) -> EngineSpec:
    return EngineSpec(id=IDS[name], name=name, provider="vllm", stay=stay or Stay(), **changes)


async def bring(fleet: Fleet, *specs: EngineSpec) -> None:
    await fleet.make_room(specs)
    await fleet.bring(specs)

"""The rules behind the engine protocol: nothing to load but thresholds, answers in milliseconds."""

import asyncio

from candidates.answers import Answer
from gpu_worker.engines.protocol import EngineFailed, EngineSpec, Request
from gpu_worker.engines.rules.verdict import evaluate
from models_admin import thresholds
from models_admin.thresholds import Thresholds, WrongThresholds

CANARY = Request(
    id=0,
    job_title="Baker",
    job_description="Requirements: sourdough, Python, C++, bachelor's degree.",
    pages=(
        "Robin Example\nrobin@example.com\nExperience\nBaked sourdough with Python and C++, 2019 – 2021\n"
        "Education\nBachelor of Baking, 2018",
    ),
)


class RulesEngine:
    """Deterministic, on any CPU, without weights: the embedded default and the control for models."""

    version = "rules 1"
    max_in_flight = 4

    def __init__(self, spec: EngineSpec) -> None:
        self.spec = spec
        self._thresholds = Thresholds()

    async def load(self) -> None:
        try:
            self._thresholds = thresholds.read(self.spec.rules)
        except WrongThresholds as error:
            raise EngineFailed(f"The thresholds of {self.spec.name} are wrong: {error}.") from error

    async def sleep(self) -> None:
        """Nothing to move."""

    async def wake(self) -> None:
        """Nothing to move."""

    async def unload(self) -> None:
        """Nothing to give back."""

    async def evaluate(self, request: Request) -> Answer:
        return await asyncio.to_thread(evaluate, request, self._thresholds)

    async def check(self) -> None:
        first, second = await self.evaluate(CANARY), await self.evaluate(CANARY)
        if first.model_dump_json() != second.model_dump_json() or first.outcome != "Shortlisted":
            raise EngineFailed(f"{self.spec.name} did not answer its canary as it should: {first.outcome}.")

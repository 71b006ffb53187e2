"""The keyword rules as an engine: only thresholds to load, answers in milliseconds."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from gpu_worker.engines.protocol import (
    AnswerFailed,
    EngineFailed,
    EngineSpec,
    Footprint,
    Progress,
    Record,
    Reply,
    Request,
    Transcribed,
)
from gpu_worker.engines.rules.digest import rules_version
from gpu_worker.engines.rules.verdict import evaluate
from models_admin.models import thresholds
from models_admin.models.thresholds import Thresholds, WrongThresholds

NOTHING: Mapping[str, Any] = MappingProxyType({})
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

    version = rules_version()  # of the code as it was imported
    revision = ""
    max_in_flight = 4

    def __init__(self, spec: EngineSpec) -> None:
        self.spec = spec
        self._thresholds = Thresholds()

    async def fetch(self, progress: Progress) -> None:
        """Nothing to fetch."""

    async def fingerprint(self) -> str:
        return ""

    async def expected(self) -> Footprint:
        return Footprint()

    async def load(self, record: Record | None = None) -> Footprint:
        try:
            self._thresholds = thresholds.read_thresholds(self.spec.rules)
        except WrongThresholds as error:
            raise EngineFailed(f"The thresholds of {self.spec.name} are wrong: {error}.") from error
        return Footprint()

    async def sleep(self) -> None:
        """Nothing to move."""

    async def wake(self) -> None:
        """Nothing to move."""

    async def unload(self) -> None:
        """Nothing to give back."""

    async def ping(self) -> None:
        """Nothing to ask: it has no process of its own."""

    async def evaluate(self, request: Request) -> Reply:
        return Reply(answer=await asyncio.to_thread(evaluate, request, self._thresholds))

    async def transcribe(self, image: bytes) -> Transcribed:
        raise AnswerFailed(f"{self.spec.name} cannot see images. Choose a parser that reads page images.")

    async def check(self, recorded: Mapping[str, Any] = NOTHING) -> Mapping[str, Any]:
        first, second = evaluate(CANARY, self._thresholds), evaluate(CANARY, self._thresholds)
        if first.model_dump_json() != second.model_dump_json() or first.outcome != "Shortlisted":
            raise EngineFailed(f"{self.spec.name} gave the wrong answer to its canary: {first.outcome}.")
        return NOTHING

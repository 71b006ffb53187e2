"""An engine whose every step a test decides: the outside world of the worker, held in memory."""

import asyncio

from candidates.answers import Answer
from gpu_worker.engines.protocol import AnswerFailed, EngineFailed, EngineSpec, Request

ANSWER = Answer(name="Ana", email="ana@example.com", outcome="Shortlisted", reason="All terms found.")


class FakeEngine:
    """Answers at once unless held; `breaks` names the calls that fail, with their sentence."""

    version = "fake 1"
    max_in_flight = 2

    def __init__(self, spec: EngineSpec, workshop: "Workshop") -> None:
        self.spec, self.workshop = spec, workshop

    async def load(self) -> None:
        self._do("load")

    async def sleep(self) -> None:
        self._do("sleep")

    async def wake(self) -> None:
        self._do("wake")

    async def check(self) -> None:
        self._do("check")

    async def unload(self) -> None:
        self.workshop.log.append(f"unload {self.spec.name}")

    async def evaluate(self, request: Request) -> Answer:
        self.workshop.log.append(f"evaluate {self.spec.name}")
        self.workshop.asked.set()
        await self.workshop.open.wait()
        self._do("evaluate")
        return ANSWER

    def _do(self, call: str) -> None:
        if call != "evaluate":
            self.workshop.log.append(f"{call} {self.spec.name}")
        sentence = self.workshop.breaks.get((self.spec.name, call))
        if sentence:
            raise (AnswerFailed if call == "evaluate" else EngineFailed)(sentence)


class Workshop:
    """Makes fake engines, notes what was done to them, and holds answers back while `open` is not set."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.breaks: dict[tuple[str, str], str] = {}
        self.asked = asyncio.Event()
        self.open = asyncio.Event()
        self.open.set()

    def __call__(self, spec: EngineSpec) -> FakeEngine:
        return FakeEngine(spec, self)

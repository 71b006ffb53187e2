"""An engine whose every step a test decides: the outside world of the worker, held in memory."""

import asyncio
from collections.abc import Mapping
from typing import Any

from candidates.evaluations.answers import Answer
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

ANSWER = Answer(name="Ana", email="ana@example.com", outcome="Shortlisted", reason="All terms found.")


class FakeEngine:
    """Answers at once unless held; `breaks` names the calls that fail, with their sentence."""

    version = "fake 1"
    revision = "r1"
    max_in_flight = 2

    def __init__(self, spec: EngineSpec, workshop: "Workshop") -> None:
        self.spec, self.workshop = spec, workshop

    async def fetch(self, progress: Progress) -> None:
        progress(0.5)
        self.workshop.fetches.append((self.spec.name, self.spec.revision))
        await self.workshop.fetched.wait()
        self._do("fetch")

    async def fingerprint(self) -> str:
        return f"{self.spec.name} {self.revision}"

    async def expected(self) -> Footprint:
        return self.workshop.sizes.get(self.spec.name, Footprint())

    async def load(self, record: Record | None = None) -> Footprint:
        self._do("load")
        return self.workshop.sizes.get(self.spec.name, Footprint())

    async def sleep(self) -> None:
        self._do("sleep")

    async def wake(self) -> None:
        self._do("wake")

    async def check(self, recorded: Mapping[str, Any]) -> Mapping[str, Any]:
        self._do("check")
        return {"said": self.spec.name}

    async def ping(self) -> None:
        self._do("ping")

    async def unload(self) -> None:
        self.workshop.log.append(f"unload {self.spec.name}")

    async def evaluate(self, request: Request) -> Reply:
        self.workshop.log.append(f"evaluate {self.spec.name}")
        self.workshop.requests.append(request)
        self.workshop.asked.set()
        await self.workshop.open.wait()
        if sentence := self.workshop.poison.get(request.pages):
            raise EngineFailed(sentence)
        self._do("evaluate")
        return self.workshop.reply

    async def transcribe(self, image: bytes) -> Transcribed:
        self.workshop.log.append(f"transcribe {self.spec.name}")
        await self.workshop.open.wait()
        if sentence := self.workshop.poison.get((image.decode(),)):
            raise EngineFailed(sentence)
        self._do("transcribe")
        return Transcribed(text=f"Read by {self.spec.name}: {image.decode()}", cut=b"long" in image)

    def _do(self, call: str) -> None:
        if call not in ("evaluate", "transcribe", "ping", "fetch"):
            self.workshop.log.append(f"{call} {self.spec.name}")
        sentence = self.workshop.breaks.get((self.spec.name, call))
        if sentence:
            raise (AnswerFailed if call in ("evaluate", "transcribe") else EngineFailed)(sentence)


class Remembered:
    """Records in memory."""

    def __init__(self) -> None:
        self.kept: dict[tuple[int, str], Record] = {}

    async def recall(self, spec_id: int, fingerprint: str) -> Record | None:
        return self.kept.get((spec_id, fingerprint))

    async def keep(self, spec_id: int, record: Record) -> None:
        self.kept[spec_id, record.fingerprint] = record


class Workshop:
    """Makes fake engines, notes what was done to them, and holds answers back while `open` is not set."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.reply = Reply(answer=ANSWER)
        self.requests: list[Request] = []
        self.fetches: list[tuple[str, str]] = []  # name and revision
        self.breaks: dict[tuple[str, str], str] = {}
        self.poison: dict[tuple[str, ...], str] = {}  # pages that kill the engine, with its sentence
        self.sizes: dict[str, Footprint] = {}
        self.fetched = asyncio.Event()
        self.fetched.set()
        self.asked = asyncio.Event()
        self.open = asyncio.Event()
        self.open.set()

    def __call__(self, spec: EngineSpec) -> FakeEngine:
        return FakeEngine(spec, self)

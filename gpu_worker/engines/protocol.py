"""What the worker asks of an engine, whatever provides it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from candidates.answers import Answer


@dataclass(frozen=True, kw_only=True)
class EngineSpec:
    """The worker's own value of a ModelConfig row: fixed while an engine lives."""

    id: int
    name: str
    provider: str
    revision: str = ""
    gpu_memory_gib: float = 0.0
    rules: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Request:
    """One résumé for one job: `pages` is the text of each page, in order."""

    id: int
    job_title: str
    job_description: str
    pages: tuple[str, ...]


class EngineFailed(Exception):
    """The engine cannot start or is lost; the text says why, in words for an operator."""


class AnswerFailed(Exception):
    """This one request could not be answered; the engine is well. The text is for a recruiter."""


class Engine(Protocol):
    """Weights running. Every call may raise EngineFailed: the engine is then lost and must be unloaded."""

    spec: EngineSpec
    version: str  # of the code that answers, e.g. "rules 1"
    max_in_flight: int  # requests worth giving it at once

    async def load(self) -> None:
        """Disk to GPU. Raises EngineFailed."""

    async def sleep(self) -> None:
        """GPU to host memory."""

    async def wake(self) -> None:
        """Host memory to GPU."""

    async def unload(self) -> None:
        """Give everything back. Never raises; may be called in any state."""

    async def evaluate(self, request: Request) -> Answer:
        """Read one résumé. Raises AnswerFailed or EngineFailed."""

    async def check(self) -> None:
        """Warm up and answer the canary as recorded. Raises EngineFailed."""

"""The protocol between the worker and an engine of any provider."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from candidates.evaluations.answers import Answer
from jobs.criteria import Criterion

Progress = Callable[[float], None]  # called with the share that is done, 0 to 1


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """Sampling parameters. May change while an engine lives."""

    temperature: float = 0.0
    top_p: float = 1.0
    repetition_penalty: float = 1.0
    max_tokens: int | None = None  # of an answer; None = the most that its schema allows
    thinking_tokens: int = 0
    seed: int | None = None  # only with random sampling, on devices that support one


@dataclass(frozen=True, kw_only=True)
class Stay:
    """How long an engine stays in memory. May change while it lives."""

    sleep_level: int = 1  # 0 = unload, 1 = move to host memory, 2 = drop and read again
    pinned: bool = False
    idle_ttl_s: float | None = None


@dataclass(frozen=True, kw_only=True)
class EngineSpec:
    """A ModelConfig row as a value of the worker. Equal specs can share an engine."""

    id: int
    name: str
    provider: str
    revision: str = ""
    sees_pages: bool = False
    gpu_memory_utilization: float | None = None
    max_model_len: int | None = None
    tensor_parallel_size: int = 1
    trust_remote_code: bool = False
    reasoning_parser: str = ""
    engine_args: Mapping[str, Any] = field(default_factory=dict)
    rules: Mapping[str, Any] = field(default_factory=dict)
    sampling: Sampling = field(default=Sampling(), compare=False)
    stay: Stay = field(default=Stay(), compare=False)


@dataclass(frozen=True, kw_only=True)
class Request:
    """One résumé for one job: `pages` is the text of each page, in order.

    `images` are page images (JPEG, old ones WebP) by page number from 1, for an engine that sees pages.
    `criteria` are what the job asks for, in order; without any, engines draw them from the description.
    `as_of` is the application date, which is what a résumé means by "present"; None = the last date in it.
    `wrong` says why an earlier answer could not be used. `sampling` is that of an answer to repeat; None =
    the engine's current row.
    """

    id: int
    job_title: str
    job_description: str
    pages: tuple[str, ...]
    criteria: tuple[Criterion, ...] = ()
    as_of: date | None = None
    images: Mapping[int, bytes] = field(default_factory=dict)
    wrong: str = ""
    sampling: Sampling | None = None


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer and its cost: tokens in and out, none for rules; `seen` is the number of pages shown.

    `raw` is the model's answer word for word, `thinking` its reasoning before that. `prompt_hash` is the
    SHA-256 of the prompt's text. All of these, and `sampling`, are empty if no model was asked.
    """

    answer: Answer
    seen: int = 0
    prompt_tokens: int = 0
    generated_tokens: int = 0
    prompt_version: str = ""
    prompt_hash: str = ""
    raw: str = ""
    thinking: str = ""
    sampling: Sampling | None = None


@dataclass(frozen=True, kw_only=True)
class Transcribed:
    """The text that a parser read on a page; `cut` if it reached its token limit before the page's end."""

    text: str
    cut: bool = False
    prompt_tokens: int = 0
    generated_tokens: int = 0


@dataclass(frozen=True, kw_only=True)
class Footprint:
    """The measured memory of an engine, GiB (2**30 bytes). Without a GPU, "gpu" is its memory awake."""

    gpu_gib: float = 0.0
    asleep_gpu_gib: float = 0.0
    host_gib: float = 0.0
    kv_cache_bytes: int | None = None


@dataclass(frozen=True, kw_only=True)
class Record:
    """What is known of engines with the same `fingerprint`; `canary` {} = not recorded yet."""

    fingerprint: str
    footprint: Footprint
    canary: Mapping[str, Any] = field(default_factory=dict)


class EngineFailed(Exception):
    """The engine cannot start or is lost; the text tells an operator why."""


class AnswerFailed(Exception):
    """This request could not be answered; the engine is well. The text is for a recruiter."""


class Engine(Protocol):
    """Running weights or rules. Every call may raise EngineFailed: then the engine is lost; unload it."""

    spec: EngineSpec
    version: str  # of the code that answers, e.g. "vllm 0.32" or "rules 3f9a2c1b"
    revision: str  # of the weights that answer
    max_in_flight: int  # requests to send at once, at most

    async def fetch(self, progress: Progress) -> None:
        """Download weights that are not on this machine yet, reporting progress. Raises EngineFailed."""

    async def fingerprint(self) -> str:
        """Return what it will run as: equal if the same answers and sizes are expected; "" = none."""

    async def expected(self) -> Footprint:
        """Return the most that it can take, before it was measured. Raises EngineFailed."""

    async def load(self, record: Record | None) -> Footprint:
        """Load it from disk to GPU and warm it up. `record` is of an earlier load. Raises EngineFailed."""

    async def sleep(self) -> None:
        """Move it from GPU to host memory; return when the GPU memory is free."""

    async def wake(self) -> None:
        """Move it from host memory to GPU."""

    async def unload(self) -> None:
        """Free everything. Never raises; may be called in any state."""

    async def evaluate(self, request: Request) -> Reply:
        """Judge one résumé. Raises AnswerFailed or EngineFailed."""

    async def transcribe(self, image: bytes) -> Transcribed:
        """Transcribe the page in `image` (JPEG or WebP). Raises AnswerFailed or EngineFailed."""

    async def check(self, recorded: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer the canary and return the answer; it must match `recorded`, if any. Raises EngineFailed."""

    async def ping(self) -> None:
        """Return soon if it is alive and answering. Raises EngineFailed."""

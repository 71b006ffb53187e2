"""What the worker asks of an engine, whatever provides it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from candidates.evaluations.answers import Answer
from jobs.criteria import Criterion

Progress = Callable[[float], None]  # told the share that is done, 0 to 1


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How answers are drawn. May change while an engine lives."""

    temperature: float = 0.0
    top_p: float = 1.0
    repetition_penalty: float = 1.0
    max_tokens: int | None = None  # of an answer; None = the longest that its schema allows
    thinking_tokens: int = 0
    seed: int | None = None  # where chance plays a part, and the device bears one


@dataclass(frozen=True, kw_only=True)
class Stay:
    """How long an engine keeps its place. May change while it lives."""

    sleep_level: int = 1  # 0 = unloaded, 1 = to host memory, 2 = dropped and read again
    pinned: bool = False
    idle_ttl_s: float | None = None


@dataclass(frozen=True, kw_only=True)
class EngineSpec:
    """The worker's own value of a ModelConfig row. Equal specs can share an engine."""

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

    `images` are page images (JPEG, old ones WebP) by the page's number, 1 being the first, for an engine that
    sees pages.
    `criteria` are what the job asks for, in its order; while there are none, engines draw what they look for
    from the description. `as_of` is the day on which the person applied, which is what a résumé means by
    "present"; None = the last date that it names. `wrong` says why an earlier answer could not be used.
    `sampling` is how an answer that is repeated was drawn; None = as the engine's row says now.
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
    """An answer, and what it took: tokens read and written, none for rules; `seen` pages were looked at.

    `raw` is what was said, word for word, and `thinking` what was thought before. `prompt_hash` is the
    SHA-256 of the prompt's text; all of these, and `sampling`, are empty where no model was asked.
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
    """What a parser read on a page; `cut` where it came to its longest answer before the page's end."""

    text: str
    cut: bool = False
    prompt_tokens: int = 0
    generated_tokens: int = 0


@dataclass(frozen=True, kw_only=True)
class Footprint:
    """What an engine was seen to take, GiB (2**30 bytes). Without a GPU "gpu" is the memory of one awake."""

    gpu_gib: float = 0.0
    asleep_gpu_gib: float = 0.0
    host_gib: float = 0.0
    kv_cache_bytes: int | None = None


@dataclass(frozen=True, kw_only=True)
class Record:
    """What is remembered of an engine with the same `fingerprint`; `canary` {} = not asked yet."""

    fingerprint: str
    footprint: Footprint
    canary: Mapping[str, Any] = field(default_factory=dict)


class EngineFailed(Exception):
    """The engine cannot start or is lost; the text says why, in words for an operator."""


class AnswerFailed(Exception):
    """This one request could not be answered; the engine is well. The text is for a recruiter."""


class Engine(Protocol):
    """Weights running. Every call may raise EngineFailed: the engine is then lost and must be unloaded."""

    spec: EngineSpec
    version: str  # of the code that answers, e.g. "vllm 0.32" or "rules 3f9a2c1b"
    revision: str  # of the weights that answer
    max_in_flight: int  # requests worth giving it at once

    async def fetch(self, progress: Progress) -> None:
        """Get weights that are not on this machine yet, telling how far it is. Raises EngineFailed."""

    async def fingerprint(self) -> str:
        """What it will run as: equal where the same answers and sizes are to be expected; "" = none."""

    async def expected(self) -> Footprint:
        """The most that it can take where nothing was measured yet. Raises EngineFailed."""

    async def load(self, record: Record | None) -> Footprint:
        """Disk to GPU, warmed up. `record` is of an earlier load of the same. Raises EngineFailed."""

    async def sleep(self) -> None:
        """GPU to host memory; returns when the memory is seen to be free."""

    async def wake(self) -> None:
        """Host memory to GPU."""

    async def unload(self) -> None:
        """Give everything back. Never raises; may be called in any state."""

    async def evaluate(self, request: Request) -> Reply:
        """Read one résumé. Raises AnswerFailed or EngineFailed."""

    async def transcribe(self, image: bytes) -> Transcribed:
        """Read the page in `image` (JPEG or WebP). Raises AnswerFailed or EngineFailed."""

    async def check(self, recorded: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer the canary, as `recorded` if that holds one; return what it said. Raises EngineFailed."""

    async def ping(self) -> None:
        """Return soon if it lives and answers. Raises EngineFailed."""

"""A Hybrid batch in real vLLM on a CPU: tiny models with random weights, of which one at a time is awake.

The same number of résumés goes straight to the engines (all are parsed, one switch, all are decided) before and
after it goes through a worker, which finds them in its queue. Whatever is read, nobody has read before.
"""

import asyncio
import contextlib
import io
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any

from gpu_worker import tiny_checkpoints
from gpu_worker.core.scheduler import Pace
from tests.benchmarks import _place
from tests.benchmarks._place import JOB

if TYPE_CHECKING:
    from gpu_worker.engines.protocol import Engine
    from gpu_worker.moves.fleet import Fleet
    from gpu_worker.worker import Worker
    from models_admin.models import ModelConfig

PARSER, REASONER = "bench/tiny-vision", "bench/tiny-a"
RESUMES = 200
TURNS = 1  # of batches straight to the engines, before and after; and through the worker between
ALONE = 3  # read one at a time, for the pace
# One engine with 64 MiB of KV cache takes 0.28 GiB: there is room for one, and beds for both.
ROOM = {"gpu_gib": 0.45, "host_gib": 4.0}
ENGINE = {"kv_cache_memory_bytes": 64 << 20, "max_num_seqs": 8, "dtype": "bfloat16"}


@dataclass(frozen=True, kw_only=True)
class Straight:
    """A batch without a worker; seconds."""

    parse_s: float
    switch_s: float
    decide_s: float

    @property
    def all_s(self) -> float:
        return self.parse_s + self.switch_s + self.decide_s


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Of `count` résumés; `worker_s` is from the queue to the last verdict, with so many `switches`.

    `cold_s` is a switch to an engine on disk: a wake moves nothing on a CPU, so its cost says little.
    """

    count: int
    straight: list[Straight]
    cold_s: float
    parse: Pace
    decide: Pace
    worker_s: float
    switches: int

    @property
    def straight_s(self) -> float:
        """N / μ_parse + s + N / μ_decide."""
        return fmean(batch.all_s for batch in self.straight)

    @property
    def switch_s(self) -> float:
        return fmean(batch.switch_s for batch in self.straight)


def measured() -> Measured:
    _place.checkpoint(REASONER, tiny_checkpoints.TINY, seed=0)
    tiny_checkpoints.vision(_place.CHECKPOINTS / PARSER, seed=3)
    with _place.opened_with_redis(OMP_NUM_THREADS="1"):
        return asyncio.run(_measure())


async def _measure() -> Measured:
    from asgiref.sync import sync_to_async

    rows = await sync_to_async(_register)()
    async with _loaded(rows) as pair:
        straight = [await pair.straight(f"before {turn}") for turn in range(TURNS)]
        alone_decide_s = await _alone_s(pair.decide)
        await pair.bring(PARSER)
        alone_parse_s = await _alone_s(lambda number: pair.parse(f"alone {number}"))
        most = pair.parser.max_in_flight
    worker_s, switches = await _through_a_worker(rows)
    async with _loaded(rows) as pair:
        straight += [await pair.straight(f"after {turn}") for turn in range(TURNS)]
        cold_s = await pair.load_s(PARSER)
    return Measured(
        count=RESUMES,
        straight=straight,
        cold_s=cold_s,
        parse=pace(alone_parse_s, fmean(batch.parse_s for batch in straight) / RESUMES, most),
        decide=pace(alone_decide_s, fmean(batch.decide_s for batch in straight) / RESUMES, most),
        worker_s=worker_s,
        switches=switches,
    )


def pace(alone_s: float, share_s: float, most: int) -> Pace:
    """The straight line through one read alone and `most` together."""
    fixed_s = max(0.0, alone_s - share_s) * most / (most - 1)
    return Pace(fixed_s=fixed_s, each_s=max(0.0, share_s - fixed_s / most), most=most)


# Straight


class _Pair:
    """Both engines, loaded, and the fleet that moves them."""

    def __init__(self, fleet: "Fleet", rows: "list[ModelConfig]") -> None:
        from gpu_worker.moves.selections import spec_of

        self._fleet, self._specs = fleet, {row.name: spec_of(row) for row in rows}

    async def load(self) -> None:
        """The parser is awake in the end."""
        await self._fleet.bring_up(list(self._specs.values()))

    async def bring(self, name: str) -> None:
        await self._fleet.bring_up([self._specs[name]])

    async def load_s(self, name: str) -> float:
        """How long it takes from disk, in place of the other one."""
        await self._fleet.unload([self._specs[name].id])
        began_s = time.perf_counter()
        await self.bring(name)
        return time.perf_counter() - began_s

    @property
    def parser(self) -> "Engine":
        return self._fleet[self._specs[PARSER].id]

    async def parse(self, page: str) -> str:
        return (await self.parser.transcribe(image(page))).text

    async def decide(self, number: int, page: str = "") -> None:
        from gpu_worker.engines.protocol import Request

        words = (page or f"Applicant {number} " * 12,)
        reasoner = self._fleet[self._specs[REASONER].id]
        await reasoner.evaluate(
            Request(
                id=number,
                job_title=JOB["title"],
                job_description=JOB["description"],
                criteria=_place.criteria(),
                pages=words,
            )
        )

    async def straight(self, turn: str) -> Straight:
        """As many at a time as a worker gives them."""
        await self.bring(PARSER)
        most = self.parser.max_in_flight
        began_s = time.perf_counter()
        pages = await _at_most(most, (self.parse(f"{turn} {number}") for number in range(RESUMES)))
        parsed_s = time.perf_counter()
        await self.bring(REASONER)
        switched_s = time.perf_counter()
        await _at_most(most, (self.decide(number, page) for number, page in enumerate(pages)))
        ended_s = time.perf_counter()
        return Straight(
            parse_s=parsed_s - began_s, switch_s=switched_s - parsed_s, decide_s=ended_s - switched_s
        )


@contextlib.asynccontextmanager
async def _loaded(rows: "list[ModelConfig]") -> AsyncIterator[_Pair]:
    from gpu_worker.engines import providers
    from tests.gpu_worker.looking import make_worker

    fleet = make_worker(providers.engine, **ROOM).fleet  # of a worker that never begins
    try:
        pair = _Pair(fleet, rows)
        await pair.load()
        yield pair
    finally:
        await fleet.close()


async def _at_most(count: int, calls: Iterable[Awaitable[Any]]) -> list[Any]:
    room = asyncio.Semaphore(count)

    async def one(call: Awaitable[Any]) -> Any:
        async with room:
            return await call

    return await asyncio.gather(*(one(call) for call in calls))


async def _alone_s(read: Callable[[int], Awaitable[object]]) -> float:
    began_s = time.perf_counter()
    for number in range(ALONE):
        await read(number)
    return (time.perf_counter() - began_s) / ALONE


def image(said: str) -> bytes:
    """A page that nobody else has."""
    from PIL import Image, ImageDraw

    page = Image.new("L", (800, 1131), 255)
    ImageDraw.Draw(page).text((80, 80), said)
    kept = io.BytesIO()
    page.save(kept, "WEBP")
    return kept.getvalue()


# Through a worker


async def _through_a_worker(rows: "list[ModelConfig]") -> tuple[float, int]:
    """The mean of some batches, and the most switches that one of them took."""
    from asgiref.sync import sync_to_async

    from candidates.models import Evaluation, EvaluationStatus
    from gpu_worker.engines import providers
    from tests.gpu_worker.looking import seen, serving, working

    await sync_to_async(_select)(rows)
    open_ones = Evaluation.objects.filter(status__in=[EvaluationStatus.QUEUED, EvaluationStatus.RUNNING])
    took_s, switches = [], []
    async with working(providers.engine, **ROOM) as worker:
        await seen(serving(REASONER), limit_s=120)
        for turn in range(TURNS):
            await seen(lambda: worker.turns.engine == rows[0].pk)  # it comes back when nothing waits
            before = _switches(worker)
            await sync_to_async(_enqueue)(turn)
            began_s = time.perf_counter()
            worker.look.set()
            while worker.work.evaluations.hand or worker.work.transcripts.hand or await open_ones.aexists():
                assert not worker.stopping.is_set(), "the worker has stopped"
                await asyncio.sleep(0.05)
            took_s.append(time.perf_counter() - began_s)
            switches.append(_switches(worker) - before)
    failed = await Evaluation.objects.filter(status=EvaluationStatus.FAILED).acount()
    assert not failed, f"{failed} have failed"
    return fmean(took_s), max(switches)


def _switches(worker: "Worker") -> int:
    registry = worker.metrics._registry
    counts = [registry.get_sample_value("wfc_switch_seconds_count", {"model": m}) for m in (PARSER, REASONER)]
    return int(sum(count or 0 for count in counts))


def _register() -> "list[ModelConfig]":
    from models_admin.models import ModelConfig

    # The likeliest word of random weights is none, and no page is read to its end.
    parser: dict[str, Any] = {"type": ModelConfig.Type.VISION_OCR, "max_tokens": 24, "temperature": 1.0}
    _place.register([PARSER], engine_args=ENGINE, **parser)
    _place.register([REASONER], engine_args=ENGINE, is_default=False)
    return [ModelConfig.objects.get(name=name) for name in (PARSER, REASONER)]


def _select(pair: "list[ModelConfig]") -> None:
    """As if an earlier process had served the pair."""
    from models_admin.models import GpuWorker

    GpuWorker.objects.create(
        name="gpu0",
        host="",
        pid=1,
        pid_started_at=0.0,
        device="CPU",
        status=GpuWorker.Status.STOPPED,
        mode="hybrid",
        parser=pair[0],
        model_config=pair[1],
    )


def _enqueue(turn: int) -> None:
    """One transaction, and no nudge: the clock starts when the worker is told to look."""
    from django.contrib.auth.models import User
    from django.core.files.base import ContentFile
    from django.core.files.storage import storages
    from django.db import transaction
    from django.utils import timezone

    from candidates.models import Application, Evaluation, Resume
    from jobs import openings

    keys = [
        storages["documents"].save(f"{turn}-{number}.webp", ContentFile(image(f"worker {turn} {number}")))
        for number in range(RESUMES)
    ]
    owner, _ = User.objects.get_or_create(username="bench")
    with transaction.atomic():
        job = openings.create(owner=owner, title=JOB["title"], description=JOB["description"])
        resumes = Resume.objects.bulk_create(
            Resume(
                sha256=f"{turn:032x}{number:032x}",
                storage_key=f"{turn}-{number}.pdf",
                media_type="application/pdf",
                size_bytes=1,
                page_count=1,
                pages=[{"width_pt": 1, "height_pt": 1, "text": "", "image": {"key": key}}],
                prepared_at=timezone.now(),
            )
            for number, key in enumerate(keys)
        )
        applications = Application.objects.bulk_create(
            Application(job=job, resume=resume, file_name="a.pdf") for resume in resumes
        )
        Evaluation.objects.bulk_create(
            Evaluation(application=application, job_version=job.current) for application in applications
        )

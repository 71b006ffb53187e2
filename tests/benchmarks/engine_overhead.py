"""What the worker costs beside vLLM: evaluations through it, against the same prompts straight to AsyncLLM.

Real vLLM. Through the worker an evaluation is claimed, prompted, generated, validated, written in one
transaction and announced; straight, the same prompts go to the same engine with the same sampling and as many
at once. They take turns, with résumés that neither has seen.

1. The rate, with 105 million random parameters and answers of some 200 tokens, as long as the schema lets
   random words run.
2. The worker's own processor time for one evaluation, all but EngineCore, which is another process. The
   schema has no answer of one token, so answers are cut off after one (claim, prompt, the write of a failure;
   each evaluation is claimed three times); whole ones (validation, the write of an answer, the person) are
   shown beside. From both is taken what AsyncLLM alone needs for the same prompts.

Prints JSON lines {"name", "value", "unit", "ratio", "against"}.

Goals: at least 0.95 of the straight rate; at most 5 ms of processor time for an evaluation of one token.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from gpu_worker import tiny_checkpoints
from tests.benchmarks import _lines, _place
from tests.benchmarks._place import JOB

if TYPE_CHECKING:
    from gpu_worker.engines.vllm.engine import VllmEngine
    from gpu_worker.worker import Worker

SMALL, TINY = "bench/small", "bench/tiny-a"
AT_ONCE = 8
TURNS = 3
RESUMES, WHOLE_ANSWERS, CUT_ANSWERS = 16, 24, 96
ATTEMPTS = 3  # an answer that is cut off is asked for again, and fails for good at the third
GOAL_SHARE, GOAL_MS = 0.95, 5.0
STRAIGHT = "the same prompts straight to AsyncLLM"
# Not bfloat16: CPUs without instructions for it compute it ten times slower.
ENGINE = {"kv_cache_memory_bytes": 1 << 30, "max_num_seqs": AT_ONCE, "dtype": "float32"}


@dataclass(frozen=True, kw_only=True)
class Took:
    """Of one turn: seconds, and processor seconds of the process that AsyncLLM and worker share."""

    seconds: float
    cpu_s: float


def main() -> None:
    if _lines.no_vllm():
        return
    _place.checkpoint(SMALL, tiny_checkpoints.SMALL, seed=1)
    _place.checkpoint(TINY, tiny_checkpoints.TINY, seed=0)
    with _place.opened_with_redis():
        tell_rate(asyncio.run(compared(SMALL, RESUMES, TURNS)))
        quick = asyncio.run(compared(TINY, WHOLE_ANSWERS, TURNS))
        cut = asyncio.run(compared(TINY, CUT_ANSWERS, TURNS, max_tokens=1))
    tell_cpu(quick, cut)


def tell_cpu(whole: list[tuple[Took, Took]], cut: list[tuple[Took, Took]]) -> None:
    one_ms = show_cpu("one_token", cut, CUT_ANSWERS, attempts=ATTEMPTS)
    show_cpu("whole_answer", whole, WHOLE_ANSWERS)
    words = f"at most {GOAL_MS:.0f} ms of processor time"
    _lines.goal("engine_overhead.cpu", one_ms <= GOAL_MS, one_ms / GOAL_MS, words)


def show_cpu(name: str, turns: list[tuple[Took, Took]], count: int, attempts: int = 1) -> float:
    """Show and return the worker's milliseconds beside AsyncLLM for one of `count` evaluations."""
    alone_ms = median(1000 * straight.cpu_s / count for _, straight in turns)
    beside_ms = median(1000 * ours.cpu_s / count / attempts for ours, _ in turns) - alone_ms
    unit = "ms of processor time per evaluation"
    _lines.show(f"engine_overhead.cpu.{name}", beside_ms, unit, beside_ms / alone_ms, "AsyncLLM's own")
    return beside_ms


def tell_rate(turns: list[tuple[Took, Took]]) -> None:
    ours_s, straight_s = median(ours.seconds for ours, _ in turns), median(took.seconds for _, took in turns)
    share = median(straight.seconds / ours.seconds for ours, straight in turns)
    _lines.show("engine_overhead.straight", RESUMES / straight_s, "evaluations/s", 1.0, "itself")
    _lines.show("engine_overhead.worker", RESUMES / ours_s, "evaluations/s", share, STRAIGHT)
    words = f"at least {GOAL_SHARE} of the straight rate"
    _lines.goal("engine_overhead.rate", share >= GOAL_SHARE, share / GOAL_SHARE, words)


async def compared(
    name: str, count: int, turns: int, max_tokens: int | None = None
) -> list[tuple[Took, Took]]:
    """Through the worker and straight, `turns` times; the one that begins changes."""
    found = []
    async with serving(name, max_tokens) as (worker, engine):
        for turn in range(turns):
            texts = [page(turn, number) for number in range(count)]
            straight = await directly(engine, texts) if turn % 2 else None
            ours = await through(worker, engine, texts)
            found.append((ours, straight or await directly(engine, texts)))
    return found


@contextlib.asynccontextmanager
async def serving(name: str, max_tokens: int | None) -> "AsyncIterator[tuple[Worker, VllmEngine]]":
    """A worker of this process that serves `name`, which has answered once."""
    from asgiref.sync import sync_to_async

    from gpu_worker.engines import providers
    from tests.gpu_worker.looking import working

    await sync_to_async(register)(name, max_tokens)
    async with working(providers.engine, gpu_gib=8.0, host_gib=8.0) as worker:
        while worker.swapper.serving is None:
            await asyncio.sleep(0.05)
        engine: Any = worker.fleet[worker.swapper.serving.model_config_id]
        await directly(engine, [page(99, 0)])
        yield worker, engine


def register(name: str, max_tokens: int | None) -> None:
    from candidates.models import Application, Evaluation
    from models_admin.models import GpuWorker, ModelConfig

    Application.objects.update(current_evaluation=None)
    for rows in (Evaluation, Application, GpuWorker, ModelConfig):
        rows.objects.all().delete()
    _place.register([name], engine_args=ENGINE, max_tokens=max_tokens)


async def through(worker: "Worker", engine: "VllmEngine", texts: list[str]) -> Took:
    """As evaluations that are in the queue already, until the last one has ended."""
    from asgiref.sync import sync_to_async

    from candidates.models import Evaluation

    left = Evaluation.objects.filter(status__in=["queued", "running"])

    async def work() -> None:
        worker.look.set()
        while not worker.stopping.is_set() and (
            worker.work.evaluations.hand or await sync_to_async(left.exists)()
        ):
            await asyncio.sleep(0.02)
        assert not worker.stopping.is_set(), "the worker has stopped"  # why is raised where it ends

    await sync_to_async(enqueue)(texts)
    return await took(engine, work())


async def directly(engine: "VllmEngine", texts: list[str]) -> Took:
    """To the AsyncLLM of `engine`, as many at a time as the worker gives it."""
    from candidates.evaluations import prompts

    chat, llm, criteria = engine._chat(), engine._running(), _place.criteria()
    room = asyncio.Semaphore(engine.max_in_flight)

    async def ask(number: int, text: str) -> None:
        async with room:
            asked = prompts.decide(JOB["title"], JOB["description"], (text,), criteria=criteria)
            prompt: Any = chat.prompt(asked)
            async for _ in llm.generate(prompt, chat.sampling(criteria=criteria), f"straight-{number}"):
                pass

    async def work() -> None:
        await asyncio.gather(*(ask(number, text) for number, text in enumerate(texts)))

    return await took(engine, work())


async def took(engine: "VllmEngine", work: Awaitable[object]) -> Took:
    await engine._running().reset_prefix_cache()  # what the other one had read
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    await work
    return Took(seconds=time.perf_counter() - began_s, cpu_s=time.process_time() - began_cpu_s)


def enqueue(texts: list[str]) -> None:
    """One transaction, and no nudge: the clock starts when the worker is told to look."""
    from django.contrib.auth.models import User
    from django.db import transaction
    from django.utils import timezone

    from candidates.models import Application, Evaluation, Resume
    from jobs import openings

    owner, _ = User.objects.get_or_create(username="bench")
    with transaction.atomic():
        job = openings.create(owner=owner, title=JOB["title"], description=JOB["description"])
        resumes = Resume.objects.bulk_create(
            Resume(
                sha256=f"{job.pk:032x}{number:032x}",
                storage_key=f"{job.pk}-{number}",
                media_type="application/pdf",
                size_bytes=1,
                page_count=1,
                pages=[{"width_pt": 1, "height_pt": 1, "text": text}],
                prepared_at=timezone.now(),
            )
            for number, text in enumerate(texts)
        )
        applications = Application.objects.bulk_create(
            Application(job=job, resume=resume, file_name="a.pdf") for resume in resumes
        )
        Evaluation.objects.bulk_create(
            Evaluation(application=application, job_version=job.current) for application in applications
        )


def page(turn: int, number: int) -> str:
    words = f"Built service {number} of {turn} in Python and SQL for a bank, tested it. "
    return f"Applicant {number}\n" + words * 20


if __name__ == "__main__":
    main()

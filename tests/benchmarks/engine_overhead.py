"""What the worker costs beside vLLM: evaluations through it, against the same prompts straight to AsyncLLM.

Real vLLM, 105 million random parameters. Through the worker an evaluation is claimed, prompted, generated,
validated, written in one transaction and announced; straight, the same prompts go to the same engine with the
same sampling and the same number at once. Answers are about as long as the schema makes them. The second
part has answers of one token (they fail, and are written as failures): what remains is the worker's own
processor time for claim, prompt and write. Prints JSON lines {"name", "value", "unit", "ratio", "against"}.

Goals: at least 0.95 of the straight rate; at most 5 ms of the worker's processor time for an evaluation.
"""

import asyncio
import os
import time
from typing import Any

from gpu_worker import tiny_checkpoints
from tests.benchmarks import _lines, _place

NAME, SHORT_NAME = "bench/small", "bench/tiny"
RESUMES, SHORT_RESUMES = 24, 200
AT_ONCE = 8
ATTEMPTS = 3  # an answer that is cut off is asked for again, and fails for good at the third
GOAL_SHARE, GOAL_MS = 0.95, 5.0
STRAIGHT = "the same prompts straight to AsyncLLM"
PAGE = "Built services in Python and SQL for a bank, tested and documented them. " * 20


def main() -> None:
    if _lines.no_vllm():
        return
    _place.checkpoint(NAME, tiny_checkpoints.SMALL, seed=1)
    _place.checkpoint(SHORT_NAME, tiny_checkpoints.TINY, seed=1)
    with _place.opened(WFC_GPU_BUDGET_GIB="8", WFC_HOST_BUDGET_GIB="8"):
        worker_s, straight_s, _ = asyncio.run(compared(NAME, RESUMES, None))
        _, _, short_cpu_s = asyncio.run(compared(SHORT_NAME, SHORT_RESUMES, 1))
    share = straight_s / worker_s
    _lines.show("engine_overhead.worker", RESUMES / worker_s, "evaluations/s", share, STRAIGHT)
    _lines.show("engine_overhead.straight", RESUMES / straight_s, "evaluations/s", 1.0, "itself")
    cpu_ms = 1000 * short_cpu_s / (SHORT_RESUMES * ATTEMPTS)
    _lines.show("engine_overhead.cpu", cpu_ms, "ms per evaluation", cpu_ms / GOAL_MS, "the goal of 5 ms")
    _lines.goal("engine_overhead.rate", share >= GOAL_SHARE, share / GOAL_SHARE, "0.95 of the straight rate")
    _lines.goal("engine_overhead.cpu", cpu_ms <= GOAL_MS, cpu_ms / GOAL_MS, "5 ms of processor time")


async def compared(name: str, count: int, max_tokens: int | None) -> tuple[float, float, float]:
    """Seconds through the worker, seconds straight, and the worker's processor seconds without the latter."""
    from asgiref.sync import sync_to_async

    from gpu_worker.engines.providers import engine
    from tests.worker.looking import working

    await sync_to_async(prepare)(name, count, max_tokens)
    async with working(engine, gpu_gib=8.0, host_gib=8.0) as worker:
        await until(lambda: worker.swapper.serving is not None)
        running: Any = worker.fleet[worker.swapper.serving.model_config_id]  # type: ignore[union-attr]
        straight_s, straight_cpu_s = await measured(straight(running, count))
        await sync_to_async(enqueue)(count)
        worker.look.set()
        worker_s, worker_cpu_s = await measured(until_all_ended())
    return worker_s, straight_s, worker_cpu_s - (straight_cpu_s if max_tokens is None else 0.0)


async def measured(work: Any) -> tuple[float, float]:
    """Seconds, and processor seconds of this process: EngineCore is another one."""
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    await work
    return time.perf_counter() - began_s, time.process_time() - began_cpu_s


def prepare(name: str, count: int, max_tokens: int | None) -> None:
    """A fresh job with `count` applications, and a registry with one model."""
    from django.contrib.auth.models import User
    from django.utils import timezone

    from candidates.models import Application, Evaluation, Resume
    from jobs.models import Job, JobVersion
    from models_admin.models import GpuWorker, ModelConfig

    Evaluation.objects.all().delete()
    Application.objects.all().delete()
    GpuWorker.objects.all().delete()
    ModelConfig.objects.all().delete()
    arguments = {"kv_cache_memory_bytes": 1 << 30, "max_num_seqs": AT_ONCE, "dtype": "bfloat16"}
    _place.register([name], engine_args=arguments, max_tokens=None)
    ModelConfig.objects.update(max_tokens=max_tokens)
    owner, _ = User.objects.get_or_create(username="bench")
    job = Job.objects.create(owner=owner)
    JobVersion.objects.create(job=job, number=1, title="Developer", description="Python, SQL.")
    for number in range(count):
        pages = [{"width_pt": 1, "height_pt": 1, "text": page(number)}]
        resume, _ = Resume.objects.get_or_create(
            sha256=f"{os.urandom(32).hex()}",
            defaults={
                "storage_key": str(number),
                "media_type": "application/pdf",
                "size_bytes": 1,
                "pages": pages,
                "page_count": 1,
                "prepared_at": timezone.now(),
            },
        )
        Application.objects.create(job=job, resume=resume, file_name=f"{number}.pdf")


def page(number: int) -> str:
    return f"Applicant {number}\n{PAGE}"


def enqueue(count: int) -> None:
    from django.db import transaction

    from candidates import evaluations
    from candidates.models import Application

    with transaction.atomic():
        for application in Application.objects.order_by("pk"):
            evaluations.enqueue(application)


async def straight(running: Any, count: int) -> None:
    """The prompts of the job to the engine's own AsyncLLM, AT_ONCE of them at a time."""
    from candidates import prompts

    chat = running._chat()
    room = asyncio.Semaphore(AT_ONCE)

    async def ask(number: int) -> None:
        async with room:
            prompt = chat.prompt(prompts.decide("Developer", "Python, SQL.", (page(number),)))
            async for _ in running._llm.generate(prompt, chat.sampling(), f"straight-{number}"):
                pass

    await running._llm.reset_prefix_cache()
    await asyncio.gather(*(ask(number) for number in range(count)))
    await running._llm.reset_prefix_cache()


async def until_all_ended() -> None:
    from asgiref.sync import sync_to_async

    from candidates.models import Evaluation

    left = Evaluation.objects.filter(status__in=["queued", "running"])
    while await sync_to_async(left.exists)():
        await asyncio.sleep(0.1)


async def until(look: Any) -> None:
    while not look():
        await asyncio.sleep(0.05)


if __name__ == "__main__":
    main()

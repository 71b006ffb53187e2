"""A worker in this event loop, and what tests wait to see of it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Collection
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from candidates.models import Evaluation
from gpu_worker.core.residency import Budget
from gpu_worker.database import Database
from gpu_worker.moves.fleet import Fleet
from gpu_worker.moves.records import DatabaseRecords
from gpu_worker.worker import Worker
from models_admin.models import GpuWorker, ModelConfig, Phase, Swap
from models_admin.registry import options
from models_admin.swaps import wishes


def make_worker(make: Callable[..., Any], gpu_gib: float = 0, host_gib: float = 0) -> Worker:
    db = Database()
    fleet = Fleet(make, Budget(gpu_gib=gpu_gib, host_gib=host_gib), DatabaseRecords(db))
    return Worker("gpu0", fleet, port=None, db=db)


@contextlib.asynccontextmanager
async def working(make: Callable[..., Any], **budget: float) -> AsyncIterator[Worker]:
    """A worker whose engines `make` makes, stopped at the end as SIGTERM would."""
    worker = make_worker(make, **budget)
    running = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        worker.stop()
        await running


async def seen(look: Callable[[], Any], limit_s: float = 60) -> Any:
    """Return what `look` finds, as soon as it is true."""
    async with asyncio.timeout(limit_s):
        while not (found := await sync_to_async(look)()):
            await asyncio.sleep(0.02)
        return found


async def looked(worker: Worker, times: int = 10) -> None:
    """Have `worker` look for something to do so often: what it has not done then it does not do."""
    for _ in range(times):
        worker.look.set()
        await seen(lambda: not worker.look.is_set())


async def watched(idle_rounds: list[Collection[int]]) -> None:
    """Have the watch go all the way round once: it unloads who is idle now."""
    already = len(idle_rounds)
    await seen(lambda: len(idle_rounds) > already + 1)


def row() -> GpuWorker | None:
    return GpuWorker.objects.select_related("model_config").first()


def serving(name: str) -> Callable[[], bool]:
    def look() -> bool:
        worker = row()
        return bool(
            worker
            and worker.status == GpuWorker.Status.READY
            and worker.model_config
            and worker.model_config.name == name
        )

    return look


def ended(phase: Phase) -> Callable[[], Swap | None]:
    return lambda: Swap.objects.filter(phase=phase).first()


def count(status: str) -> int:
    return Evaluation.objects.filter(status=status).count()


def wish_now(model: ModelConfig) -> wishes.Wish:
    name, mode = options.name_and_mode(model)
    return wishes.make_wish(model_name=name, mode=mode, user=AnonymousUser())


async def with_weights(name: str, **changes: Any) -> ModelConfig:
    """A registered model that has to be loaded."""
    values = {"name": name, "display_name": name, "type": "multimodal", "inference_modes": ["one_shot"]}
    return await ModelConfig.objects.acreate(**values | changes)


async def pinned(waiting: Callable[[str], Evaluation], letter: str, to: ModelConfig) -> Evaluation:
    """An evaluation that waits for the model `to`; it was made by `waiting`."""

    @transaction.atomic
    def make() -> Evaluation:
        evaluation = waiting(letter)
        evaluation.pinned, evaluation.mode, evaluation.model_config = True, "one_shot", to
        evaluation.save()
        return evaluation

    return await sync_to_async(make)()


wish = sync_to_async(wish_now)

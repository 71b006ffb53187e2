"""The workers on the Models page, each with its memory."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from models_admin.models import GpuWorker
from models_admin.overview.shown import Shown
from models_admin.present import Present, has_gpu

SILENT_WITHIN = timedelta(days=7)  # workers that have been gone for longer are left out
HEARTBEAT_STEP_S = 5  # heartbeats are rounded down to this, or each would be a message
GPU_BARS = ("GPU memory", "Host memory")
CPU_BARS = ("Awake models", "Sleeping models")


@dataclass(frozen=True, kw_only=True)
class MemoryBar:
    """GiB (2**30 bytes), to one decimal: smaller changes are not worth a message."""

    key: str
    label: str
    held_gib: float
    budget_gib: float

    @property
    def text(self) -> str:
        return f"{self.held_gib} of {self.budget_gib} GiB"


@dataclass(frozen=True, kw_only=True)
class WorkerCard(Shown):
    """`memory` is empty until the worker has reported what it holds. If not `is_live`, it may have ended.

    `heard_at` is its last heartbeat, rounded down to `HEARTBEAT_STEP_S` seconds.
    """

    pk: int
    name: str
    device: str
    status: str
    status_text: str
    error: str
    waits: str
    selection: str
    has_gpu: bool
    memory: tuple[MemoryBar, ...]
    is_live: bool
    heard_at: datetime


def worker_cards(present: Present) -> Iterable[WorkerCard]:
    """Yield the live workers, then the silent ones."""
    for worker in [*present.workers, *_silent(present)]:
        yield _card(present, worker)


def _card(present: Present, worker: GpuWorker) -> WorkerCard:
    option = present.option_of(worker)
    return WorkerCard(
        pk=worker.pk,
        name=worker.name,
        device=worker.device,
        status=worker.status,
        status_text=worker.get_status_display(),
        error=worker.error,
        waits=worker.waits,
        selection=option.display_name if option else "",
        has_gpu=has_gpu(worker),
        memory=_memory(worker) if worker.is_live else (),
        is_live=worker.is_live,
        heard_at=_rounded_down(worker.heartbeat_at, HEARTBEAT_STEP_S),
    )


def _silent(present: Present) -> list[GpuWorker]:
    """Return the workers that have stopped or fallen silent lately."""
    gone = GpuWorker.objects.exclude(pk__in=[worker.pk for worker in present.workers])
    return list(gone.filter(heartbeat_at__gte=timezone.now() - SILENT_WITHIN).order_by("name"))


def _rounded_down(moment: datetime, seconds: int) -> datetime:
    return moment - timedelta(seconds=moment.second % seconds, microseconds=moment.microsecond)


def _memory(worker: GpuWorker) -> tuple[MemoryBar, ...]:
    if not worker.memory:
        return ()
    gpu, host = GPU_BARS if has_gpu(worker) else CPU_BARS
    said: dict[str, Any] = worker.memory
    return tuple(
        MemoryBar(
            key=key,
            label=label,
            held_gib=round(said.get(f"{key}_held_gib", 0.0), 1),
            budget_gib=round(said.get(f"{key}_budget_gib", 0.0), 1),
        )
        for key, label in (("gpu", gpu), ("host", host))
    )

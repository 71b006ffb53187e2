"""What the Models page shows: memory of the workers, the registry as it stands, swaps that run and ran.

Values without rows, equal where the page looks equal: nine queries, however much there is, and one for each
model that has work.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.utils import timezone

from models_admin import backlog, catalogue, swap_chart
from models_admin.backlog import Waiting
from models_admin.catalogue import Present
from models_admin.models import (
    ENDED_PHASES,
    RUNNING_PHASES,
    EngineRecord,
    GpuWorker,
    Mode,
    ModelConfig,
    Phase,
    Swap,
)
from models_admin.registry.options import Option
from models_admin.swap_chart import Bar

PAST_SWAPS = 20
SILENT_WITHIN = timedelta(days=7)  # a worker that has been gone for longer is no news
BEAT_SHOWN_S = 5  # a heartbeat is shown to so many seconds, or each would be a message
GPU_BARS = ("GPU memory", "Host memory")
CPU_BARS = ("Awake models", "Sleeping models")
T = TypeVar("T")


class Shown:
    """Something with an element of its own on the page."""

    @property
    def version(self) -> str:
        """Differs when anything of it differs, in every process alike."""
        return hashlib.blake2s(repr(self).encode(), digest_size=8).hexdigest()


class Rows(tuple[T, ...], Shown):
    """One part of the page: what stands in it, in order."""


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
    """`memory` is empty while the worker has not said what it holds. `is_live` False: it may have ended.

    `heard_at` is its last heartbeat, to `BEAT_SHOWN_S` seconds.
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


@dataclass(frozen=True, kw_only=True)
class Size:
    """GiB of an engine, awake and asleep, as measured."""

    awake_gib: float
    asleep_gib: float


@dataclass(frozen=True, kw_only=True)
class Expected:
    """Seconds that a swap to `option` takes by what the last ones took."""

    option: str
    seconds: float


@dataclass(frozen=True, kw_only=True)
class ModelRow(Shown):
    """An enabled model. `size` is None where nothing was measured; `obstacle` says why it cannot run here."""

    pk: int
    display_name: str
    name: str
    type_text: str
    active: bool
    pinned: bool
    place: str
    has_weights: bool
    obstacle: str
    size: Size | None
    expected: tuple[Expected, ...]


@dataclass(frozen=True, kw_only=True)
class OpenSwap(Shown):
    """A swap that waits or runs. `ended` tells the seconds of its phases so far; `began_at` is "" before."""

    pk: int
    target: str
    worker: str
    asked_by: str
    phase: str
    phase_text: str
    progress_percent: int
    eta_seconds: float | None
    began_at: str
    ended: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class QueueLine(Shown):
    """Work that waits for one selection, `name`; "" = for whichever is active.

    `note` says what has to happen first; `takes` how long all of it will, as fast as its model read lately,
    "" where that is not known.
    """

    key: str
    name: str
    note: str
    count: int
    oldest_at: str
    takes: str


@dataclass(frozen=True, kw_only=True)
class PastSwap(Shown):
    """`worker` is "" where one worker has done all that is shown."""

    pk: int
    target: str
    worker: str
    asked_by: str
    requested_at: datetime
    phase: str
    outcome: str
    reason: str
    bar: Bar


@dataclass(frozen=True, kw_only=True)
class Overview:
    workers: Rows[WorkerCard]
    open_swaps: Rows[OpenSwap]
    queue: Rows[QueueLine]
    models: Rows[ModelRow]
    past_swaps: Rows[PastSwap]
    legend = tuple(RUNNING_PHASES)


def read() -> Overview:
    present = Present()
    return Overview(
        workers=Rows(_worker(present, worker) for worker in [*present.workers, *_silent(present)]),
        open_swaps=Rows(_open_swap(present, swap) for swap in present.swaps),
        queue=Rows(_queue(present)),
        models=Rows(_models(present)),
        past_swaps=Rows(_past_swaps()),
    )


def _worker(present: Present, worker: GpuWorker) -> WorkerCard:
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
        has_gpu=catalogue.has_gpu(worker),
        memory=_memory(worker) if worker.is_live else (),
        is_live=worker.is_live,
        heard_at=_to(BEAT_SHOWN_S, worker.heartbeat_at),
    )


def _silent(present: Present) -> list[GpuWorker]:
    """The workers that have signed off or fallen silent lately."""
    gone = GpuWorker.objects.exclude(pk__in=[worker.pk for worker in present.workers])
    return list(gone.filter(heartbeat_at__gte=timezone.now() - SILENT_WITHIN).order_by("name"))


def _to(seconds: int, moment: datetime) -> datetime:
    return moment - timedelta(seconds=moment.second % seconds, microseconds=moment.microsecond)


def _memory(worker: GpuWorker) -> tuple[MemoryBar, ...]:
    if not worker.memory:
        return ()
    gpu, host = GPU_BARS if catalogue.has_gpu(worker) else CPU_BARS
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


def _open_swap(present: Present, swap: Swap) -> OpenSwap:
    return OpenSwap(
        pk=swap.pk,
        target=option.display_name if (option := present.option_of(swap)) else "",
        worker=next(worker.name for worker in present.workers if worker.pk == swap.worker_id),
        asked_by=_asked_by(swap),
        phase=swap.phase,
        phase_text=swap.get_phase_display(),
        progress_percent=round(swap.progress * 100),
        eta_seconds=swap.eta_seconds,
        began_at=swap.began_at.isoformat() if swap.began_at else "",
        ended=_ended(swap),
    )


def _queue(present: Present) -> Iterable[QueueLine]:
    """What any selection may serve first, then what is pinned, the oldest first."""
    groups = sorted(backlog.waiting(), key=lambda group: group.oldest_at)
    anybodys = [group for group in groups if not group.pinned]
    pinned = [group for group in groups if group.pinned]
    rows = {row.model_config_id for row in pinned} | {present.current and present.current.model_config.pk}
    paces_s = backlog.paces_s([id_ for id_ in rows if id_]) if groups else {}
    if anybodys:
        yield _queue_line("", "", present.current, anybodys, paces_s)
    for group in pinned:
        option = present.option_of(group)
        name = option.display_name if option else "a model that has left the registry"
        yield _queue_line(name, _before(present, option), option, [group], paces_s)


def _queue_line(
    name: str,
    note: str,
    option: Option | None,
    groups: Sequence[Waiting],
    paces_s: Mapping[int, float],
) -> QueueLine:
    count = sum(group.count for group in groups)
    pace_s = paces_s.get(option.model_config.pk) if option else None
    return QueueLine(
        key="-".join(str(part or 0) for part in option.key) if name and option else "any",
        name=name,
        note=note,
        count=count,
        oldest_at=groups[0].oldest_at.isoformat(timespec="seconds"),
        takes="" if pace_s is None else _duration(pace_s * count),
    )


def _before(present: Present, option: Option | None) -> str:
    """What has to happen before the work that is pinned to `option` begins."""
    if option is None:
        return ""
    if why := option.obstacle(present.workers):
        return why
    return "" if present.residency(option) in ("gpu", "") else "Waits for its turn on the GPU."


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _ended(swap: Swap) -> tuple[str, ...]:
    return tuple(segment.text for segment in swap_chart.bars([swap.phase_seconds])[0].segments)


def _target(swap: Swap) -> str:
    return Option(mode=Mode(swap.mode), model_config=swap.model_config, parser=swap.parser).display_name


def _asked_by(swap: Swap) -> str:
    return swap.requested_by.get_username() if swap.requested_by else "somebody who has left"


def _models(present: Present) -> Iterable[ModelRow]:
    sizes = _sizes(present.workers)
    choices = [(option, present.choice(option)) for option in present.offered]
    for row in present.rows:
        if not row.enabled:
            continue
        expected = (
            Expected(option=choice.display_name, seconds=choice.eta_seconds)
            for option, choice in choices
            if row in option.rows and choice.eta_seconds is not None
        )
        alone = Option(mode=Mode.ONE_SHOT, model_config=row)
        yield ModelRow(
            pk=row.pk,
            display_name=row.display_name,
            name=row.name,
            type_text=row.get_type_display(),
            active=present.current is not None and row in present.current.rows,
            pinned=row.pin,
            place=present.place(row),
            has_weights=row.type != ModelConfig.Type.RULES,
            obstacle=alone.obstacle(present.workers),
            size=sizes.get(row.pk),
            expected=tuple(expected),
        )


def _sizes(workers: Iterable[GpuWorker]) -> dict[int, Size]:
    """By the model's id: what the newest record says, else, and before it, what a worker holds now."""
    sizes = {
        record.model_config_id: Size(awake_gib=record.gpu_gib, asleep_gib=record.host_gib)
        for record in EngineRecord.objects.order_by("measured_at").defer("canary")
    }
    for worker in workers:
        for id_, engine in worker.memory.get("engines", {}).items():
            sizes[int(id_)] = Size(awake_gib=engine["gpu_gib"], asleep_gib=engine["host_gib"])
    return sizes


def _past_swaps() -> Iterable[PastSwap]:
    """The newest that have ended, newest first."""
    ended = Swap.objects.filter(phase__in=ENDED_PHASES).order_by("-pk")
    swaps = list(ended.select_related("model_config", "parser", "requested_by", "worker")[:PAST_SWAPS])
    several = len({swap.worker_id for swap in swaps}) > 1
    bars = swap_chart.bars([swap.phase_seconds for swap in swaps])
    for swap, bar in zip(swaps, bars, strict=True):
        yield PastSwap(
            pk=swap.pk,
            target=_target(swap),
            worker=swap.worker.name if several else "",
            asked_by=_asked_by(swap),
            requested_at=swap.requested_at,
            phase=swap.phase,
            outcome=swap.get_phase_display(),
            reason="" if swap.phase == Phase.READY else swap.reason,
            bar=bar,
        )

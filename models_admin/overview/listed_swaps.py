"""The swaps on the Models page: those that wait or run, and the newest that have ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from models_admin.models import ENDED_PHASES, Mode, Phase, Swap
from models_admin.overview.shown import Shown
from models_admin.overview.swap_chart import Bar, bars
from models_admin.present import Present
from models_admin.registry.options import Option

PAST_SWAPS = 20


@dataclass(frozen=True, kw_only=True)
class OpenSwap(Shown):
    """A swap that waits or runs. `ended` lists its past phases with their seconds.

    `began_at` is "" while it waits.
    """

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
class PastSwap(Shown):
    """`worker` is "" if one worker made all the swaps that are shown."""

    pk: int
    target: str
    worker: str
    asked_by: str
    requested_at: datetime
    phase: str
    outcome: str
    reason: str
    bar: Bar


def open_swaps(present: Present) -> Iterable[OpenSwap]:
    for swap in present.swaps:
        yield _open_swap(present, swap)


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
        ended=tuple(segment.text for segment in bars([swap.phase_seconds])[0].segments),
    )


def past_swaps() -> Iterable[PastSwap]:
    """Yield the last `PAST_SWAPS` swaps that have ended, newest first."""
    ended = Swap.objects.filter(phase__in=ENDED_PHASES).order_by("-pk")
    swaps = list(ended.select_related("model_config", "parser", "requested_by", "worker")[:PAST_SWAPS])
    several = len({swap.worker_id for swap in swaps}) > 1
    for swap, bar in zip(swaps, bars([swap.phase_seconds for swap in swaps]), strict=True):
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


def _target(swap: Swap) -> str:
    return Option(mode=Mode(swap.mode), model_config=swap.model_config, parser=swap.parser).display_name


def _asked_by(swap: Swap) -> str:
    return swap.requested_by.get_username() if swap.requested_by else "somebody who has left"

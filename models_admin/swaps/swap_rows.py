"""The life of a Swap row as its worker writes it. `wishes` makes the rows; `core.swapper` decides."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from models_admin.kit import audit, messages
from models_admin.kit.messages import Message, Report
from models_admin.kit.publishing import publish
from models_admin.models import ENDED_PHASES, RUNNING_PHASES, GpuWorker, Mode, ModelConfig, Phase, Swap
from models_admin.registry.options import Option
from models_admin.swaps import history
from models_admin.swaps.progress import progress

INTERRUPTED = "The worker ended in the middle of this swap; its restart brought the last model back."
NEWER_WISH = "A newer wish took its place."


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A wish as its worker takes it up."""

    swap_id: int
    mode: str
    model_config: ModelConfig
    parser: ModelConfig | None
    cold: bool

    @property
    def rows(self) -> tuple[ModelConfig, ...]:
        """What is to be loaded, parser first, as the registry said when the wish was taken."""
        return (self.parser, self.model_config) if self.parser else (self.model_config,)


def waits(worker: GpuWorker) -> bool:
    """Whether a wish waits for `worker`. Looking takes no lock."""
    return Swap.objects.filter(worker=worker, phase=Phase.QUEUED).exists()


def nothing_is_loaded(row: ModelConfig) -> bool:
    return False


def take(worker: GpuWorker, is_loaded: Callable[[ModelConfig], bool] = nothing_is_loaded) -> Wanted | None:
    """Begin the swap that waits for `worker`, if one does.

    `is_loaded` says whether an engine of a model, as its row is now, is not on disk alone. Looking and taking
    are one step, under the lock that a wish takes too.
    """
    if not waits(worker):  # mostly so
        return None
    waiting = Swap.objects.filter(worker=worker, phase=Phase.QUEUED).select_related("model_config", "parser")
    with transaction.atomic():
        serving = _locked(worker.pk)
        swap = waiting.get()  # a newer wish may have replaced it, but one waits
        wanted = Wanted(
            swap_id=swap.pk,
            mode=swap.mode,
            model_config=swap.model_config,
            parser=swap.parser,
            cold=_is_cold(swap, is_loaded),
        )
        swap.cold = wanted.cold
        _moved(swap, Phase.PREPARING if swap.cold else Phase.DRAINING)
        swap.previous_mode, swap.previous_model_config_id = serving.mode, serving.model_config_id
        swap.previous_parser_id = serving.parser_id
        _begin(swap)
    return wanted


def _is_cold(swap: Swap, is_loaded: Callable[[ModelConfig], bool]) -> bool:
    rows = [row for row in (swap.parser, swap.model_config) if row is not None]
    return any(row.provider == ModelConfig.Provider.VLLM and not is_loaded(row) for row in rows)


@dataclass(frozen=True, kw_only=True)
class Ended:
    """What became of a swap; `source` and `target` are names of options, "" where nothing served before."""

    outcome: str
    source: str
    target: str
    phase_seconds: Mapping[str, float]


class SwapEnded(Exception):
    """Another process has ended this swap: this one works no longer under its name, and must stop."""


def show(swap_id: int, phase: str, reason: str = "", since: datetime | None = None) -> None:
    """Write the phase that began at `since` (now), and the seconds of the one that ended then.

    Raises SwapEnded.
    """
    with transaction.atomic():
        swap = _running(swap_id)
        if swap.phase != phase:  # draining began when the wish was taken
            _moved(swap, phase, reason, since)
            _estimate(swap)
            _begin(swap)


def _begin(swap: Swap) -> None:
    """Write a phase that has begun. The worker says SWAPPING."""
    swap.save()
    GpuWorker.objects.filter(pk=swap.worker_id).update(status=GpuWorker.Status.SWAPPING)
    _announce(swap)


def tell(swap_id: int, fetched: float | None) -> None:
    """Write how far the swap is within its phase; `fetched` is the share of its weights that is here."""
    swap = Swap.objects.filter(pk=swap_id, phase__in=RUNNING_PHASES).first()
    if swap is None:
        return
    _estimate(swap, fetched)
    now = {"progress": swap.progress, "eta_seconds": swap.eta_seconds}
    if Swap.objects.filter(pk=swap_id, phase=swap.phase).update(**now):
        _announce(swap)


def _estimate(swap: Swap, fetched: float | None = None) -> None:
    """Write progress and expected seconds into `swap`, from what it and earlier ones took on this worker."""
    phase_s = (timezone.now() - swap.phase_since).total_seconds()
    ended_s, earlier_s = history.worked_s(swap), history.earlier_s(swap)
    now = progress(swap.phase, phase_s, ended_s, earlier_s, fetched, swap.progress)
    swap.progress, swap.eta_seconds = now.share, now.eta_seconds


def end(
    swap_id: int,
    phase: str,
    reason: str,
    *,
    mode: str = "",
    model_config_id: int | None = None,
    parser_id: int | None = None,
) -> Ended:
    """End the swap and write the selection that serves now (none: the worker is in error), together.

    Raises SwapEnded.
    """
    with transaction.atomic():
        swap = _moved(_running(swap_id), phase, reason)
        swap.progress, swap.ended_at = 1.0, swap.phase_since
        swap.save()
        serving = model_config_id is not None
        changes: dict[str, object] = {"status": GpuWorker.Status.READY if serving else GpuWorker.Status.ERROR}
        if serving:
            changes |= {"mode": mode, "model_config_id": model_config_id, "parser_id": parser_id, "error": ""}
        elif swap.phase != Phase.SUPERSEDED:  # then what was wrong before still is
            changes["error"] = reason[:500]
        if swap.phase == Phase.READY:  # its engines were loaded after this, as the registry says since
            changes["serving_since"] = swap.requested_at
        GpuWorker.objects.filter(pk=swap.worker_id).update(**changes)
        audit.record("swap." + phase, swap, swap.requested_by_id, model_config_id=swap.model_config_id)
        _announce(swap)
    return Ended(
        outcome=phase,
        source=_name(swap.previous_mode, swap.previous_model_config, swap.previous_parser),
        target=_name(swap.mode, swap.model_config, swap.parser),
        phase_seconds=swap.phase_seconds,
    )


def _name(mode: str, model_config: ModelConfig | None, parser: ModelConfig | None) -> str:
    if model_config is None:
        return ""
    return Option(mode=Mode(mode), model_config=model_config, parser=parser).name


def _running(swap_id: int) -> Swap:
    """The swap, its worker's row locked first: the order that a wish locks in, so that they never cross."""
    GpuWorker.objects.select_for_update().only("pk").get(swaps=swap_id)
    swap = Swap.objects.get(pk=swap_id)
    if swap.phase in ENDED_PHASES:
        raise SwapEnded(f"swap {swap_id} has ended: {swap.phase}")
    return swap


def _locked(worker_id: int) -> GpuWorker:
    return GpuWorker.objects.select_for_update().get(pk=worker_id)


def _moved(swap: Swap, phase: str, reason: str = "", since: datetime | None = None) -> Swap:
    since = since or timezone.now()
    swap.phase_seconds[swap.phase] = round((since - swap.phase_since).total_seconds(), 4)
    swap.phase, swap.phase_since, swap.reason = Phase(phase), since, reason[:500]
    return swap


def interrupt_leftovers(worker: GpuWorker) -> None:
    """Close what an earlier process of `worker` was in the middle of. Wishes that wait go on waiting."""
    for swap in Swap.objects.filter(worker=worker, phase__in=RUNNING_PHASES):
        _moved(swap, Phase.INTERRUPTED, INTERRUPTED)
        swap.ended_at = swap.phase_since
        swap.save()
        audit.record("swap.interrupted", swap, swap.requested_by_id, model_config_id=swap.model_config_id)
        _announce(swap)


def _announce(swap: Swap) -> None:
    publish(messages.MODELS, Message(type=Report.SWAP_CHANGED, id=swap.pk))

"""The life cycle of a Swap row, written by its worker. `wishes` makes the rows; `core.swapper` decides."""

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

INTERRUPTED = "The worker ended during this swap; its restart brought the previous model back."
NEWER_WISH = "A newer wish took its place."


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A wish that its worker has taken."""

    swap_id: int
    mode: str
    model_config: ModelConfig
    parser: ModelConfig | None
    cold: bool

    @property
    def rows(self) -> tuple[ModelConfig, ...]:
        """The models to load, parser first, as the registry was when the wish was taken."""
        return (self.parser, self.model_config) if self.parser else (self.model_config,)


def has_waiting_wish(worker: GpuWorker) -> bool:
    """Whether a wish waits for `worker`. Takes no lock."""
    return Swap.objects.filter(worker=worker, phase=Phase.QUEUED).exists()


def nothing_is_loaded(row: ModelConfig) -> bool:
    return False


def take_wish(
    worker: GpuWorker, is_loaded: Callable[[ModelConfig], bool] = nothing_is_loaded
) -> Wanted | None:
    """Begin the swap that waits for `worker`, if any.

    `is_loaded` says whether an engine of a model, as its row is now, is in memory. Looking and taking are one
    step, under the lock that a wish also takes.
    """
    if not has_waiting_wish(worker):  # the usual case
        return None
    waiting = Swap.objects.filter(worker=worker, phase=Phase.QUEUED).select_related("model_config", "parser")
    with transaction.atomic():
        serving = _locked(worker.pk)
        swap = waiting.get()  # a newer wish may have replaced it, but one always waits
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
    """How a swap ended; `source` and `target` are names of options, `source` "" if nothing served before."""

    outcome: str
    source: str
    target: str
    phase_seconds: Mapping[str, float]


class SwapEnded(Exception):
    """Another process has ended this swap; this one has lost the worker's row and must stop."""


def record_phase(swap_id: int, phase: str, reason: str = "", since: datetime | None = None) -> None:
    """Record a phase that began at `since` (default: now), and the seconds of the one before.

    Raises SwapEnded.
    """
    with transaction.atomic():
        swap = _running(swap_id)
        if swap.phase != phase:  # draining began when the wish was taken
            _moved(swap, phase, reason, since)
            _estimate(swap)
            _begin(swap)


def _begin(swap: Swap) -> None:
    """Save a phase that has begun; the worker's status becomes SWAPPING."""
    swap.save()
    GpuWorker.objects.filter(pk=swap.worker_id).update(status=GpuWorker.Status.SWAPPING)
    _announce(swap)


def record_progress(swap_id: int, fetched: float | None) -> None:
    """Record the progress within the phase; `fetched` is the downloaded share of its weights."""
    swap = Swap.objects.filter(pk=swap_id, phase__in=RUNNING_PHASES).first()
    if swap is None:
        return
    _estimate(swap, fetched)
    now = {"progress": swap.progress, "eta_seconds": swap.eta_seconds}
    if Swap.objects.filter(pk=swap_id, phase=swap.phase).update(**now):
        _announce(swap)


def _estimate(swap: Swap, fetched: float | None = None) -> None:
    """Set progress and ETA of `swap`, from its seconds and those of earlier swaps on this worker."""
    phase_s = (timezone.now() - swap.phase_since).total_seconds()
    ended_s, earlier_s = history.worked_s(swap), history.earlier_s(swap)
    now = progress(swap.phase, phase_s, ended_s, earlier_s, fetched, swap.progress)
    swap.progress, swap.eta_seconds = now.share, now.eta_seconds


def end_swap(
    swap_id: int,
    phase: str,
    reason: str,
    *,
    mode: str = "",
    model_config_id: int | None = None,
    parser_id: int | None = None,
) -> Ended:
    """End the swap and record the selection that serves now; without one, the worker is in error.

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
        elif swap.phase != Phase.SUPERSEDED:  # then an earlier error still holds
            changes["error"] = reason[:500]
        if swap.phase == Phase.READY:  # its engines were loaded later, from rows of that time or newer
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
    """Return the swap; lock its worker's row first, as a wish does, so that they never deadlock."""
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
    """End the swaps that an earlier process of `worker` left running. Waiting wishes keep waiting."""
    for swap in Swap.objects.filter(worker=worker, phase__in=RUNNING_PHASES):
        _moved(swap, Phase.INTERRUPTED, INTERRUPTED)
        swap.ended_at = swap.phase_since
        swap.save()
        audit.record("swap.interrupted", swap, swap.requested_by_id, model_config_id=swap.model_config_id)
        _announce(swap)


def _announce(swap: Swap) -> None:
    publish(messages.MODELS, Message(type=Report.SWAP_CHANGED, id=swap.pk))

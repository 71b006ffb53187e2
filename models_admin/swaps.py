"""The life of a Swap row as its worker writes it. `wishes` makes the rows; `gpu_worker.swapper` decides."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from models_admin import audit, messages
from models_admin.messages import Message, Report
from models_admin.models import ENDED_PHASES, RUNNING_PHASES, GpuWorker, Phase, Swap
from models_admin.publishing import publish

# How far a swap is when a phase begins. Shares of the time come from history, once there is one.
PROGRESS_AT = {
    Phase.DRAINING: 0.05,
    Phase.MAKING_ROOM: 0.2,
    Phase.LOADING: 0.3,
    Phase.WAKING: 0.3,
    Phase.CHECKING: 0.8,
    Phase.ROLLING_BACK: 0.9,
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A wish as its worker takes it up."""

    swap_id: int
    mode: str
    model_config_id: int
    parser_id: int | None


def take(worker: GpuWorker) -> Wanted | None:
    """Begin the swap that waits for `worker`, if one does; from here on no wish supersedes it.

    Looking and taking are one step, under the lock that a wish takes too.
    """
    waiting = Swap.objects.filter(worker=worker, phase=Phase.QUEUED)
    if not waiting.exists():  # mostly so, and looking takes no lock
        return None
    with transaction.atomic():
        serving = _locked(worker.pk)
        swap = _moved(waiting.get(), Phase.DRAINING)  # a newer wish may have replaced it, but one waits
        swap.previous_mode, swap.previous_model_config_id = serving.mode, serving.model_config_id
        swap.previous_parser_id = serving.parser_id
        _begin(swap)
    return Wanted(
        swap_id=swap.pk, mode=swap.mode, model_config_id=swap.model_config_id, parser_id=swap.parser_id
    )


class SwapEnded(Exception):
    """Another process has ended this swap: this one works no longer under its name, and must stop."""


def show(swap_id: int, phase: str, reason: str = "") -> None:
    """Write the phase that has begun, and the seconds of the one that ended. Raises SwapEnded."""
    with transaction.atomic():
        swap = _running(swap_id)
        if swap.phase != phase:  # draining began when the wish was taken
            _begin(_moved(swap, phase, reason))


def _begin(swap: Swap) -> None:
    """Write a phase that has begun. The worker says SWAPPING."""
    swap.progress = PROGRESS_AT[Phase(swap.phase)]
    swap.save()
    GpuWorker.objects.filter(pk=swap.worker_id).update(status=GpuWorker.Status.SWAPPING)
    _announce(swap)


def end(
    swap_id: int,
    phase: str,
    reason: str,
    *,
    mode: str = "",
    model_config_id: int | None = None,
    parser_id: int | None = None,
) -> None:
    """End the swap and write the selection that serves now (none: the worker is in error), together.

    Raises SwapEnded.
    """
    with transaction.atomic():
        swap = _moved(_running(swap_id), phase, reason)
        swap.progress, swap.ended_at = 1.0, swap.phase_since
        swap.save()
        serving = model_config_id is not None
        changes: dict[str, object] = {}
        if serving:
            changes = {"mode": mode, "model_config_id": model_config_id, "parser_id": parser_id}
        if swap.phase == Phase.READY:  # its engines were loaded after this, as the registry says since
            changes["serving_since"] = swap.requested_at
        GpuWorker.objects.filter(pk=swap.worker_id).update(
            status=GpuWorker.Status.READY if serving else GpuWorker.Status.ERROR,
            error="" if serving else reason[:500],
            **changes,
        )
        audit.record("swap." + phase, swap, swap.requested_by, model_config_id=swap.model_config_id)
        _announce(swap)


def _running(swap_id: int) -> Swap:
    """The swap, its worker's row locked first: the order that a wish locks in, so that they never cross."""
    _locked(Swap.objects.values_list("worker_id", flat=True).get(pk=swap_id))
    swap = Swap.objects.get(pk=swap_id)
    if swap.phase in ENDED_PHASES:
        raise SwapEnded(f"swap {swap_id} has ended: {swap.phase}")
    return swap


def _locked(worker_id: int) -> GpuWorker:
    return GpuWorker.objects.select_for_update().get(pk=worker_id)


def _moved(swap: Swap, phase: str, reason: str = "") -> Swap:
    now = timezone.now()
    swap.phase_seconds[swap.phase] = round((now - swap.phase_since).total_seconds(), 4)
    swap.phase, swap.phase_since, swap.reason = Phase(phase), now, reason[:500]
    return swap


def interrupt_leftovers(worker: GpuWorker) -> None:
    """Close what an earlier process of `worker` was in the middle of. Wishes that wait go on waiting."""
    for swap in Swap.objects.filter(worker=worker, phase__in=RUNNING_PHASES):
        swap.phase, swap.ended_at = Phase.INTERRUPTED, timezone.now()
        swap.reason = "The worker ended in the middle of this swap; its restart brought the last model back."
        swap.save()
        _announce(swap)


def _announce(swap: Swap) -> None:
    publish(messages.MODELS, Message(type=Report.SWAP_CHANGED, id=swap.pk))

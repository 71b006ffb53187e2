"""Trials: load, check and measure a model on a worker while its selection keeps serving.

A trial that is kept is a preload: it stays loaded if memory allows, so that a swap to it is short.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from models_admin.kit import audit, messages
from models_admin.kit.messages import Command, Message, Report
from models_admin.kit.publishing import publish
from models_admin.models import GpuWorker, Mode, ModelConfig, Trial
from models_admin.registry.options import NO_WORKER, Option
from models_admin.swaps.wishes import CannotRunHere, ModelDisabled, NoWorker

OPEN = [Trial.Status.QUEUED, Trial.Status.RUNNING]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What a trial measured: GiB (2**30 bytes), and seconds of loading or waking and of checking."""

    seconds: float
    gpu_gib: float
    host_gib: float


def request_trial(row: ModelConfig, user: User, *, keep: bool) -> list[Trial]:
    """Request a trial of `row` from every live worker that can run it; an open trial is not repeated.

    Raises NoWorker, CannotRunHere or ModelDisabled.
    """
    if not row.enabled:
        raise ModelDisabled(f"{row.display_name} is disabled. Enable it first.")
    with transaction.atomic():
        workers = list(GpuWorker.objects.live().select_for_update())
        if not workers:
            raise NoWorker(f"{NO_WORKER} Start one: wfc worker.")
        alone = Option(mode=Mode.ONE_SHOT, model_config=row)
        able = [worker for worker in workers if not alone.obstacle_on(worker)]
        if not able:
            raise CannotRunHere(f"{row.display_name} cannot run here. {alone.obstacle(workers)}")
        return [_open_trial(worker, row, user, keep=keep) for worker in able]


def _open_trial(worker: GpuWorker, row: ModelConfig, user: User, *, keep: bool) -> Trial:
    trial = Trial.objects.filter(worker=worker, model_config=row, status__in=OPEN).first()
    if trial is None:
        trial = Trial.objects.create(worker=worker, model_config=row, keep=keep, requested_by=user)
        audit.record("trial.ask", trial, user, model_config_id=row.pk, keep=keep)
        publish(messages.WORKERS, Message(type=Command.TRY, id=trial.pk))
        _announce(trial)
    return trial


def has_waiting_trial(worker: GpuWorker) -> bool:
    return Trial.objects.filter(worker=worker, status=Trial.Status.QUEUED).exists()


def take_trial(worker: GpuWorker) -> Trial | None:
    """Begin the oldest trial that waits for `worker`, if any."""
    waiting = Trial.objects.filter(worker=worker, status=Trial.Status.QUEUED).order_by("pk")
    trial = waiting.select_related("model_config").first()
    if trial is None or not waiting.filter(pk=trial.pk).update(status=Trial.Status.RUNNING):
        return None
    _announce(trial)
    return trial


def requeue_trial(trial: Trial) -> None:
    """Put a running trial back in the queue because something more urgent came."""
    Trial.objects.filter(pk=trial.pk, status=Trial.Status.RUNNING).update(status=Trial.Status.QUEUED)
    _announce(trial)


def record_pass(trial: Trial, measured: Measured) -> None:
    _end(trial, Trial.Status.PASSED, **asdict(measured))


def record_failure(trial: Trial, reason: str) -> None:
    _end(trial, Trial.Status.FAILED, reason=reason[:500])


def requeue_interrupted(worker: GpuWorker) -> None:
    """Put trials that an earlier process of `worker` left running back in the queue."""
    Trial.objects.filter(worker=worker, status=Trial.Status.RUNNING).update(status=Trial.Status.QUEUED)


def latest_trials() -> Mapping[int, Trial]:
    """Return the newest trial of each model that has one, by the model's id."""
    newest = Trial.objects.order_by().values("model_config").annotate(newest=Max("pk")).values("newest")
    return {trial.model_config_id: trial for trial in Trial.objects.filter(pk__in=newest)}


def _end(trial: Trial, status: Trial.Status, **found: object) -> None:
    with transaction.atomic():
        running = Trial.objects.filter(pk=trial.pk, status=Trial.Status.RUNNING)
        if running.update(status=status, ended_at=timezone.now(), **found) != 1:
            return  # another process took the worker's row over and requeued it
        audit.record(f"trial.{status}", trial, trial.requested_by_id, model_config_id=trial.model_config_id)
        _announce(trial)


def _announce(trial: Trial) -> None:
    publish(messages.MODELS, Message(type=Report.REGISTRY_CHANGED, id=trial.model_config_id))

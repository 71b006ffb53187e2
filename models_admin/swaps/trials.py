"""Trying a model on a worker: loaded, checked and measured, and what a person selected goes on serving.

One that is kept is a preload: it stays, as far as memory goes, and a swap to it is then short.
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
    """What a trial found out; sizes are GiB (2**30 bytes), `seconds` of loading or waking and checking."""

    seconds: float
    gpu_gib: float
    host_gib: float


def ask(row: ModelConfig, user: User, *, keep: bool) -> list[Trial]:
    """Let every live worker that can try `row`; where one is asked already nothing new is written.

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
        return [_asked(worker, row, user, keep=keep) for worker in able]


def _asked(worker: GpuWorker, row: ModelConfig, user: User, *, keep: bool) -> Trial:
    trial = Trial.objects.filter(worker=worker, model_config=row, status__in=OPEN).first()
    if trial is None:
        trial = Trial.objects.create(worker=worker, model_config=row, keep=keep, requested_by=user)
        audit.record("trial.ask", trial, user, model_config_id=row.pk, keep=keep)
        publish(messages.WORKERS, Message(type=Command.TRY, id=trial.pk))
        _announce(trial)
    return trial


def waits(worker: GpuWorker) -> bool:
    return Trial.objects.filter(worker=worker, status=Trial.Status.QUEUED).exists()


def take(worker: GpuWorker) -> Trial | None:
    """Begin the oldest trial that waits for `worker`, if one does."""
    waiting = Trial.objects.filter(worker=worker, status=Trial.Status.QUEUED).order_by("pk")
    trial = waiting.select_related("model_config").first()
    if trial is None or not waiting.filter(pk=trial.pk).update(status=Trial.Status.RUNNING):
        return None
    _announce(trial)
    return trial


def put_back(trial: Trial) -> None:
    """Let it wait again: something more urgent came."""
    Trial.objects.filter(pk=trial.pk, status=Trial.Status.RUNNING).update(status=Trial.Status.QUEUED)
    _announce(trial)


def passed(trial: Trial, measured: Measured) -> None:
    _end(trial, Trial.Status.PASSED, **asdict(measured))


def failed(trial: Trial, reason: str) -> None:
    _end(trial, Trial.Status.FAILED, reason=reason[:500])


def requeue_of(worker: GpuWorker) -> None:
    """What an earlier process of `worker` was in the middle of waits again."""
    Trial.objects.filter(worker=worker, status=Trial.Status.RUNNING).update(status=Trial.Status.QUEUED)


def latest() -> Mapping[int, Trial]:
    """The newest trial of each model that was ever tried, by the model's id."""
    newest = Trial.objects.order_by().values("model_config").annotate(newest=Max("pk")).values("newest")
    return {trial.model_config_id: trial for trial in Trial.objects.filter(pk__in=newest)}


def _end(trial: Trial, status: Trial.Status, **found: object) -> None:
    with transaction.atomic():
        running = Trial.objects.filter(pk=trial.pk, status=Trial.Status.RUNNING)
        if running.update(status=status, ended_at=timezone.now(), **found) != 1:
            return  # its worker's row was taken over, and it waits again
        audit.record(f"trial.{status}", trial, trial.requested_by_id, model_config_id=trial.model_config_id)
        _announce(trial)


def _announce(trial: Trial) -> None:
    publish(messages.MODELS, Message(type=Report.REGISTRY_CHANGED, id=trial.model_config_id))

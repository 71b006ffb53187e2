"""Reading applications again: with another model or mode, or as everything stands today."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from candidates import evaluations, staleness
from candidates.models import OPEN_STATUSES, Application, Evaluation, EvaluationStatus
from jobs.models import Job
from models_admin import audit
from models_admin.models import GpuWorker, ModelConfig
from models_admin.options import NO_WORKER, Option
from models_admin.wishes import CannotRunHere

AT_ONCE = 1000  # rows in one INSERT, ids in one UPDATE: SQLite takes 32,766 values in a statement


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What became of a wish to read again: `waiting` were asked for before, `fresh` would be the same."""

    made: int
    waiting: int
    fresh: int

    def __str__(self) -> str:
        said = [f"{self.made} will be read again."]
        said += [f"{self.waiting} wait for it already."] if self.waiting else []
        said += [f"{self.fresh} were read so as everything stands today."] if self.fresh else []
        return " ".join(said)


def again(job: Job, applications: QuerySet[Application], option: Option, user: User) -> Asked:
    """Queue evaluations of `applications`, which are of `job`, pinned to `option`. Raises CannotRunHere."""
    _refuse(option)
    mode, model_config_id, parser_id = option.key
    reader = {"mode": mode, "model_config_id": model_config_id, "parser_id": parser_id}
    own = Evaluation.objects.filter(application=OuterRef("pk"), reproduces=None, **reader)
    waits = own.filter(pinned=True, status__in=OPEN_STATUSES, job_version=job.current)
    fresh = own.filter(status=EvaluationStatus.SUCCEEDED).exclude(staleness.any_of())
    with transaction.atomic():
        Job.objects.select_for_update().get(pk=job.pk)  # who asks twice at once is heard once
        rows = list(
            applications.order_by("pk").values_list("pk", Exists(waits), Exists(fresh))  # oldest first
        )
        wanted = [pk for pk, waiting, is_fresh in rows if not waiting and not is_fresh]
        _queue(job, {pk: {"pinned": True, **reader} for pk in wanted})
        audit.record("job.screen", job, user, **reader, count=len(wanted))
    waiting = sum(waits for _, waits, _ in rows)
    return Asked(made=len(wanted), waiting=waiting, fresh=len(rows) - len(wanted) - waiting)


def _refuse(option: Option) -> None:
    """Without a worker it waits for one; with some, one of them must be able to."""
    why = option.obstacle(GpuWorker.objects.live())
    if why and why != NO_WORKER:
        raise CannotRunHere(f"{option.display_name} cannot run here. {why}")


def stale(job: Job) -> QuerySet[Application]:
    """The applications whose verdict is stale and that nothing is on its way for."""
    open_ones = Evaluation.objects.filter(
        application=OuterRef("pk"), reproduces=None, status__in=OPEN_STATUSES, job_version=job.current
    )
    of_job = Application.objects.filter(job=job)
    return of_job.filter(staleness.any_of("current_evaluation__")).exclude(Exists(open_ones))


def bring_up_to_date(job: Job, user: User) -> int:
    """Queue all that is stale and return how many: who was pinned reads again, the others whoever serves."""
    with transaction.atomic():
        Job.objects.select_for_update().get(pk=job.pk)
        rows = stale(job).order_by("pk").select_related("current_evaluation").only("current_evaluation")
        enabled = set(ModelConfig.objects.enabled().values_list("pk", flat=True))
        readers = {row.pk: _reader(row.current_evaluation, enabled) for row in rows}
        _queue(job, readers)
        audit.record("job.bring_up_to_date", job, user, count=len(readers))
    return len(readers)


def _reader(read: Evaluation | None, enabled: Iterable[int]) -> dict[str, object]:
    if read is None or not read.pinned:
        return {}
    parts = {part for part in (read.model_config_id, read.parser_id) if part is not None}
    if not parts <= set(enabled):
        return {}
    return {
        "pinned": True,
        "mode": read.mode,
        "model_config_id": read.model_config_id,
        "parser_id": read.parser_id,
    }


def _queue(job: Job, readers: Mapping[int, Mapping[str, object]]) -> None:
    """Queue an evaluation of each application in `readers`, by whom it says, {} = by whoever serves."""
    made = [Evaluation(application_id=pk, job_version=job.current, **how) for pk, how in readers.items()]
    Evaluation.objects.bulk_create(made, batch_size=AT_ONCE)
    evaluations.show_newest(job, list(readers))
    if made:
        evaluations.look(job.pk)

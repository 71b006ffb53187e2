"""Screen applications again: with another option, or to bring stale verdicts up to date."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from candidates.evaluations import claims, endings, staleness
from candidates.models import OPEN_STATUSES, Application, Evaluation, EvaluationStatus, Screening, changes
from jobs.models import Job
from models_admin.kit import audit
from models_admin.models import GpuWorker, ModelConfig
from models_admin.registry.options import NO_WORKER, Option
from models_admin.swaps.wishes import CannotRunHere

AT_ONCE = 1000  # rows in one INSERT, ids in one UPDATE: SQLite takes 32,766 values in a statement


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The result of a request: `waiting` are queued already, `fresh` have an up-to-date verdict."""

    made: int
    waiting: int = 0
    fresh: int = 0
    screening: Screening | None = field(default=None, compare=False)  # None if nothing was made

    def __str__(self) -> str:
        said = [f"{self.made} will be read again."]
        said += [f"Queued already: {self.waiting}."] if self.waiting else []
        said += [f"Up to date already: {self.fresh}."] if self.fresh else []
        return " ".join(said)


def screen_again(job: Job, applications: QuerySet[Application], option: Option, user: User) -> Asked:
    """Queue evaluations of `applications` of `job`, pinned to `option`. Raises CannotRunHere."""
    _refuse(option)
    pinned = _pinned(*option.key)
    with transaction.atomic():
        Job.objects.select_for_update().get(pk=job.pk)  # two requests at once queue once
        sorted_out = _sorted_out(job, applications, option).order_by("pk")  # oldest first
        rows = list(sorted_out.values_list("pk", "waits", "is_fresh"))  # type: ignore[misc]  # annotated
        wanted = [pk for pk, waits, fresh in rows if not waits and not fresh]
        screening = _queue(job, dict.fromkeys(wanted, pinned), option, user)
        audit.record("job.screen", job, user, **pinned, count=len(wanted))
    waiting = sum(waits for _, waits, _ in rows)
    fresh = len(rows) - len(wanted) - waiting
    return Asked(made=len(wanted), waiting=waiting, fresh=fresh, screening=screening)


def foresee(job: Job, applications: QuerySet[Application], option: Option) -> Asked:
    """Return what `screen_again` would do now. Raises CannotRunHere."""
    _refuse(option)
    counts = _sorted_out(job, applications, option).aggregate(
        total=Count("pk"),
        waiting=Count("pk", filter=Q(waits=True)),
        fresh=Count("pk", filter=Q(waits=False, is_fresh=True)),
    )
    made = counts["total"] - counts["waiting"] - counts["fresh"]
    return Asked(made=made, waiting=counts["waiting"], fresh=counts["fresh"])


def _sorted_out(job: Job, applications: QuerySet[Application], option: Option) -> QuerySet[Application, Any]:
    """Annotate `waits`, queued for `option` already, and `is_fresh`, with an up-to-date verdict of it."""
    mode, model_config_id, parser_id = option.key
    by_option = {"mode": mode, "model_config_id": model_config_id, "parser_id": parser_id}
    own = Evaluation.objects.filter(application=OuterRef("pk"), reproduces=None, **by_option)
    waits = own.filter(pinned=True, status__in=OPEN_STATUSES, job_version=job.current)
    fresh = own.filter(status=EvaluationStatus.SUCCEEDED).exclude(staleness.any_of())
    return applications.order_by().annotate(waits=Exists(waits), is_fresh=Exists(fresh))


def _refuse(option: Option) -> None:
    """Raise CannotRunHere if there are live workers and none can run `option`."""
    why = option.obstacle(GpuWorker.objects.live())
    if why and why != NO_WORKER:
        raise CannotRunHere(f"{option.display_name} cannot run here. {why}")


def stale_applications(job: Job) -> QuerySet[Application]:
    """Return the applications with a stale verdict and no open evaluation."""
    open_ones = Evaluation.objects.filter(
        application=OuterRef("pk"), reproduces=None, status__in=OPEN_STATUSES, job_version=job.current
    )
    of_job = Application.objects.filter(job=job)
    return of_job.filter(staleness.any_of("current_evaluation__")).exclude(Exists(open_ones))


def bring_up_to_date(job: Job, user: User) -> Asked:
    """Queue all that is stale: pinned evaluations to the same option, the others to the selection."""
    with transaction.atomic():
        Job.objects.select_for_update().get(pk=job.pk)
        rows = stale_applications(job).order_by("pk").select_related("current_evaluation")
        rows = rows.only("current_evaluation")
        enabled = set(ModelConfig.objects.enabled().values_list("pk", flat=True))
        wanted = {row.pk: _as_before(row.current_evaluation, enabled) for row in rows}
        screening = _queue(job, wanted, None, user)
        audit.record("job.bring_up_to_date", job, user, count=len(wanted))
    return Asked(made=len(wanted), screening=screening)


def _as_before(earlier: Evaluation | None, enabled: Iterable[int]) -> dict[str, object]:
    """Return what pins an evaluation to the option of `earlier`, if that was pinned and can still serve."""
    if earlier is None or not earlier.pinned:
        return {}
    parts = {part for part in (earlier.model_config_id, earlier.parser_id) if part is not None}
    if earlier.model_config_id is None or not parts <= set(enabled):
        return {}
    return _pinned(earlier.mode, earlier.model_config_id, earlier.parser_id)


def _pinned(mode: str, model_config_id: int, parser_id: int | None) -> dict[str, object]:
    return {"pinned": True, "mode": mode, "model_config_id": model_config_id, "parser_id": parser_id}


def _queue(
    job: Job, wanted: Mapping[int, Mapping[str, object]], option: Option | None, user: User
) -> Screening | None:
    """Queue an evaluation of each application in `wanted`, with its columns; {} = by the selection."""
    if not wanted:
        return None
    screening = Screening.objects.create(
        job=job,
        mode=option.mode if option else "",
        model_config=option.model_config if option else None,
        parser=option.parser if option else None,
        asked_by=user,
    )
    made = [
        Evaluation(application_id=pk, job_version=job.current, screening=screening, **how)
        for pk, how in wanted.items()
    ]
    Evaluation.objects.bulk_create(made, batch_size=AT_ONCE)
    claims.show_newest(job, list(wanted))
    claims.nudge_workers(job.pk)
    changes.screening_changed(screening)
    return screening


def cancel(screening: Screening, user: User) -> int:
    """Cancel the queued evaluations of `screening` and return how many; running ones go on."""
    with transaction.atomic():
        count = endings.cancel(Evaluation.objects.filter(screening=screening))
        audit.record("screening.cancel", screening, user, count=count)
        changes.screening_changed(screening)
    return count

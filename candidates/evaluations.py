"""One model's reading of one application, from the queue to the verdict.

queued -> running -> succeeded | failed | cancelled. A claim writes the worker's selection into an unpinned
evaluation, so that nobody has to guess later which model spoke.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from candidates import leases, people
from candidates.answers import Answer
from candidates.leases import Claim, ClaimLost
from candidates.models import (
    OPEN_STATUSES,
    Application,
    Evaluation,
    EvaluationStatus,
    ItemState,
    Outcome,
    UploadItem,
)
from candidates.provenance import Provenance
from jobs.models import Job
from models_admin import messages
from models_admin.messages import Command, Message, Report
from models_admin.models import GpuWorker
from models_admin.publishing import publish

AT_ONCE = 1000  # ids in one statement
READ = (
    "claim_token",
    "failures",
    "pinned",
    "alone",
    "reproduces",
    "job_version__title",
    "job_version__description",
    "error",
    "sampling",
    "application__job_id",
    "application__resume__pages",
)


@dataclass(frozen=True, kw_only=True)
class Reading(Claim):
    """A claimed evaluation with all that an engine needs."""

    application_id: int
    job_id: int
    pinned: bool
    alone: bool
    reproduces: int | None  # the evaluation that it repeats
    job_title: str
    job_description: str
    pages: tuple[str, ...]
    image_keys: Mapping[int, str]  # of page images, by the number of the page
    wrong: str  # what could not be used of the answer before, "" at the first reading
    sampling: Mapping[str, Any]  # how an answer that is repeated was drawn, {} = as the model's row says


def enqueue(application: Application) -> Evaluation:
    """Queue an unpinned evaluation of `application` against the job as it reads now."""
    with transaction.atomic():
        evaluation = Evaluation.objects.create(application=application, job_version=application.job.current)
        show_newest(application.job, [application.pk])
        announce({application.pk: application.job_id})
        look(application.job_id)
    return evaluation


def show_newest(job: Job, application_ids: Sequence[int]) -> None:
    """Where an application of `job` has no verdict yet, let it show the newest evaluation."""
    newest = Evaluation.objects.filter(application=OuterRef("pk"), reproduces=None).order_by("-pk")
    undecided = Application.objects.filter(job=job).exclude(
        current_evaluation__status=EvaluationStatus.SUCCEEDED
    )
    for at in range(0, len(application_ids), AT_ONCE):
        rows = undecided.filter(pk__in=application_ids[at : at + AT_ONCE])
        pks = list(rows.values_list("pk", flat=True))
        Application.objects.filter(pk__in=pks).update(current_evaluation=Subquery(newest.values("pk")[:1]))
        announce(dict.fromkeys(pks, job.pk))


def look(job_id: int) -> None:
    """Tell the workers that something waits."""
    publish(messages.WORKERS, Message(type=Command.LOOK, id=job_id))


def queued() -> QuerySet[Evaluation]:
    return Evaluation.objects.filter(status=EvaluationStatus.QUEUED)


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Queued evaluations that ask for the same engines; `pinned` False = any selection may serve them."""

    pinned: bool
    mode: str
    model_config_id: int | None
    parser_id: int | None
    count: int
    oldest_at: datetime


def waiting() -> list[Waiting]:
    """The queue by what it waits for."""
    rows = (
        queued()
        .order_by()
        .values("pinned", "mode", "model_config_id", "parser_id")
        .annotate(count=Count("pk"), oldest_at=Min("created_at"))
    )
    return [Waiting(**row) for row in rows]


def claim(
    worker: GpuWorker,
    limit: int,
    *,
    mode: str,
    model_config_id: int,
    parser_id: int | None,
    in_hand: Collection[int] = (),
) -> list[Reading]:
    """Take up to `limit` evaluations that the selection of `worker` may serve, oldest first.

    Those that were in hand when an engine died come first, one at a time and with nothing beside them, so
    that the next death tells whose fault it is. What is in the worker's hand is not taken twice, though it
    may be in the queue again already.
    """
    selection = {"mode": mode, "model_config_id": model_config_id, "parser_id": parser_id}
    ready = queued().exclude(pk__in=in_hand).filter(Q(pinned=False) | Q(**selection))
    suspects = ready.filter(alone=True)
    if suspects.exists():
        ready, limit = suspects, 0 if in_hand else 1
    rows = leases.claim(
        ready.select_related("job_version", "application__resume").only(*READ),
        worker,
        limit,
        status=EvaluationStatus.RUNNING,
        started_at=timezone.now(),
        **selection,
    )
    announce({row.application_id: row.application.job_id for row in rows})
    return [_reading(row) for row in rows]


def _reading(row: Evaluation) -> Reading:
    pages = row.application.resume.pages
    return Reading(
        pk=row.pk,
        token=row.claim_token,
        failures=row.failures,
        application_id=row.application_id,
        job_id=row.application.job_id,
        pinned=row.pinned,
        alone=row.alone,
        reproduces=row.reproduces_id,
        job_title=row.job_version.title,
        job_description=row.job_version.description,
        pages=tuple(page["text"] for page in pages),
        image_keys={
            number: page["image"]["key"] for number, page in enumerate(pages, 1) if page.get("image")
        },
        wrong=row.error,
        sampling=row.sampling,
    )


def complete(reading: Reading, answer: Answer, provenance: Provenance) -> None:
    """Write `answer` and how it came about, show it, and end the files that waited for it: one transaction.

    Raises ClaimLost, having written nothing, when the claim is not the present one.
    """
    with transaction.atomic():
        _end(
            reading,
            status=EvaluationStatus.SUCCEEDED,
            outcome=answer.outcome,
            reason=answer.reason,
            criteria=[criterion.model_dump(mode="json") for criterion in answer.criteria],
            name=answer.name or "",
            email=answer.email or "",
            phone=answer.phone or "",
            error="",
            wrong=reading.wrong,
            answer=answer.model_dump_json(),
            **provenance.columns(),
        )
        if reading.reproduces is None:
            announce(_versions(_adopt(reading, answer)))
        else:
            announce({reading.application_id: reading.job_id})


def _adopt(reading: Reading, answer: Answer) -> Application:
    """Show the verdict as the application's, unless one that was asked for later is there already."""
    locked = Application.objects.select_for_update(of=("self",)).select_related("current_evaluation")
    application = locked.get(pk=reading.application_id)
    if application.candidate_id is None and answer.outcome != Outcome.INVALID:
        application.candidate = people.identify(answer)
    current = application.current_evaluation
    if current is None or current.status != EvaluationStatus.SUCCEEDED or current.pk < reading.pk:
        application.current_evaluation_id = reading.pk
    application.save(update_fields=["candidate", "current_evaluation"])
    invalid = answer.outcome == Outcome.INVALID
    _end_items(application.pk, ItemState.INVALID if invalid else ItemState.EVALUATED)
    return application


def _versions(application: Application) -> dict[int, int]:
    """The application and the same person's others for the job: their rows say how many there are."""
    if application.candidate_id is None:
        return {application.pk: application.job_id}
    same = Application.objects.filter(job_id=application.job_id, candidate_id=application.candidate_id)
    return dict(same.values_list("pk", "job_id"))


def fail(reading: Reading, sentence: str, *, in_answer: bool = False) -> None:
    """Charge a failure: back to the queue, or ended with `sentence` at the third. Raises ClaimLost.

    What is wrong with an answer, `in_answer`, the model is told when it is asked again.
    """
    failures = reading.failures + 1
    if failures < leases.FAILURES_ALLOWED:
        _return(reading, failures=failures, error=sentence[:500] if in_answer else "")
        return
    with transaction.atomic():
        _end(reading, status=EvaluationStatus.FAILED, error=sentence[:500], failures=failures)
        if reading.reproduces is None and not _others_wait(reading):
            _end_items(reading.application_id, ItemState.FAILED, sentence, failed_in_model=True)
        announce({reading.application_id: reading.job_id})


def _others_wait(reading: Reading) -> bool:
    """Whether another reading may still bring the verdict that the uploaded files wait for."""
    own = Evaluation.objects.filter(application_id=reading.application_id, reproduces=None)
    return own.filter(status__in=OPEN_STATUSES).exists()


def _end(reading: Reading, **changes: object) -> None:
    held = leases.held(Evaluation, reading)
    if held.update(ended_at=timezone.now(), lease_expires_at=None, **changes) != 1:
        raise ClaimLost(f"evaluation {reading.pk}")


def _end_items(
    application_id: int, state: ItemState, reason: str | None = None, *, failed_in_model: bool = False
) -> None:
    waiting = UploadItem.objects.filter(application_id=application_id, state=ItemState.EVALUATING)
    for item in waiting:
        item.state, item.failed_in_model, item.ended_at = state, failed_in_model, timezone.now()
        item.reason = item.reason if reason is None else reason[:500]
        item.save(update_fields=["state", "failed_in_model", "reason", "ended_at"])
        publish(messages.job_group(item.job_id), Message(type=Report.ITEM_CHANGED, id=item.pk))


def put_back(readings: Iterable[Reading]) -> None:
    """Queue again what a worker could not finish; no failure is charged. Lost claims stay as they are."""
    for reading in readings:
        _return(reading)


def engine_died(reading: Reading, sentence: str) -> None:
    """Queue again what was being read when an engine died.

    It is charged only where nothing else was in hand; else it is suspect, and read alone next time.
    Raises ClaimLost.
    """
    if reading.alone:
        fail(reading, sentence)
    else:
        _return(reading, alone=True)


def requeue_expired() -> None:
    """Queue again what dead workers held."""
    _put_back(Evaluation.objects.filter(status=EvaluationStatus.RUNNING, lease_expires_at__lt=timezone.now()))


def requeue_of(worker: GpuWorker) -> None:
    """Queue again what an earlier process of `worker` held: its successor knows that it is gone."""
    _put_back(Evaluation.objects.filter(status=EvaluationStatus.RUNNING, claimed_by=worker))


def _return(reading: Reading, **changes: object) -> None:
    with transaction.atomic():
        if leases.held(Evaluation, reading).update(**_freed(reading.pinned), **changes):
            announce({reading.application_id: reading.job_id})


def _put_back(running: QuerySet[Evaluation]) -> None:
    with transaction.atomic():
        held = running.select_for_update(of=("self",)).select_related("application").order_by("pk")
        rows = list(held.only("pinned", "application__job_id"))
        for pinned in (True, False):
            pks = [row.pk for row in rows if row.pinned == pinned]
            Evaluation.objects.filter(pk__in=pks).update(**_freed(pinned))
        announce({row.application_id: row.application.job_id for row in rows})


def _freed(pinned: bool) -> dict[str, object]:
    """What a queued evaluation says: nothing of its claim, and of a model only where it is pinned to one."""
    free: dict[str, object] = {
        "status": EvaluationStatus.QUEUED,
        "claimed_by": None,
        "lease_expires_at": None,
        "started_at": None,
    }
    return free if pinned else free | {"mode": "", "model_config": None, "parser": None}


def announce(job_ids: Mapping[int, int]) -> None:
    """Say that the rows of applications have changed; `job_ids` has the job of each."""
    if not job_ids:
        return
    Application.objects.filter(pk__in=job_ids).touch()
    for pk, job_id in job_ids.items():
        publish(messages.job_group(job_id), Message(type=Report.APPLICATION_CHANGED, id=pk))


def queue_depth() -> dict[str, int]:
    """How much waits and runs: files to open and evaluations."""
    to_prepare = UploadItem.objects.filter(state__in=[ItemState.RECEIVED, ItemState.PREPARING]).count()
    running = Evaluation.objects.filter(status=EvaluationStatus.RUNNING).count()
    return {"to_prepare": to_prepare, "queued": queued().count(), "running": running}

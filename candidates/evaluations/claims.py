"""One model's reading of one application, from the queue to the verdict.

queued -> running -> succeeded | failed | cancelled. A claim writes the worker's selection into an unpinned
evaluation, so that nobody has to guess later which model spoke.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone

from candidates.evaluations import answers, people, search
from candidates.evaluations.answers import Answer
from candidates.evaluations.queue import Choice
from candidates.models import (
    OPEN_STATUSES,
    Application,
    Candidate,
    Evaluation,
    EvaluationStatus,
    ItemState,
    Outcome,
    Transcript,
    TranscriptStatus,
    UploadItem,
    leases,
)
from candidates.models.changes import applications_changed, item_changed
from candidates.models.leases import Claim, ClaimLost
from candidates.models.provenance import Provenance
from jobs.criteria import Criterion
from jobs.models import Job
from models_admin.kit import messages
from models_admin.kit.messages import Command, Message
from models_admin.kit.publishing import publish
from models_admin.models import GpuWorker

AT_ONCE = 1000  # ids in one statement
TAKEN_BACK = "The reading that it waited for was taken back."
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
    "application__created_at",
    "application__resume__pages",
)


@dataclass(frozen=True, kw_only=True)
class Reading(Claim):
    """A claimed evaluation with all that an engine needs."""

    application_id: int
    job_id: int
    applied_on: date
    pinned: bool
    alone: bool
    reproduces: int | None  # the evaluation that it repeats
    job_title: str
    job_description: str
    criteria: tuple[Criterion, ...]  # what the job asks for, in its order
    pages: tuple[str, ...]  # the text of each, as the document carries it or as a parser read it
    cut_pages: tuple[int, ...]  # whose transcript has no end
    transcript_id: int | None
    image_keys: Mapping[int, str]  # of page images, by the number of the page
    wrong: str  # what could not be used of the answer before, "" at the first reading
    sampling: Mapping[str, Any]  # how an answer that is repeated was drawn, {} = as the model's row says


def enqueue(application: Application) -> Evaluation:
    """Queue an unpinned evaluation of `application` against the job as it reads now."""
    with transaction.atomic():
        evaluation = Evaluation.objects.create(application=application, job_version=application.job.current)
        show_newest(application.job, [application.pk])
        applications_changed({application.pk: application.job_id})
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
        applications_changed(dict.fromkeys(pks, job.pk))


def look(job_id: int) -> None:
    """Tell the workers that something waits."""
    publish(messages.WORKERS, Message(type=Command.LOOK, id=job_id))


def claim(worker: GpuWorker, limit: int, choice: Choice, in_hand: Collection[int] = ()) -> list[Reading]:
    """Take up to `limit` evaluations that `choice` may serve now, oldest first.

    Those that were in hand when an engine died come first, one at a time and with nothing beside them, so
    that the next death tells whose fault it is. What is in the worker's hand is not taken twice, though it
    may be in the queue again already.
    """
    ready = choice.ready().exclude(pk__in=in_hand)
    suspects = ready.filter(alone=True)
    if suspects.exists():
        ready, limit = suspects, 0 if in_hand else 1
    rows = leases.claim(
        ready.select_related("job_version", "application__resume")
        .prefetch_related("job_version__criteria")
        .only(*READ),
        worker,
        limit,
        status=EvaluationStatus.RUNNING,
        started_at=timezone.now(),
        **choice.columns,
    )
    applications_changed({row.application_id: row.application.job_id for row in rows})
    transcripts = _transcripts(choice, rows)
    return [_reading(row, transcripts.get(row.application.resume_id)) for row in rows]


def _transcripts(choice: Choice, rows: Sequence[Evaluation]) -> dict[int, Transcript]:
    """What the parser of `choice` read of the résumés of `rows`, by their ids; nothing without a parser."""
    if choice.parser_id is None or not rows:
        return {}
    resumes = [row.application.resume_id for row in rows]
    found = choice.transcripts().filter(status=TranscriptStatus.SUCCEEDED, resume__in=resumes)
    return {transcript.resume_id: transcript for transcript in found}


def _reading(row: Evaluation, transcript: Transcript | None) -> Reading:
    pages = transcript.pages if transcript else row.application.resume.pages
    return Reading(
        pk=row.pk,
        token=row.claim_token,
        failures=row.failures,
        application_id=row.application_id,
        job_id=row.application.job_id,
        applied_on=row.application.created_at.date(),
        pinned=row.pinned,
        alone=row.alone,
        reproduces=row.reproduces_id,
        job_title=row.job_version.title,
        job_description=row.job_version.description,
        criteria=row.job_version.wanted,
        pages=tuple(page["text"] for page in pages),
        cut_pages=tuple(number for number, page in enumerate(pages, 1) if page.get("cut")),
        transcript_id=transcript.pk if transcript else None,
        image_keys=row.application.resume.image_keys,
        wrong=row.error,
        sampling=row.sampling,
    )


def complete(reading: Reading, answer: Answer, provenance: Provenance) -> None:
    """Write `answer` and how it came about, show it, and end the files that waited for it: one transaction.

    Raises ClaimLost, having written nothing, when the claim is not the present one.
    """
    answer = answers.cautious(answer, reading.cut_pages)
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
            transcript_id=reading.transcript_id,
            **provenance.columns(),
        )
        if reading.reproduces is None:
            applications_changed(_versions(_adopt(reading, answer)))
            search.index([reading.application_id])
        else:
            applications_changed({reading.application_id: reading.job_id})


def _adopt(reading: Reading, answer: Answer) -> Application:
    """Show the verdict as the application's, unless one that was asked for later is there already."""
    person = _person(reading.application_id, answer)
    locked = Application.objects.select_for_update(of=("self",), no_key=True)
    application = locked.select_related("current_evaluation").get(pk=reading.application_id)
    if application.candidate_id is None:
        application.candidate = person
    current = application.current_evaluation
    if current is None or current.status != EvaluationStatus.SUCCEEDED or current.pk < reading.pk:
        application.current_evaluation_id = reading.pk
    application.save(update_fields=["candidate", "current_evaluation"])
    invalid = answer.outcome == Outcome.INVALID
    _end_items(application.pk, ItemState.INVALID if invalid else ItemState.EVALUATED)
    return application


def _person(application_id: int, answer: Answer) -> Candidate | None:
    """Whose application it is, None where the answer says that it is nobody's.

    Locked before any application is: each of a person's versions changes the rows of the others.
    """
    known = Candidate.objects.filter(applications=application_id).first()
    if known is None and answer.outcome != Outcome.INVALID:
        known = people.identify(answer)
    if known is not None:
        Candidate.objects.select_for_update(no_key=True).get(pk=known.pk)
    return known


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
    if not reading.is_last_try:
        _return(reading, failures=failures, error=sentence[:500] if in_answer else "")
        return
    with transaction.atomic():
        _end(reading, status=EvaluationStatus.FAILED, error=sentence[:500], failures=failures)
        if reading.reproduces is None:
            _fail_items(reading.application_id, sentence)
        applications_changed({reading.application_id: reading.job_id})


def give_up(waiting: QuerySet[Evaluation], sentence: str) -> None:
    """End queued evaluations that nothing can serve, with `sentence`. A person may have them tried again."""
    _end_waiting(waiting, sentence, status=EvaluationStatus.FAILED, error=sentence[:500])


def cancel(waiting: QuerySet[Evaluation]) -> int:
    """End queued evaluations that nobody wants any more, and return how many; what is being read goes on."""
    return _end_waiting(waiting, TAKEN_BACK, status=EvaluationStatus.CANCELLED)


def _end_waiting(waiting: QuerySet[Evaluation], sentence: str, **changes: object) -> int:
    """End the queued among `waiting`; files that waited for nothing else have failed, with `sentence`."""
    queued_ones = waiting.filter(status=EvaluationStatus.QUEUED).order_by("pk")
    ended = 0
    with transaction.atomic():
        locked = queued_ones.select_for_update(of=("self",)).select_related("application")
        while rows := list(locked[:AT_ONCE]):
            pks = [row.pk for row in rows]
            Evaluation.objects.filter(pk__in=pks).update(ended_at=timezone.now(), **changes)
            jobs = {row.application_id: row.application.job_id for row in rows}
            _show_others(pks)
            own = [row.application_id for row in rows if row.reproduces_id is None]
            waited = UploadItem.objects.filter(application__in=own, state=ItemState.EVALUATING)
            for application_id in set(waited.values_list("application_id", flat=True)):
                _fail_items(application_id, sentence)
            applications_changed(jobs)
            ended += len(rows)
    return ended


def _show_others(pks: Sequence[int]) -> None:
    """Where a row shows one of these, which were cancelled, let it show the newest that was not."""
    wanted = Evaluation.objects.filter(application=OuterRef("pk"), reproduces=None).exclude(
        status=EvaluationStatus.CANCELLED
    )
    cancelled = Evaluation.objects.filter(pk__in=pks, status=EvaluationStatus.CANCELLED)
    rows = Application.objects.filter(Exists(wanted), current_evaluation__in=cancelled)
    shown = list(rows.values_list("pk", flat=True))
    newest = wanted.order_by("-pk").values("pk")[:1]
    Application.objects.filter(pk__in=shown).update(current_evaluation=Subquery(newest))


def _fail_items(application_id: int, sentence: str) -> None:
    """End the files that wait for a verdict, unless another reading may still bring it."""
    own = Evaluation.objects.filter(application_id=application_id, reproduces=None)
    if not own.filter(status__in=OPEN_STATUSES).exists():
        _end_items(application_id, ItemState.FAILED, sentence, failed_in_model=True)


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
        item_changed(item)


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
            applications_changed({reading.application_id: reading.job_id})


def _put_back(running: QuerySet[Evaluation]) -> None:
    with transaction.atomic():
        held = running.select_for_update(of=("self",)).select_related("application").order_by("pk")
        rows = list(held.only("pinned", "application__job_id"))
        for pinned in (True, False):
            pks = [row.pk for row in rows if row.pinned == pinned]
            Evaluation.objects.filter(pk__in=pks).update(**_freed(pinned))
        applications_changed({row.application_id: row.application.job_id for row in rows})


def _freed(pinned: bool) -> dict[str, object]:
    """What a queued evaluation says: nothing of its claim, and of a model only where it is pinned to one."""
    free: dict[str, object] = {
        "status": EvaluationStatus.QUEUED,
        "claimed_by": None,
        "lease_expires_at": None,
        "started_at": None,
    }
    return free if pinned else free | {"mode": "", "model_config": None, "parser": None}

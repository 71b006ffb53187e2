"""Evaluations from the queue to the verdict.

queued -> running -> succeeded | failed | cancelled. A claim writes the worker's selection into an unpinned
evaluation, so it is always known which model gave the verdict.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from candidates.evaluations import answers, endings, people, search
from candidates.evaluations.answers import Answer
from candidates.evaluations.queue import Choice
from candidates.models import (
    Application,
    Candidate,
    Evaluation,
    EvaluationStatus,
    ItemState,
    Outcome,
    Transcript,
    TranscriptStatus,
)
from candidates.models.changes import applications_changed
from candidates.models.leases import Claim, LeasedWork, suspects_first
from candidates.models.provenance import Provenance
from jobs.criteria import Criterion
from jobs.models import Job
from models_admin.kit import messages
from models_admin.kit.messages import Command, Message
from models_admin.kit.publishing import publish
from models_admin.models import GpuWorker

AT_ONCE = 1000  # ids in one statement
COLUMNS = (
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
class ClaimedEvaluation(Claim):
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
    pages: tuple[str, ...]  # the text of each, from the document or from the transcript
    cut_pages: tuple[int, ...]  # numbers of pages whose transcript was cut off
    transcript_id: int | None
    image_keys: Mapping[int, str]  # storage keys of page images by page number
    wrong: str  # what was wrong with the earlier answer, "" at the first attempt
    sampling: Mapping[str, Any]  # of the evaluation that it repeats, {} = as the model's row says


def enqueue(application: Application) -> Evaluation:
    """Queue an unpinned evaluation of `application` for the job's current version."""
    with transaction.atomic():
        evaluation = Evaluation.objects.create(application=application, job_version=application.job.current)
        show_newest(application.job, [application.pk])
        applications_changed({application.pk: application.job_id})
        nudge_workers(application.job_id)
    return evaluation


def show_newest(job: Job, application_ids: Sequence[int]) -> None:
    """Let applications of `job` that have no verdict yet show their newest evaluation."""
    newest = Evaluation.objects.filter(application=OuterRef("pk"), reproduces=None).order_by("-pk")
    undecided = Application.objects.filter(job=job).exclude(
        current_evaluation__status=EvaluationStatus.SUCCEEDED
    )
    for at in range(0, len(application_ids), AT_ONCE):
        rows = undecided.filter(pk__in=application_ids[at : at + AT_ONCE])
        pks = list(rows.values_list("pk", flat=True))
        Application.objects.filter(pk__in=pks).update(current_evaluation=Subquery(newest.values("pk")[:1]))
        applications_changed(dict.fromkeys(pks, job.pk))


def nudge_workers(job_id: int) -> None:
    """Tell the workers that work is queued."""
    publish(messages.WORKERS, Message(type=Command.LOOK, id=job_id))


class EvaluationWork(LeasedWork[Evaluation, ClaimedEvaluation]):
    """Evaluations as leased work: a model of the worker's selection, or the pinned one, gives a verdict."""

    model = Evaluation
    held = {"status": EvaluationStatus.RUNNING}

    def claim(
        self, worker: GpuWorker, limit: int, choice: Choice, in_hand: Collection[int] = ()
    ) -> list[ClaimedEvaluation]:
        """Claim up to `limit` evaluations that `choice` may serve now, oldest first; suspects alone."""
        ready, limit = suspects_first(choice.ready(), limit, in_hand)
        whole = ready.select_related("job_version", "application__resume")
        whole = whole.prefetch_related("job_version__criteria").only(*COLUMNS)
        rows = self.take(whole, worker, limit, started_at=timezone.now(), **choice.columns)
        applications_changed({row.application_id: row.application.job_id for row in rows})
        transcripts = _transcripts(choice, rows)
        return [_claimed(row, transcripts.get(row.application.resume_id)) for row in rows]

    def requeue(self, rows: QuerySet[Evaluation], **changes: object) -> None:
        with transaction.atomic():
            locked = rows.select_for_update(of=("self",)).select_related("application").order_by("pk")
            found = list(locked.only("pinned", "application__job_id"))
            for pinned in (True, False):
                pks = [row.pk for row in found if row.pinned == pinned]
                Evaluation.objects.filter(pk__in=pks).update(**_freed(pinned), **changes)
            applications_changed({row.application_id: row.application.job_id for row in found})

    def retry_notes(self, sentence: str, *, in_answer: bool) -> dict[str, object]:
        """Keep what was wrong with an answer: the next prompt tells the model."""
        return {"error": sentence[:500] if in_answer else ""}

    def end_failed(self, claim: ClaimedEvaluation, sentence: str) -> None:
        with transaction.atomic():
            failed = {"status": EvaluationStatus.FAILED, "error": sentence[:500]}
            self.end(claim, ended_at=timezone.now(), failures=claim.failures + 1, **failed)
            if claim.reproduces is None:
                endings.fail_items(claim.application_id, sentence)
            applications_changed({claim.application_id: claim.job_id})


EVALUATIONS = EvaluationWork()


def _freed(pinned: bool) -> dict[str, object]:
    """Return the columns of a queued evaluation: no claim, and no model unless it is pinned to one."""
    free: dict[str, object] = {
        "status": EvaluationStatus.QUEUED,
        "claimed_by": None,
        "lease_expires_at": None,
        "started_at": None,
    }
    return free if pinned else free | {"mode": "", "model_config": None, "parser": None}


def _transcripts(choice: Choice, rows: Sequence[Evaluation]) -> dict[int, Transcript]:
    """Return the transcripts by the parser of `choice`, by résumé id; none without a parser."""
    if choice.parser_id is None or not rows:
        return {}
    resumes = [row.application.resume_id for row in rows]
    found = choice.transcripts().filter(status=TranscriptStatus.SUCCEEDED, resume__in=resumes)
    return {transcript.resume_id: transcript for transcript in found}


def _claimed(row: Evaluation, transcript: Transcript | None) -> ClaimedEvaluation:
    pages = transcript.pages if transcript else row.application.resume.pages
    return ClaimedEvaluation(
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


def complete(claimed: ClaimedEvaluation, answer: Answer, provenance: Provenance) -> None:
    """Write `answer` and its provenance, show it, and end the files that waited for it: one transaction.

    Raises ClaimLost and writes nothing if another claim is current.
    """
    answer = answers.cautious(answer, claimed.cut_pages)
    with transaction.atomic():
        EVALUATIONS.end(
            claimed,
            ended_at=timezone.now(),
            status=EvaluationStatus.SUCCEEDED,
            outcome=answer.outcome,
            reason=answer.reason,
            criteria=[criterion.model_dump(mode="json") for criterion in answer.criteria],
            name=answer.name or "",
            email=answer.email or "",
            phone=answer.phone or "",
            error="",
            wrong=claimed.wrong,
            answer=answer.model_dump_json(),
            transcript_id=claimed.transcript_id,
            **provenance.columns(),
        )
        if claimed.reproduces is None:
            applications_changed(_versions(_adopt(claimed, answer)))
            search.index([claimed.application_id])
        else:
            applications_changed({claimed.application_id: claimed.job_id})


def _adopt(claimed: ClaimedEvaluation, answer: Answer) -> Application:
    """Show the verdict as the application's, unless a newer evaluation has succeeded already."""
    person = _person(claimed.application_id, answer)
    locked = Application.objects.select_for_update(of=("self",), no_key=True)
    application = locked.select_related("current_evaluation").get(pk=claimed.application_id)
    if application.candidate_id is None:
        application.candidate = person
    current = application.current_evaluation
    if current is None or current.status != EvaluationStatus.SUCCEEDED or current.pk < claimed.pk:
        application.current_evaluation_id = claimed.pk
    application.save(update_fields=["candidate", "current_evaluation"])
    invalid = answer.outcome == Outcome.INVALID
    endings.end_items(application.pk, ItemState.INVALID if invalid else ItemState.EVALUATED)
    return application


def _person(application_id: int, answer: Answer) -> Candidate | None:
    """Return the candidate, locked; None if the answer is Invalid and none was known before.

    It is locked before any application: each of a person's versions changes the rows of the others.
    """
    known = Candidate.objects.filter(applications=application_id).first()
    if known is None and answer.outcome != Outcome.INVALID:
        known = people.identify(answer)
    if known is not None:
        Candidate.objects.select_for_update(no_key=True).get(pk=known.pk)
    return known


def _versions(application: Application) -> dict[int, int]:
    """Return the job's applications of the same person, {id: job id}: their rows show how many there are."""
    if application.candidate_id is None:
        return {application.pk: application.job_id}
    same = Application.objects.filter(job_id=application.job_id, candidate_id=application.candidate_id)
    return dict(same.values_list("pk", "job_id"))

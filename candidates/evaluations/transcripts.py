"""What parsers read on page images: leased work, done once per résumé and revision of the parser."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from candidates.evaluations import claims
from candidates.evaluations.queue import Choice
from candidates.models import Transcript, TranscriptStatus, leases
from candidates.models.leases import Claim, ClaimLost
from models_admin.models import GpuWorker


@dataclass(frozen=True, kw_only=True)
class Parsing(Claim):
    """A claimed transcript with all that a parser needs: the text of each page, and images by its number."""

    resume_id: int
    alone: bool
    texts: tuple[str, ...]
    image_keys: Mapping[int, str]
    choice: Choice  # whose evaluations wait for it


@dataclass(frozen=True, kw_only=True)
class TranscribedPage:
    """`cut`: the parser came to its longest answer before the page's end."""

    text: str
    cut: bool = False


def claim(worker: GpuWorker, limit: int, choice: Choice, in_hand: Collection[int] = ()) -> list[Parsing]:
    """Take up to `limit` résumés that evaluations of `choice` wait for and its parser has not read yet.

    The résumé that waits longest comes first. As with evaluations, what was in hand when an engine died is
    taken alone, and nothing that is `in_hand` is taken again.
    """
    if limit < 1:
        return []
    _begin(choice, limit)
    waited_for = choice.waiting().filter(application__resume=OuterRef("resume"))
    queued = choice.transcripts().filter(status=TranscriptStatus.QUEUED)
    ready = queued.filter(Exists(waited_for)).exclude(pk__in=in_hand)
    suspects = ready.filter(alone=True)
    if suspects.exists():
        ready, limit = suspects, 0 if in_hand else 1
    rows = leases.claim(ready.select_related("resume"), worker, limit, status=TranscriptStatus.RUNNING)
    return [_parsing(row, choice) for row in rows]


def _begin(choice: Choice, limit: int) -> None:
    """Make rows for résumés that have none; of two workers that do so at once one makes them."""
    row: dict[str, Any] = {"parser_id": choice.parser_id, "revision": choice.parser_revision}
    lacking = choice.unbegun().order_by("pk").values_list("application__resume_id", flat=True)
    resumes = dict.fromkeys(lacking[:limit])
    Transcript.objects.bulk_create([Transcript(resume_id=pk, **row) for pk in resumes], ignore_conflicts=True)


def _parsing(row: Transcript, choice: Choice) -> Parsing:
    return Parsing(
        pk=row.pk,
        token=row.claim_token,
        failures=row.failures,
        resume_id=row.resume_id,
        alone=row.alone,
        texts=tuple(page["text"] for page in row.resume.pages),
        image_keys=row.resume.image_keys,
        choice=choice,
    )


def complete(parsing: Parsing, pages: Iterable[TranscribedPage], *, engine_version: str) -> None:
    """Write what the parser read. Raises ClaimLost."""
    changes = {
        "status": TranscriptStatus.SUCCEEDED,
        "pages": [{"text": page.text, "cut": page.cut} for page in pages],
        "engine_version": engine_version,
        "ended_at": timezone.now(),
        "lease_expires_at": None,
    }
    if leases.held(Transcript, parsing).update(**changes) != 1:
        raise ClaimLost(f"transcript {parsing.pk}")


def fail(parsing: Parsing, sentence: str) -> None:
    """Charge a failure: back to the queue, or at the third the end of the evaluations that wait for it.

    Raises ClaimLost.
    """
    if not parsing.is_last_try:
        _return(parsing, failures=parsing.failures + 1)
        return
    with transaction.atomic():
        if leases.held(Transcript, parsing).delete()[0] != 1:
            raise ClaimLost(f"transcript {parsing.pk}")
        waited_for = parsing.choice.waiting().filter(application__resume=parsing.resume_id)
        claims.give_up(waited_for, sentence)


def engine_died(parsing: Parsing, sentence: str) -> None:
    """Queue again what was being parsed when an engine died: charged only where nothing else was in hand."""
    if parsing.alone:
        fail(parsing, sentence)
    else:
        _return(parsing, alone=True)


def put_back(parsings: Iterable[Parsing]) -> None:
    """Queue again what a worker could not finish; no failure is charged. Lost claims stay as they are."""
    for parsing in parsings:
        _return(parsing)


def requeue_expired() -> None:
    """Queue again what dead workers held."""
    _put_back(_running().filter(lease_expires_at__lt=timezone.now()))


def requeue_of(worker: GpuWorker) -> None:
    """Queue again what an earlier process of `worker` held: its successor knows that it is gone."""
    _put_back(_running().filter(claimed_by=worker))


def _running() -> QuerySet[Transcript]:
    return Transcript.objects.filter(status=TranscriptStatus.RUNNING)


def _return(parsing: Parsing, **changes: object) -> None:
    _put_back(leases.held(Transcript, parsing), **changes)


def _put_back(running: QuerySet[Transcript], **changes: object) -> None:
    running.update(status=TranscriptStatus.QUEUED, claimed_by=None, lease_expires_at=None, **changes)

"""Transcripts of page images: leased work, done once per résumé and revision of the parser."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from candidates.evaluations import endings
from candidates.evaluations.queue import Choice
from candidates.models import Transcript, TranscriptStatus
from candidates.models.leases import Claim, LeasedWork, suspects_first
from models_admin.models import GpuWorker


@dataclass(frozen=True, kw_only=True)
class ClaimedTranscript(Claim):
    """A claimed transcript with all that a parser needs: text of each page, images by page number."""

    resume_id: int
    texts: tuple[str, ...]
    image_keys: Mapping[int, str]
    choice: Choice  # whose evaluations wait for it


@dataclass(frozen=True, kw_only=True)
class TranscribedPage:
    """`cut`: the parser reached its longest answer before the end of the page."""

    text: str
    cut: bool = False


class TranscriptWork(LeasedWork[Transcript, ClaimedTranscript]):
    """Transcripts as leased work: a vision parser reads the page images of a résumé."""

    model = Transcript
    held = {"status": TranscriptStatus.RUNNING}

    def claim(
        self, worker: GpuWorker, limit: int, choice: Choice, in_hand: Collection[int] = ()
    ) -> list[ClaimedTranscript]:
        """Claim up to `limit` résumés that evaluations of `choice` wait for and that have no transcript.

        The one that waits longest comes first; suspects run alone.
        """
        if limit < 1:
            return []
        _begin(choice, limit)
        waited_for = choice.waiting().filter(application__resume=OuterRef("resume"))
        queued = choice.transcripts().filter(status=TranscriptStatus.QUEUED)
        ready, limit = suspects_first(queued.filter(Exists(waited_for)), limit, in_hand)
        rows = self.take(ready.select_related("resume"), worker, limit)
        return [_claimed(row, choice) for row in rows]

    def requeue(self, rows: QuerySet[Transcript], **changes: object) -> None:
        rows.update(status=TranscriptStatus.QUEUED, claimed_by=None, lease_expires_at=None, **changes)

    def end_failed(self, claim: ClaimedTranscript, sentence: str) -> None:
        """Delete the transcript and end the evaluations that wait for it."""
        with transaction.atomic():
            self.lock(claim).delete()
            waited_for = claim.choice.waiting().filter(application__resume=claim.resume_id)
            endings.give_up(waited_for, sentence)


TRANSCRIPTS = TranscriptWork()


def _begin(choice: Choice, limit: int) -> None:
    """Create rows for résumés that have none; if two workers do so at once, one row is made."""
    row: dict[str, Any] = {"parser_id": choice.parser_id, "revision": choice.parser_revision}
    lacking = choice.unbegun().order_by("pk").values_list("application__resume_id", flat=True)
    resumes = dict.fromkeys(lacking[:limit])
    Transcript.objects.bulk_create([Transcript(resume_id=pk, **row) for pk in resumes], ignore_conflicts=True)


def _claimed(row: Transcript, choice: Choice) -> ClaimedTranscript:
    return ClaimedTranscript(
        pk=row.pk,
        token=row.claim_token,
        failures=row.failures,
        resume_id=row.resume_id,
        alone=row.alone,
        texts=tuple(page["text"] for page in row.resume.pages),
        image_keys=row.resume.image_keys,
        choice=choice,
    )


def complete(claimed: ClaimedTranscript, pages: Iterable[TranscribedPage], *, engine_version: str) -> None:
    """Write the transcript. Raises ClaimLost."""
    TRANSCRIPTS.end(
        claimed,
        status=TranscriptStatus.SUCCEEDED,
        pages=[{"text": page.text, "cut": page.cut} for page in pages],
        engine_version=engine_version,
        ended_at=timezone.now(),
    )

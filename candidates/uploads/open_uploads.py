"""Uploads that are not finished, with their progress, for people who return to the job's page."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from candidates.models import OPEN_STATES, UploadBatch, UploadItem
from jobs.models import Job

MOST_SHOWN = 5
AWAITED = timedelta(hours=1)  # after that, the sender has gone


@dataclass(frozen=True, kw_only=True)
class Upload:
    """One batch: `done` of its `files` are in an end state; `missing` were announced and have not arrived."""

    pk: str
    by: str
    at: datetime
    files: int
    done: int
    missing: int

    @property
    def version(self) -> str:
        return hashlib.blake2s(repr(self).encode(), digest_size=8).hexdigest()


def find_open_uploads(job: Job) -> list[Upload]:
    """Return the newest batches with an open file, or with more files announced than arrived."""
    unfinished = UploadItem.objects.filter(job=job, state__in=OPEN_STATES).values("batch")
    lately = UploadBatch.objects.filter(job=job, created_at__gte=timezone.now() - AWAITED).values("pk")
    batches = UploadBatch.objects.filter(Q(pk__in=unfinished) | Q(pk__in=lately), job=job)
    counted = batches.annotate(
        came=Count("items"), still_open=Count("items", filter=Q(items__state__in=OPEN_STATES))
    )
    rows = counted.select_related("uploaded_by").order_by("-created_at")
    found = (_upload(row, row.came, row.still_open) for row in rows)
    return [upload for upload in found if upload.done < upload.files][:MOST_SHOWN]


def _upload(row: UploadBatch, came: int, still_open: int) -> Upload:
    """Count a batch. The files of a ZIP replace it, so more may arrive than were announced."""
    return Upload(
        pk=str(row.pk),
        by=row.uploaded_by.get_username() if row.uploaded_by else "somebody who has left",
        at=row.created_at,
        files=max(came, row.announced_count),
        done=came - still_open,
        missing=max(0, row.announced_count - came),
    )

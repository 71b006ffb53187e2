"""Prepare received files: leased work that makes an application of each file, or says why it cannot."""

import shutil
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from candidates.blind import sample
from candidates.documents import extraction, flags, store
from candidates.documents.extraction import Document, Page, Word
from candidates.evaluations import claims, search
from candidates.models import (
    OPEN_STATUSES,
    Application,
    ItemState,
    Resume,
    UploadItem,
    WordBoxes,
    changes,
)
from candidates.models.leases import Claim, LeasedWork
from models_admin.models import GpuWorker


@dataclass(frozen=True, kw_only=True)
class ClaimedFile(Claim):
    """A claimed file. `prepared` is true if another upload of the same bytes was prepared before."""

    resume_id: int
    storage_key: str
    media_type: str
    prepared: bool


class FileWork(LeasedWork[UploadItem, ClaimedFile]):
    """Received files as leased work: each is opened in a sandbox."""

    model = UploadItem
    held = {"state": ItemState.PREPARING}

    def claim(self, worker: GpuWorker, limit: int, in_hand: Collection[int] = ()) -> list[ClaimedFile]:
        """Claim up to `limit` received files, oldest first, but none that is still `in_hand`."""
        received = UploadItem.objects.filter(state=ItemState.RECEIVED, resume__isnull=False)
        waiting = received.exclude(pk__in=in_hand).select_related("resume")
        if limit < 1 or not waiting.exists():  # as usual
            return []
        rows = self.take(waiting, worker, limit)
        for row in rows:
            changes.item_changed(row)
        return [_claimed(row) for row in rows]

    def requeue(self, rows: QuerySet[UploadItem], **written: object) -> None:
        with transaction.atomic():
            for item in rows.select_for_update(of=("self",)):
                for name, value in written.items():
                    setattr(item, name, value)
                _write(item, ItemState.RECEIVED)

    def end_failed(self, claim: ClaimedFile, sentence: str) -> None:
        with transaction.atomic():
            item = self.lock(claim)
            item.failures += 1
            item.reason, item.ended_at, item.failed_in_model = sentence[:500], timezone.now(), False
            _write(item, ItemState.FAILED)


FILES = FileWork()


def _claimed(row: UploadItem) -> ClaimedFile:
    assert row.resume is not None  # noqa: S101  # the claim asks for it
    return ClaimedFile(
        pk=row.pk,
        token=row.claim_token,
        failures=row.failures,
        resume_id=row.resume.pk,
        storage_key=row.resume.storage_key,
        media_type=row.resume.media_type,
        prepared=row.resume.prepared_at is not None,
    )


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What was read of a document: the count of all pages, and the first pages as `Resume.pages` has them."""

    page_count: int
    pages: list[dict[str, Any]]
    integrity: Sequence[str] = ()
    words: Sequence[Sequence[Word]] = ()


def read_pages(claimed: ClaimedFile) -> Prepared | None:
    """Open the file and store its page images; return its content, None if it was prepared before.

    Raises refusals.DocumentRefused, sandbox.SandboxFailed and OSError.
    """
    if claimed.prepared:
        return None
    with local(claimed.storage_key) as path:
        document = extraction.read_document(path, claimed.media_type, max_pages=settings.MAX_PAGES)
    return prepared(document, claimed.storage_key)


@contextmanager
def local(key: str) -> Iterator[Path]:
    """Return the document as a local file: a copy if the storage is not a folder."""
    storage = storages["documents"]
    try:
        path = Path(storage.path(key))
    except NotImplementedError:  # an S3-compatible store
        with tempfile.NamedTemporaryFile() as copy, storage.open(key) as stored:
            shutil.copyfileobj(stored, copy)
            copy.flush()
            yield Path(copy.name)
    else:
        yield path


def prepared(document: Document, key: str) -> Prepared:
    """Store the page images of `document` beside it, and return its content. Raises OSError."""
    pages = [_row(page, number, key) for number, page in enumerate(document.pages, 1)]
    return Prepared(
        page_count=document.page_count,
        pages=pages,
        integrity=flags.flags(document.pages),
        words=[page.words for page in document.pages],
    )


def _row(page: Page, number: int, key: str) -> dict[str, Any]:
    image = page.image and {
        "key": store.keep_image(key, number, page.image),
        "width_px": page.image.width_px,
        "height_px": page.image.height_px,
        "sha256": page.image.sha256,
    }
    return {
        "width_pt": page.width_pt,
        "height_pt": page.height_pt,
        "text": page.text,
        "image": image,
        "hidden": [asdict(hidden) for hidden in page.hidden],
        "instructions": list(page.instructions),
        "pictures": None if page.pictures is None else [list(box) for box in page.pictures],
    }


def complete(claimed: ClaimedFile, found: Prepared | None) -> None:
    """Write what was read, create the application and queue its evaluation. Raises ClaimLost.

    `found` is None if the bytes were prepared before.
    """
    with transaction.atomic():
        item = FILES.lock(claimed)
        if found is not None:
            Resume.objects.filter(pk=claimed.resume_id).update(
                page_count=found.page_count,
                pages=found.pages,
                integrity=list(found.integrity),
                prepared_at=timezone.now(),
            )
            WordBoxes.objects.update_or_create(resume_id=claimed.resume_id, defaults={"pages": found.words})
        resume = Resume.objects.get(pk=claimed.resume_id)
        application, _ = Application.objects.get_or_create(
            job_id=item.job_id,
            resume=resume,
            defaults={"file_name": item.name, "sampled": sample.draws(item.job, resume)},
        )
        search.index([application.pk])
        item.application = application
        item.reason = _stopped_early(resume)
        _write(item, ItemState.EVALUATING)
        open_ones = application.evaluations.filter(status__in=OPEN_STATUSES, reproduces=None)
        if not open_ones.exists():
            claims.enqueue(application)


def _stopped_early(resume: Resume) -> str:
    read = len(resume.pages)
    if resume.page_count is None or resume.page_count <= read:
        return ""
    return f"Only the first {read} of {resume.page_count:,} pages were read."


def refuse(claimed: ClaimedFile, state: ItemState, sentence: str) -> None:
    """End the file in `state`, with `sentence` for a person. Raises ClaimLost."""
    with transaction.atomic():
        item = FILES.lock(claimed)
        item.reason, item.ended_at = sentence[:500], timezone.now()
        _write(item, state)


def drop(item: UploadItem) -> None:
    """Remove a file from the ledger, when others have replaced it."""
    changes.item_changed(item)  # sent once the transaction has committed
    item.delete()


def _write(item: UploadItem, state: ItemState) -> None:
    """End the claim on `item` and write `state`."""
    item.state, item.claimed_by, item.lease_expires_at = state, None, None
    item.save(
        update_fields=[
            "state", "claimed_by", "lease_expires_at", "application",
            "reason", "ended_at", "failures", "failed_in_model",
        ]
    )  # fmt: skip
    changes.item_changed(item)

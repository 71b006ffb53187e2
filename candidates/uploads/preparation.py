"""Opening what was uploaded: leased work that turns a received file into an application, or says why not."""

import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
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
    leases,
)
from candidates.models.leases import Claim, ClaimLost
from models_admin.models import GpuWorker


@dataclass(frozen=True, kw_only=True)
class Opening(Claim):
    """A claimed file. `prepared` is true where another upload of the same bytes has been opened already."""

    resume_id: int
    storage_key: str
    media_type: str
    prepared: bool


def claim(worker: GpuWorker, limit: int, in_hand: Collection[int] = ()) -> list[Opening]:
    """Take up to `limit` received files, oldest first, but none that is `in_hand` still."""
    received = UploadItem.objects.filter(state=ItemState.RECEIVED, resume__isnull=False)
    waiting = received.exclude(pk__in=in_hand).select_related("resume")
    if limit < 1 or not waiting.exists():  # mostly so
        return []
    rows = leases.claim(waiting, worker, limit, state=ItemState.PREPARING)
    for row in rows:
        changes.item_changed(row)
    return [_opening(row) for row in rows]


def _opening(row: UploadItem) -> Opening:
    assert row.resume is not None  # noqa: S101  # the claim asks for it
    return Opening(
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
    """What was read of a document: all its pages counted, and the first of them as their row keeps them."""

    page_count: int
    pages: list[dict[str, Any]]
    integrity: Sequence[str] = ()
    words: Sequence[Sequence[Word]] = ()


def read(opening: Opening) -> Prepared | None:
    """Return what stands in the file, None where it was opened before; its page images are kept by then.

    Raises refusals.DocumentRefused, reader.ReaderFailed and OSError.
    """
    if opening.prepared:
        return None
    with local(opening.storage_key) as path:
        document = extraction.read_document(path, opening.media_type, max_pages=settings.MAX_PAGES)
    return prepared(document, opening.storage_key)


@contextmanager
def local(key: str) -> Iterator[Path]:
    """The document as a file on this machine, a copy where the store is no folder."""
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
    """Keep the page images of `document` beside it. Raises OSError."""
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


def complete(opening: Opening, found: Prepared | None) -> None:
    """Keep what was read, make the application and queue its evaluation. Raises ClaimLost.

    `found` is None where the bytes were opened before.
    """
    with transaction.atomic():
        item = held(opening)
        if found is not None:
            Resume.objects.filter(pk=opening.resume_id).update(
                page_count=found.page_count,
                pages=found.pages,
                integrity=list(found.integrity),
                prepared_at=timezone.now(),
            )
            WordBoxes.objects.update_or_create(resume_id=opening.resume_id, defaults={"pages": found.words})
        resume = Resume.objects.get(pk=opening.resume_id)
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


def refuse(opening: Opening, state: ItemState, sentence: str) -> None:
    """End the file in `state`, which its document was refused with. Raises ClaimLost."""
    with transaction.atomic():
        item = held(opening)
        item.reason, item.ended_at = sentence[:500], timezone.now()
        _write(item, state)


def fail(opening: Opening, sentence: str) -> None:
    """Charge a failure that is ours: back to the queue, or ended at the third. Raises ClaimLost."""
    with transaction.atomic():
        item = held(opening)
        item.failures += 1
        if item.failures < leases.FAILURES_ALLOWED:
            _write(item, ItemState.RECEIVED)
            return
        item.reason, item.ended_at, item.failed_in_model = sentence[:500], timezone.now(), False
        _write(item, ItemState.FAILED)


def put_back(openings: Iterable[Opening]) -> None:
    """Queue again what a worker could not finish. Lost claims stay as they are."""
    for opening in openings:
        _put_back(leases.held(UploadItem, opening))


def requeue_expired() -> None:
    """Queue again what dead workers held."""
    _put_back(UploadItem.objects.filter(state=ItemState.PREPARING, lease_expires_at__lt=timezone.now()))


def requeue_of(worker: GpuWorker) -> None:
    """Queue again what an earlier process of `worker` held: its successor knows that it is gone."""
    _put_back(UploadItem.objects.filter(state=ItemState.PREPARING, claimed_by=worker))


def _put_back(items: QuerySet[UploadItem]) -> None:
    with transaction.atomic():
        for item in items.select_for_update(of=("self",)):
            _write(item, ItemState.RECEIVED)


def held(opening: Opening) -> UploadItem:
    """Return the row of the file, locked. Raises ClaimLost."""
    item = leases.held(UploadItem, opening).select_for_update(of=("self",)).first()
    if item is None:
        raise ClaimLost(f"file {opening.pk}")
    return item


def drop(item: UploadItem) -> None:
    """Take a file out of the ledger: others stand for it."""
    changes.item_changed(item)  # sent once the transaction has committed
    item.delete()


def _write(item: UploadItem, state: ItemState) -> None:
    """End the claim on `item` with `state`."""
    item.state, item.claimed_by, item.lease_expires_at = state, None, None
    item.save(
        update_fields=[
            "state", "claimed_by", "lease_expires_at", "application",
            "reason", "ended_at", "failures", "failed_in_model",
        ]
    )  # fmt: skip
    changes.item_changed(item)

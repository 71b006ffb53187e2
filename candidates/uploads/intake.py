"""Intake: check, store and enter a file into the ledger before the sender gets an answer.

The request does what is cheap and certain: size, kind by content, hash, duplicate. The worker opens the
document.
"""

import logging
from dataclasses import replace

from django.contrib.auth.models import User
from django.core.files.storage import storages
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from candidates.documents import kinds, store
from candidates.evaluations import claims
from candidates.models import OPEN_STATES, ItemState, Resume, UploadBatch, UploadItem, changes
from candidates.uploads import arrivals
from candidates.uploads.arrivals import Arrival
from jobs.models import Job
from models_admin.kit import audit, messages
from models_admin.kit.messages import Command, Message
from models_admin.kit.publishing import publish

log = logging.getLogger(__name__)
TRIES = 5  # for the same bytes at the same moment; one is usual
CROWDED = "The same file was sent many times at once. Upload it again."


class NotFailed(Exception):
    """A file can be tried again if it failed, is stored, and was not uploaded again since."""


def open_batch(*, job: Job, user: User, announced_count: int, source: UploadBatch.Source) -> UploadBatch:
    """Open a batch: `announced_count` files will be received for `job`."""
    with transaction.atomic():
        batch = UploadBatch.objects.create(
            job=job, uploaded_by=user, announced_count=announced_count, source=source
        )
        audit.record("batch.open", job, user, batch=str(batch.pk), announced=announced_count)
    return batch


def receive(batch: UploadBatch, file: "UploadedFile[bytes]") -> UploadItem:
    """Receive one file. Any problem with it becomes its state in the ledger, never an exception."""
    arrival = arrivals.inspect(file, file.name or "")
    for _ in range(TRIES):
        item = _entered(batch, keep(arrival, file))
        if item is not None:
            return item
    return _entered_as(batch, arrival.ended(ItemState.FAILED, CROWDED))


def keep(arrival: Arrival, file: "UploadedFile[bytes]") -> Arrival:
    """Return `arrival` with its document stored, or as failed if it cannot be stored."""
    if arrival.state is not ItemState.RECEIVED:
        return arrival
    try:
        return replace(arrival, resume=_kept(file, arrival))
    except OSError as error:
        log.exception("A document could not be stored")
        why = error.strerror or type(error).__name__
        sentence = f"The file could not be saved ({why}). Tell an administrator, then upload it again."
        return arrival.ended(ItemState.FAILED, sentence)


def enter(batch: UploadBatch, arrival: Arrival) -> UploadItem:
    """Enter a stored or refused file into the ledger."""
    for _ in range(TRIES):
        item = _entered(batch, arrival)
        if item is not None:
            return item
    return _entered_as(batch, arrival.ended(ItemState.FAILED, CROWDED))


def _entered(batch: UploadBatch, arrival: Arrival) -> UploadItem | None:
    """Enter it once; None if the same bytes arrived, or their document was deleted, at the same moment."""
    if arrival.state is ItemState.RECEIVED and (earlier := _same_bytes(batch.job, arrival.sha256)):
        sentence = f"This file was already uploaded for this job as “{earlier.name}”."
        return _entered_as(batch, arrival.ended(ItemState.DUPLICATE, sentence))
    try:
        return _entered_as(batch, arrival)
    except IntegrityError:
        return None


def _same_bytes(job: Job, sha256: str) -> UploadItem | None:
    """Return the job's file with these bytes that is open or evaluated, if any."""
    live = [*OPEN_STATES, ItemState.EVALUATED, ItemState.INVALID]
    return UploadItem.objects.filter(job=job, sha256=sha256, state__in=live).first()


def _kept(file: "UploadedFile[bytes]", arrival: Arrival) -> Resume:
    """Return the document with these bytes; store it if it is new. Raises OSError.

    The file is written first and the row second: a crash between the two leaves an orphan file, never a row
    without its document.
    """
    if known := Resume.objects.filter(sha256=arrival.sha256).first():
        if not storages["documents"].exists(known.storage_key):  # it was lost; these are the same bytes
            known.storage_key = store.keep(file, kinds.SUFFIXES[known.media_type])
            known.save(update_fields=["storage_key"])
        return known
    key = store.keep(file, kinds.SUFFIXES[arrival.media_type])
    resume, created = Resume.objects.get_or_create(
        sha256=arrival.sha256,
        defaults={"storage_key": key, "media_type": arrival.media_type, "size_bytes": arrival.size_bytes},
    )
    if not created:  # somebody else stored the same bytes meanwhile
        storages["documents"].delete(key)
    return resume


def _entered_as(batch: UploadBatch, arrival: Arrival) -> UploadItem:
    ended_at = None if arrival.state is ItemState.RECEIVED else timezone.now()
    with transaction.atomic():
        item = UploadItem.objects.create(
            batch=batch,
            job=batch.job,
            name=arrival.name,
            size_bytes=arrival.size_bytes,
            sha256=arrival.sha256,
            resume=arrival.resume,
            state=arrival.state,
            reason=arrival.reason,
            ended_at=ended_at,
        )
        if ended_at is None:
            publish(messages.WORKERS, Message(type=Command.LOOK, id=batch.job_id))
        changes.item_changed(item)
    return item


def retry(item: UploadItem, user: User) -> UploadItem:
    """Try a failed file again from the step that failed. Raises NotFailed."""
    try:
        return _retry(item, user)
    except IntegrityError:
        raise NotFailed("The same file was uploaded again. See that one.") from None


def _retry(item: UploadItem, user: User) -> UploadItem:
    with transaction.atomic():
        again = ItemState.EVALUATING if item.application_id else ItemState.RECEIVED
        failed = UploadItem.objects.filter(pk=item.pk, state=ItemState.FAILED, resume__isnull=False)
        changed = failed.update(state=again, reason="", failures=0, ended_at=None)
        item.refresh_from_db()
        if changed != 1 and item.state == ItemState.FAILED:
            raise NotFailed("This file was not saved. Upload it again.")
        if changed != 1:
            raise NotFailed("Only a failed file can be tried again.")
        if item.application is not None:
            claims.enqueue(item.application)
        audit.record("item.retry", item, user)
        publish(messages.WORKERS, Message(type=Command.LOOK, id=item.job_id))
        changes.item_changed(item)
    return item

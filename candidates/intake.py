"""Receiving files: looked at, kept safely, and in the ledger before the sender hears of it.

The request does what is cheap and certain: size, kind by content, hash, duplicate. Opening the document is
the worker's work.
"""

import hashlib
import logging
import math
import re
from dataclasses import dataclass, replace

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.storage import storages
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from candidates import evaluations, kinds, store
from candidates.models import OPEN_STATES, ItemState, Resume, UploadBatch, UploadItem
from candidates.refusals import DocumentRefused
from jobs.models import Job
from models_admin import audit, messages
from models_admin.messages import Command, Message, Report
from models_admin.publishing import publish

log = logging.getLogger(__name__)
MIB = 2**20
TRIES = 5  # of the same bytes at the same moment: one is usual


class NotFailed(Exception):
    """Only files that failed, that we kept, and whose bytes did not come again since, can be tried again."""


def open_batch(*, job: Job, user: User, announced_count: int, source: UploadBatch.Source) -> UploadBatch:
    """Announce files: `announced_count` of them will be received for `job`."""
    with transaction.atomic():
        batch = UploadBatch.objects.create(
            job=job, uploaded_by=user, announced_count=announced_count, source=source
        )
        audit.record("batch.open", job, user, batch=str(batch.pk), announced=announced_count)
    return batch


@dataclass(frozen=True, kw_only=True)
class _Looked:
    """What the first look at a file says; a state with a reason where it ends there."""

    name: str
    size_bytes: int
    sha256: str = ""
    media_type: str = ""
    state: ItemState = ItemState.RECEIVED
    reason: str = ""


def receive(batch: UploadBatch, file: "UploadedFile[bytes]") -> UploadItem:
    """Take one file in. Whatever is wrong with it is its state in the ledger, never an exception."""
    looked = _look(file)
    if looked.state is not ItemState.RECEIVED:
        return _end(batch, looked)
    return _receive(batch, file, looked)


def _receive(batch: UploadBatch, file: "UploadedFile[bytes]", looked: _Looked) -> UploadItem:
    for _ in range(TRIES):
        if earlier := _same_bytes(batch.job, looked.sha256):
            return _end(batch, _duplicate(looked, earlier))
        try:
            return _write(batch, looked, _kept(file, looked))
        except OSError as error:
            log.exception("A document could not be stored")
            return _end(batch, _not_stored(looked, error))
        except IntegrityError:  # the same bytes came in, or their document went away, at the same moment
            continue
    return _end(batch, _crowded(looked))


def clean_name(name: str) -> str:
    """Return the file's own name: no folder, no control characters, at most 200 characters, never empty.

    >>> clean_name("../../etc/résumé.pdf")
    'résumé.pdf'
    """
    own = " ".join(re.split(r"[/\\]", name)[-1].split())  # any kind of space becomes a plain one
    own = "".join(c for c in own if c.isprintable()).strip(" .")
    return own[-200:] or "unnamed"


def _look(file: "UploadedFile[bytes]") -> _Looked:
    name, size_bytes = clean_name(file.name or ""), file.size or 0
    if size_bytes == 0:
        return _Looked(name=name, size_bytes=0, state=ItemState.UNREADABLE, reason="The file is empty.")
    if size_bytes > settings.MAX_FILE_BYTES:
        return _Looked(
            name=name,
            size_bytes=size_bytes,
            state=ItemState.TOO_LARGE,
            reason=f"The file has {_mib(size_bytes)} MiB; at most {_mib(settings.MAX_FILE_BYTES)} are taken.",
        )
    try:
        kind = kinds.recognise(file)
    except DocumentRefused as refusal:
        state = ItemState(refusal.state)
        return _Looked(name=name, size_bytes=size_bytes, state=state, reason=str(refusal))
    file.seek(0)
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return _Looked(name=name, size_bytes=size_bytes, sha256=digest.hexdigest(), media_type=kind)


def _mib(size_bytes: int) -> str:
    """Rounded up, so that a file just over the limit does not read as if it were within it."""
    return f"{math.ceil(size_bytes * 10 / MIB) / 10:g}"


def _same_bytes(job: Job, sha256: str) -> UploadItem | None:
    """The file with these bytes that stands for them in the job's ledger."""
    live = [*OPEN_STATES, ItemState.EVALUATED, ItemState.INVALID]
    return UploadItem.objects.filter(job=job, sha256=sha256, state__in=live).first()


def _duplicate(looked: _Looked, earlier: UploadItem) -> _Looked:
    return _Looked(
        name=looked.name,
        size_bytes=looked.size_bytes,
        sha256=looked.sha256,
        state=ItemState.DUPLICATE,
        reason=f"The same file was uploaded for this job already, as “{earlier.name}”.",
    )


def _not_stored(looked: _Looked, error: OSError) -> _Looked:
    why = error.strerror or type(error).__name__
    sentence = f"The file could not be kept here ({why}). Tell an administrator, then upload it again."
    return replace(looked, state=ItemState.FAILED, reason=sentence)


def _crowded(looked: _Looked) -> _Looked:
    sentence = "The same file is being received many times at this moment. Upload it again."
    return replace(looked, state=ItemState.FAILED, reason=sentence)


def _kept(file: "UploadedFile[bytes]", looked: _Looked) -> Resume:
    """Return the document of these bytes, storing it if it is new. Raises OSError where that cannot be done.

    Stored first, written into the database second: a crash between the two leaves an orphan file, never a
    row without its document.
    """
    if known := Resume.objects.filter(sha256=looked.sha256).first():
        if not storages["documents"].exists(known.storage_key):  # lost, and here it is again
            known.storage_key = store.keep(file, kinds.SUFFIXES[known.media_type])
            known.save(update_fields=["storage_key"])
        return known
    key = store.keep(file, kinds.SUFFIXES[looked.media_type])
    resume, created = Resume.objects.get_or_create(
        sha256=looked.sha256,
        defaults={"storage_key": key, "media_type": looked.media_type, "size_bytes": looked.size_bytes},
    )
    if not created:  # somebody else stored the same bytes meanwhile
        storages["documents"].delete(key)
    return resume


def _write(batch: UploadBatch, looked: _Looked, resume: Resume) -> UploadItem:
    with transaction.atomic():
        item = _create(batch, looked, resume=resume)
        publish(messages.WORKERS, Message(type=Command.LOOK, id=batch.job_id))
    return item


def _end(batch: UploadBatch, looked: _Looked) -> UploadItem:
    with transaction.atomic():
        return _create(batch, looked, ended_at=timezone.now())


def _create(batch: UploadBatch, looked: _Looked, **more: object) -> UploadItem:
    item = UploadItem.objects.create(
        batch=batch,
        job=batch.job,
        name=looked.name,
        size_bytes=looked.size_bytes,
        sha256=looked.sha256,
        state=looked.state,
        reason=looked.reason,
        **more,
    )
    _announce(item)
    return item


def retry(item: UploadItem, user: User) -> UploadItem:
    """Try a failed file again from where it failed. Raises NotFailed."""
    try:
        return _retry(item, user)
    except IntegrityError:
        raise NotFailed("The same file was uploaded again meanwhile: look at that one.") from None


def _retry(item: UploadItem, user: User) -> UploadItem:
    with transaction.atomic():
        again = ItemState.EVALUATING if item.application_id else ItemState.RECEIVED
        failed = UploadItem.objects.filter(pk=item.pk, state=ItemState.FAILED, resume__isnull=False)
        changed = failed.update(state=again, reason="", failures=0, ended_at=None)
        item.refresh_from_db()
        if changed != 1 and item.state == ItemState.FAILED:
            raise NotFailed("This file was never kept: upload it again.")
        if changed != 1:
            raise NotFailed("Only a file that failed can be tried again.")
        if item.application is not None:
            evaluations.enqueue(item.application)
        audit.record("item.retry", item, user)
        publish(messages.WORKERS, Message(type=Command.LOOK, id=item.job_id))
        _announce(item)
    return item


def _announce(item: UploadItem) -> None:
    publish(messages.job_group(item.job_id), Message(type=Report.ITEM_CHANGED, id=item.pk))

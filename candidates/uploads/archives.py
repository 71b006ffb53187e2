"""ZIP files: replaced in the ledger by the files in them, which then go their ways as if sent one by one."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO, Annotated, Literal

from django.conf import settings
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import F
from pydantic import Field, TypeAdapter

from candidates.documents import kinds, sandbox
from candidates.documents.sentences import refusal
from candidates.models import ItemState, Resume, UploadBatch
from candidates.uploads import arrivals, intake, preparation
from candidates.uploads.arrivals import Arrival
from candidates.uploads.preparation import ClaimedFile

MOST_FILES = 500
_DAMAGED = "This file is damaged in its ZIP file and cannot be taken out. Upload it by itself."


@dataclass(frozen=True, kw_only=True)
class _Member:
    """What the child says of a file in a ZIP; one with a problem was not taken out."""

    name: Annotated[str, Field(max_length=70_000)]
    size_bytes: Annotated[int, Field(ge=0, le=2**62)]
    problem: Literal["too_large", "damaged"] | None


@dataclass(frozen=True, kw_only=True)
class _SaidFiles:
    files: Annotated[Sequence[_Member], Field(min_length=1, max_length=MOST_FILES)]


@dataclass(frozen=True, kw_only=True)
class _Refusal:
    refused: Literal["password", "damaged", "memory", "unpacked", "members", "no_files"]


_Answer: TypeAdapter[_SaidFiles | _Refusal] = TypeAdapter(_SaidFiles | _Refusal)


@dataclass(frozen=True, kw_only=True)
class Unpacked:
    """The files of a ZIP, one behind the other in `content`, and what each of them is; to be closed."""

    members: Sequence[_Member]
    content: IO[bytes]
    close: Callable[[], None]


def unpack(claimed: ClaimedFile) -> Unpacked:
    """Unpack the ZIP in a limited child. Raises a DocumentRefused, sandbox.SandboxFailed and OSError."""
    limit = settings.MAX_FILE_BYTES
    with ExitStack() as stack:
        path = stack.enter_context(preparation.local(claimed.storage_key))
        content = stack.enter_context(sandbox.asked(path, kinds.ZIP, max_file_bytes=limit))
        said, content_bytes = sandbox.heard(content, _Answer)
        if isinstance(said, _Refusal):
            raise refusal(said.refused, kinds.ZIP)
        if sum(member.size_bytes for member in said.files if not member.problem) != content_bytes:
            raise sandbox.nonsense("files and bytes do not add up")
        return Unpacked(members=said.files, content=content, close=stack.pop_all().close)


def replace(claimed: ClaimedFile, found: Unpacked) -> None:
    """Put the files of the ZIP in its place in the ledger. Raises ClaimLost.

    Documents are kept first, by content; then one transaction changes the ledger. Whoever does it again
    after a crash finds the documents kept, and the ledger either as it was or done.
    """
    found.content.seek(0)
    kept = [_kept(member, found.content) for member in found.members]
    with transaction.atomic():
        item = preparation.FILES.lock(claimed)
        batch = item.batch
        UploadBatch.objects.filter(pk=batch.pk).update(announced_count=F("announced_count") - 1 + len(kept))
        preparation.drop(item)
        for arrival in kept:
            intake.enter(batch, arrival)
        _forget(claimed)


def _kept(member: _Member, content: IO[bytes]) -> Arrival:
    """Look at the file as if it had been sent, and keep it."""
    if member.problem:
        arrival = Arrival(name=arrivals.clean_name(member.name), size_bytes=member.size_bytes)
        if member.problem == "too_large":
            return arrivals.too_large(arrival, settings.MAX_FILE_BYTES)
        return arrival.ended(ItemState.UNREADABLE, _DAMAGED)
    file = SimpleUploadedFile("member", content.read(member.size_bytes))
    return intake.keep(arrivals.look(file, member.name, within_zip=True), file)


def _forget(claimed: ClaimedFile) -> None:
    """Remove the ZIP itself: its files are kept, and nobody looks at it again."""
    row = Resume.objects.select_for_update().filter(pk=claimed.resume_id).first()
    if row is None or row.items.exists() or row.applications.exists():  # also sent for another job
        return
    row.delete()
    transaction.on_commit(lambda: storages["documents"].delete(claimed.storage_key), robust=True)

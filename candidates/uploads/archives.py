"""ZIP files. In the ledger, the files in a ZIP replace it, as if they had been sent one by one."""

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
_DAMAGED = "This file is damaged inside its ZIP file. Upload it on its own."


@dataclass(frozen=True, kw_only=True)
class _Member:
    """A file in a ZIP, as the sandbox reports it; one with a problem was not extracted."""

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
    """The files of a ZIP: `content` has their bytes, in the order of `members`. The caller closes it."""

    members: Sequence[_Member]
    content: IO[bytes]
    close: Callable[[], None]


def unpack(claimed: ClaimedFile) -> Unpacked:
    """Unpack the ZIP in the sandbox. Raises DocumentRefused, sandbox.SandboxFailed and OSError."""
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
    """Replace the ZIP in the ledger by its files. Raises ClaimLost.

    Documents are stored first, by content; then one transaction changes the ledger. So it can be repeated
    after a crash: the documents are stored already, and the ledger is unchanged or complete.
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
    """Inspect and store the file as if it had been sent by itself."""
    if member.problem:
        arrival = Arrival(name=arrivals.clean_name(member.name), size_bytes=member.size_bytes)
        if member.problem == "too_large":
            return arrivals.too_large(arrival, settings.MAX_FILE_BYTES)
        return arrival.ended(ItemState.UNREADABLE, _DAMAGED)
    file = SimpleUploadedFile("member", content.read(member.size_bytes))
    return intake.keep(arrivals.inspect(file, member.name, within_zip=True), file)


def _forget(claimed: ClaimedFile) -> None:
    """Delete the ZIP itself: its files are stored."""
    row = Resume.objects.select_for_update().filter(pk=claimed.resume_id).first()
    if row is None or row.items.exists() or row.applications.exists():  # it was also sent for another job
        return
    row.delete()
    transaction.on_commit(lambda: storages["documents"].delete(claimed.storage_key), robust=True)

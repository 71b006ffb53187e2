"""The first checks of a received file: name, size, kind by content, and hash. They do not open it."""

import hashlib
import math
import re
from dataclasses import dataclass, replace

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from candidates.documents import kinds
from candidates.documents.refusals import DocumentRefused
from candidates.models import ItemState, Resume

MIB = 2**20
_ZIP_IN_ZIP = "A ZIP file inside a ZIP file is not opened. Upload it on its own."


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """What is known of a file before it is opened. `state` is an end state, with a reason, if it is refused.

    `resume` is its document once that is stored.
    """

    name: str
    size_bytes: int
    sha256: str = ""
    media_type: str = ""
    state: ItemState = ItemState.RECEIVED
    reason: str = ""
    resume: Resume | None = None

    def ended(self, state: ItemState, reason: str) -> "Arrival":
        return replace(self, state=state, reason=reason, resume=None)


def inspect(file: "UploadedFile[bytes]", name: str, *, within_zip: bool = False) -> Arrival:
    """Check `file`, which was sent as `name`."""
    arrival = Arrival(name=clean_name(name), size_bytes=file.size or 0)
    if arrival.size_bytes == 0:
        return arrival.ended(ItemState.UNREADABLE, "The file is empty.")
    if arrival.size_bytes > max(settings.MAX_FILE_BYTES, settings.MAX_ZIP_BYTES):
        return too_large(arrival, settings.MAX_FILE_BYTES)
    try:
        kind = kinds.recognise(file)
    except DocumentRefused as refusal:
        return arrival.ended(ItemState(refusal.state), str(refusal))
    if kind == kinds.ZIP and within_zip:
        return arrival.ended(ItemState.UNSUPPORTED, _ZIP_IN_ZIP)
    most = settings.MAX_ZIP_BYTES if kind == kinds.ZIP else settings.MAX_FILE_BYTES
    if arrival.size_bytes > most:
        return too_large(arrival, most)
    return replace(arrival, sha256=_sha256(file), media_type=kind)


def too_large(arrival: Arrival, most_bytes: int) -> Arrival:
    sentence = f"The file has {_mib(arrival.size_bytes)} MiB. The limit is {_mib(most_bytes)} MiB."
    return arrival.ended(ItemState.TOO_LARGE, sentence)


def clean_name(name: str) -> str:
    """Return the file's own name: no folder, no control characters, at most 200 characters, never empty.

    >>> clean_name("../../etc/résumé.pdf")
    'résumé.pdf'
    """
    own = " ".join(re.split(r"[/\\]", name)[-1].split())  # any white space becomes one space
    own = "".join(c for c in own if c.isprintable()).strip(" .")
    return own[-200:] or "unnamed"


def _sha256(file: "UploadedFile[bytes]") -> str:
    file.seek(0)
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return digest.hexdigest()


def _mib(size_bytes: int) -> str:
    """Return MiB, rounded up, so that a file just over the limit does not seem within it."""
    return f"{math.ceil(size_bytes * 10 / MIB) / 10:g}"

"""Sentences for recruiters about files that cannot be opened, by kind and reason."""

from candidates.documents import kinds
from candidates.documents.refusals import DocumentRefused, Encrypted, TooLarge, Unreadable, Unsupported

_NAMES = {kinds.PDF: "PDF", kinds.DOCX: "Word document", kinds.ZIP: "ZIP file"}
_AGAIN = {
    kinds.PDF: "Save it as a PDF again and upload that.",
    kinds.ZIP: "Pack the files again, or upload them one by one.",
}
_REFUSALS: dict[str, tuple[type[DocumentRefused], str]] = {
    "password": (Encrypted, "This {name} needs a password. Save a copy without one and upload that."),
    "protection": (Encrypted, "This {name} is locked in an unknown way. Save an open copy and upload that."),
    "damaged": (Unreadable, "This {name} is damaged and cannot be opened. {again}"),
    "page": (Unreadable, "Page {page} of this {name} is damaged and cannot be read. {again}"),
    "memory": (Unreadable, "This {name} needs more memory than one file may take. {again}"),
    "time": (Unreadable, "This {name} takes too long to open. {again}"),
    "crash": (Unreadable, "This {name} cannot be opened: something in it breaks the reader. {again}"),
    "no_pages": (Unreadable, "This {name} has no pages."),
    "nothing": (Unreadable, "This file is empty."),
    "pixels": (TooLarge, "This {name} has more than 100 megapixels. Save a smaller one and upload that."),
    "unpacked": (TooLarge, "This {name} holds more than 500 MiB when it is unpacked. Split it in two."),
    "members": (TooLarge, "This {name} holds more than 500 files. Split it in two."),
    "no_files": (Unreadable, "This {name} holds no files."),
    "word": (Unsupported, "This file is marked as a Word document but contains none. {again}"),
}


def refusal(why: str, kind: str, page: int | None = None) -> DocumentRefused:
    """Return the exception that says why a file of the media type `kind` cannot be read."""
    kind_of_refusal, sentence = _REFUSALS[why]
    again = _AGAIN.get(kind, "Save it as a PDF and upload that.")
    return kind_of_refusal(sentence.format(name=_NAMES.get(kind, "picture"), again=again, page=page))

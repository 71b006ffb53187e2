"""The kind of a file, by its content and never by its name."""

import struct
from collections.abc import Iterator
from typing import IO

from candidates.documents.refusals import Encrypted, Unsupported

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ZIP = "application/zip"
PNG = "image/png"
JPEG = "image/jpeg"
TIFF = "image/tiff"
PICTURES = (PNG, JPEG, TIFF)
SUFFIXES = {PDF: "pdf", DOCX: "docx", ZIP: "zip", PNG: "png", JPEG: "jpg", TIFF: "tif"}
IN_WORDS = "PDF, Word (.docx), PNG, JPEG and TIFF files, and ZIP files of these"

HEAD_BYTES = 1024  # where PDF viewers look for the header
_SAVE = "Save the résumé as a PDF and upload that."
_NOTHING_WE_READ = (
    f"The content of this file cannot be read, whatever its name says. Readable are {IN_WORDS}. {_SAVE}"
)
_OLD_OFFICE = "This is an old Office file (.doc). Open it in Word, save it as .docx or PDF, and upload that."
_LOCKED = "This Word document needs a password. Save a copy without one and upload that."
_SHEETS = f"This is a spreadsheet or a presentation, which is not read. {_SAVE}"
_OPEN_DOCUMENT = f"OpenDocument files are not read. {_SAVE}"

_MAGIC = {
    b"\x89PNG\r\n\x1a\n": PNG,
    b"\xff\xd8\xff": JPEG,
    b"II*\x00": TIFF,
    b"MM\x00*": TIFF,
    b"II+\x00": TIFF,  # BigTIFF, for more than 4 GB
    b"MM\x00+": TIFF,
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # old Office files, and new ones with a password
_OLE_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")  # the second: an empty ZIP


def recognise(file: IO[bytes]) -> str:
    """Return the media type of `file`, which must be seekable. Raises Unsupported or Encrypted."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if head.startswith(_ZIP_STARTS):
        return _packed(file)
    for magic, kind in _MAGIC.items():
        if head.startswith(magic):
            return kind
    if head.startswith(_OLE):
        raise Encrypted(_LOCKED) if _holds(file, _OLE_PACKAGE) else Unsupported(_OLD_OFFICE)
    if b"%PDF-" in head:
        return PDF
    raise Unsupported(_NOTHING_WE_READ)


def _holds(file: IO[bytes], words: bytes) -> bool:
    file.seek(0)
    rest = b""
    while chunk := file.read(1 << 20):
        if words in rest + chunk:
            return True
        rest = chunk[-len(words) :]
    return False


def _packed(file: IO[bytes]) -> str:
    """Return the kind of a ZIP by the names in its directory; a damaged one counts as ZIP until opened."""
    names = set(_names(file))
    if "[Content_Types].xml" in names:
        folders = {name.partition("/")[0] for name in names}
        if "word" in folders:
            return DOCX
        if folders & {"xl", "ppt"}:
            raise Unsupported(_SHEETS)
    if {"mimetype", "META-INF/manifest.xml"} <= names:
        raise Unsupported(_OPEN_DOCUMENT)
    return ZIP


_END = struct.Struct("<4s4H2LH")  # the end record of a ZIP, with the size of its directory
_ENTRY = struct.Struct("<4s24x3H12x")  # a directory entry: the lengths of name, extra field and comment
_MOST_NAMES = 5_000  # office documents have some dozens
_COMMENT_BYTES = 2**16


def _names(file: IO[bytes]) -> Iterator[str]:
    """Yield the first names in a ZIP's directory, without unpacking anything."""
    length = file.seek(0, 2)
    file.seek(max(0, length - _COMMENT_BYTES - _END.size))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        return
    directory_bytes = _END.unpack_from(tail, at)[5]
    start = length - len(tail) + at - directory_bytes  # right before the end, whatever the end says
    if start < 0:
        return
    file.seek(start)
    for _ in range(_MOST_NAMES):
        entry = file.read(_ENTRY.size)
        if len(entry) < _ENTRY.size or not entry.startswith(b"PK\x01\x02"):
            return
        name_bytes, extra, comment = _ENTRY.unpack(entry)[1:]
        yield file.read(name_bytes).decode("utf-8", "replace")
        file.seek(extra + comment, 1)

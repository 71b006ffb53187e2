"""A file is what its content says, whatever its name says."""

import io
import struct

import pytest

from candidates.documents import kinds
from candidates.documents.refusals import DocumentRefused, Encrypted, Unsupported
from tests.candidates.documents.word import docx, zipped

TYPES = {"[Content_Types].xml": ""}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 2_000_000


def kind(content: bytes) -> str:
    return kinds.recognise(io.BytesIO(content))


def refusal(content: bytes) -> DocumentRefused:
    with pytest.raises(DocumentRefused) as refused:
        kind(content)
    return refused.value


@pytest.mark.parametrize("head", [b"%PDF-1.7\n", b"\xef\xbb\xbf\r\n%PDF-1.4", b" " * 1000 + b"%PDF-2.0"])
def test_a_pdf_is_told_by_its_first_words(head):
    assert kind(head) == kinds.PDF


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"\xff\xd8\xff\xe0...", "image/jpeg"),
        (b"II*\x00...", "image/tiff"),
        (b"MM\x00*...", "image/tiff"),
    ],
)
def test_a_picture_is_told_by_its_first_bytes(head, media_type):
    assert kind(head) == media_type


def test_a_word_document_is_a_zip_with_a_word_document_in_it():
    assert kind(docx("")) == kinds.DOCX
    assert kind(zipped(TYPES | {"word/document2.xml": ""})) == kinds.DOCX


@pytest.mark.parametrize(
    "content",
    [
        zipped({"word/document.xml": "", "resume.docx": ""}),
        zipped({}),
        b"PK\x03\x04 and nothing more",
        docx("")[:-30],
        b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, 9, 9, 2**32 - 1, 2**32 - 1, 0),
    ],
    ids=["no types", "empty", "head", "cut off", "lying"],
)
def test_any_other_zip_is_a_zip_and_opening_it_will_tell(content):
    assert kind(content) == kinds.ZIP


def test_a_word_document_of_many_parts_is_found_out_quickly():
    assert kind(docx("", {f"word/media/{number}": "" for number in range(900)})) == kinds.DOCX


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        (b"", "PDF, Word (.docx), PNG, JPEG and TIFF files, and ZIP files of these."),
        (b"Dear Sir or Madam", "whatever its name says"),
        (b" " * 1024 + b"%PDF-1.7", "whatever its name says"),
        (b"GIF89a", "whatever its name says"),
        (b"{\\rtf1 Mara Vell}", "whatever its name says"),
        (OLE, "old Office file (.doc). Open it in Word, save it as .docx or PDF"),
        (zipped(TYPES | {"xl/workbook.xml": ""}), "a spreadsheet or a presentation"),
        (zipped(TYPES | {"ppt/presentation.xml": ""}), "a spreadsheet or a presentation"),
        (zipped({"mimetype": "", "META-INF/manifest.xml": ""}), "OpenDocument files are not read"),
    ],
)
def test_anything_else_is_unsupported_with_advice(content, advice):
    refused = refusal(content)
    assert (type(refused), advice in str(refused)) == (Unsupported, True)


def test_a_word_document_behind_a_password_is_encrypted():
    assert isinstance(refusal(OLE + "EncryptedPackage".encode("utf-16-le") + OLE), Encrypted)

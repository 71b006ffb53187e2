"""From an uploaded document to the text of its pages. PDFs are only ever opened in a limited child process."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PDF = "application/pdf"
HEAD_BYTES = 1024  # where readers look for a PDF's first words
WALL_S = 30.0
MOST_OUTPUT_BYTES = 16 * 2**20
CHILD = Path(__file__).with_name("pdf_child.py")


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page: its size in points (1/72 inch) and its text layer, "" where it has none."""

    width_pt: float
    height_pt: float
    text: str


@dataclass(frozen=True, kw_only=True)
class Document:
    """`page_count` counts all pages of the document; `pages` holds those that were read, in order."""

    page_count: int
    pages: Sequence[Page]


class DocumentRefused(Exception):
    """The document cannot be read; the text says why, in a sentence for the recruiter."""


class Encrypted(DocumentRefused):
    """A password is needed."""


class Unreadable(DocumentRefused):
    """Damaged, empty, or more than a reader can be asked to bear."""


def media_type(head: bytes) -> str | None:
    """Return what a file that begins with `head` is, by its content; None where it is nothing we read."""
    return PDF if b"%PDF-" in head[:HEAD_BYTES] else None


def read(path: Path, kind: str, *, max_pages: int, wall_s: float = WALL_S) -> Document:
    """Return the text of the first `max_pages` pages of the file at `path`.

    Starts a process that limits itself, takes at most `wall_s` seconds and may be called from any thread.
    Raises Encrypted or Unreadable.
    """
    if kind != PDF:
        raise Unreadable(f"Files of the type {kind} cannot be opened.")
    return _document(_ask_child(path, max_pages, wall_s))


def _ask_child(path: Path, max_pages: int, wall_s: float) -> str:
    command = [sys.executable, "-I", str(CHILD), str(max_pages), str(int(wall_s) + 1)]
    try:
        with path.open("rb") as file:
            child = subprocess.run(  # its output is bounded by its own limit on file sizes
                command, stdin=file, capture_output=True, timeout=wall_s, cwd="/", env={}, check=False
            )
    except subprocess.TimeoutExpired:
        raise Unreadable("The file takes too long to open. Save it anew as a PDF and upload that.") from None
    if child.returncode != 0 or not child.stdout or len(child.stdout) > MOST_OUTPUT_BYTES:
        raise Unreadable("The file cannot be opened: it is damaged, or unusually large inside.")
    return child.stdout.decode()


def _document(said: str) -> Document:
    found = json.loads(said)
    match found.get("refused"):
        case "password":
            raise Encrypted("The PDF needs a password. Save a copy without one and upload that.")
        case "damaged":
            raise Unreadable("The PDF is damaged and cannot be opened. Save it anew and upload that.")
        case "empty":
            raise Unreadable("The PDF has no pages.")
    return Document(page_count=found["page_count"], pages=[Page(**page) for page in found["pages"]])

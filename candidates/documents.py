"""From an uploaded document to what people see on its pages. PDFs are opened in a limited child process."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from candidates.integrity import Reason

PDF = "application/pdf"
HEAD_BYTES = 1024  # where readers look for a PDF's first words
WALL_S = 30.0
GRACE_S = 5.0  # the child ends itself after its wall time; this long we wait for it to do so
CHILD = Path(__file__).with_name("pdf_child.py")

# The child may have been taken over by what it read, so nothing that it says is trusted: neither PostgreSQL
# nor JSON can keep a NUL character, a lone surrogate (which the parser refuses) or a size without end.
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=100_000)]
Points = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Edge = Annotated[float, Field(allow_inf_nan=False)]  # a box may reach beyond its page
Word = tuple[Text, Edge, Edge, Edge, Edge]


@dataclass(frozen=True, kw_only=True)
class Hidden:
    """Words of a page that nobody can see: why, where (x0, y0, x1, y1 in points) and what they say."""

    reason: Reason
    boxes: Annotated[Sequence[tuple[Edge, Edge, Edge, Edge]], Field(max_length=200)]
    text: Annotated[Text, Field(max_length=2_000)]


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page: its size in points (1/72 inch) and of its text layer what people see, "" where it has none.

    Lines end with "\\n", blocks are a blank line apart, columns follow each other; a page's text ends at
    100,000 characters. `words` are its words with x0, y0, x1, y1 in points from the top left corner; one that
    ends with a soft hyphen goes on in the next. `hidden` is what people do not see, and no model reads.
    `instructions` are sentences of the text that speak to a model.
    """

    width_pt: Points
    height_pt: Points
    text: Text
    words: Annotated[Sequence[Word], Field(max_length=40_000)] = ()
    hidden: Annotated[Sequence[Hidden], Field(max_length=20)] = ()
    instructions: Annotated[Sequence[Annotated[Text, Field(max_length=300)]], Field(max_length=10)] = ()


@dataclass(frozen=True, kw_only=True)
class Document:
    """`page_count` counts all pages of the document; `pages` holds the first ones, those that were read."""

    page_count: Annotated[int, Field(ge=1, le=2**31 - 1)]
    pages: Sequence[Page]


class DocumentRefused(Exception):
    """The document cannot be read; the text says why, in a sentence for the recruiter."""


class Encrypted(DocumentRefused):
    """A password is needed, or a right that nobody here can have."""


class Unreadable(DocumentRefused):
    """Damaged, empty, or more than a reader can be asked to bear."""


class ReaderFailed(Exception):
    """The reader did not do its work, and not because of the file: for the operator; worth another try."""


@dataclass(frozen=True, kw_only=True)
class _Refusal:
    """What the child says of a file that it cannot read; `page` is where, 1 being the first."""

    refused: Literal["password", "protection", "damaged", "page", "memory", "no_pages", "nothing"]
    page: int | None = None


_Answer: TypeAdapter[Document | _Refusal] = TypeAdapter(Document | _Refusal)

_reading: set["subprocess.Popen[bytes]"] = set()

_AGAIN = "Save it as a PDF again and upload that."
_TOO_SLOW = f"This PDF takes too long to open. {_AGAIN}"
_TOO_BIG = f"This PDF needs more memory than one file may take. {_AGAIN}"
_CRASHED = f"This PDF cannot be opened: something in it breaks the reader. {_AGAIN}"
_ENDS: dict[int, str] = {
    signal.SIGALRM: _TOO_SLOW,  # its wall time
    signal.SIGXCPU: _TOO_SLOW,  # its processor time
    signal.SIGABRT: _TOO_BIG,  # how PDFium ends when it is refused memory
}
_NOT_ITS_OWN: set[int] = {
    signal.SIGKILL,
    signal.SIGTERM,
}  # an operator's, or the kernel's when short of memory
_REFUSALS: dict[str, tuple[type[DocumentRefused], str]] = {
    "password": (Encrypted, "This PDF needs a password. Save a copy without one and upload that."),
    "protection": (
        Encrypted,
        "This PDF is locked in an unknown way. Save an open copy and upload that.",
    ),
    "damaged": (Unreadable, f"This PDF is damaged and cannot be opened. {_AGAIN}"),
    "page": (Unreadable, f"Page {{page}} of this PDF is damaged and cannot be read. {_AGAIN}"),
    "memory": (Unreadable, _TOO_BIG),
    "no_pages": (Unreadable, "This PDF has no pages."),
    "nothing": (Unreadable, "This file is empty."),
}


def media_type(head: bytes) -> str | None:
    """Return what a file that begins with `head` is, by its content; None where it is nothing we read."""
    return PDF if b"%PDF-" in head[:HEAD_BYTES] else None


def read(path: Path, kind: str, *, max_pages: int, wall_s: float = WALL_S) -> Document:
    """Return what is seen on the first `max_pages` pages of the file at `path`, whose media type is `kind`.

    Starts a process that limits itself and lives for at most `wall_s` seconds; may be called from any thread.
    Raises Encrypted or Unreadable, and ReaderFailed or OSError where the fault is not the file's.
    """
    if kind != PDF:
        raise Unreadable(f"Files of the type {kind} cannot be opened.")
    match _heard(_ask_child(path, max_pages, wall_s)):
        case Document() as document:
            return document
        case _Refusal(refused=why, page=page):
            refusal, sentence = _REFUSALS[why]
            raise refusal(sentence.format(page=page))


def _ask_child(path: Path, max_pages: int, wall_s: float) -> bytes:
    """Return what the child says of the file at `path`.

    It writes into a file in memory, not into a pipe: its own limit on the size of files bounds the answer.
    """
    command = [sys.executable, "-I", "-B", str(CHILD), str(max_pages), str(wall_s)]
    with path.open("rb") as file, open(os.memfd_create("answer"), "w+b") as answer:
        child = subprocess.Popen(
            command,
            stdin=file,
            stdout=answer,
            cwd="/",
            env={},
            process_group=0,  # Ctrl-C on the terminal is for the worker, which lets it finish
        )
        _reading.add(child)
        try:
            _judge_end(child.wait(wall_s + GRACE_S))
        except subprocess.TimeoutExpired:
            raise Unreadable(_TOO_SLOW) from None
        finally:
            child.kill()  # of one that has ended nothing is left to kill
            child.wait()
            _reading.discard(child)
        answer.seek(0)
        return answer.read()


def stop_reading() -> None:
    """End every child that reads at this moment; whoever waits for one gets ReaderFailed."""
    for child in list(_reading):
        child.kill()


def _judge_end(code: int) -> None:
    """Raise what the end of the child means; return where it ended well."""
    if code > 0 or -code in _NOT_ITS_OWN:
        raise ReaderFailed(f"The PDF reader ended with {code}; what it had to say stands in the log above.")
    if code < 0:
        raise Unreadable(_ENDS.get(-code, _CRASHED))


def _heard(said: bytes) -> Document | _Refusal:
    try:
        return _Answer.validate_json(said)
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False)  # never what stands in a résumé
        raise ReaderFailed(f"The PDF reader's answer makes no sense: {problems[0]['msg']}.") from None

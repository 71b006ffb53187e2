"""The pages of an uploaded document: their visible text and images, extracted in a sandbox."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Annotated, Literal

from pydantic import Field, StringConstraints, TypeAdapter

from candidates.child.pdf.integrity import Reason
from candidates.documents import jpeg, kinds, libreoffice, sandbox
from candidates.documents.docx_paging import onto_pages
from candidates.documents.refusals import DocumentRefused
from candidates.documents.sentences import refusal

log = logging.getLogger(__name__)

MOST_CHARS = 100_000  # of a page
MOST_SIDE_PX = 2480
MOST_IMAGE_BYTES = 3 * 2**20

# The sandbox's reply is not trusted: neither PostgreSQL nor JSON can store a NUL character, a lone surrogate
# (which the parser refuses) or an infinite size.
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=MOST_CHARS)]
Points = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Edge = Annotated[float, Field(allow_inf_nan=False)]  # of a box, which may extend beyond its page
Word = tuple[Text, Edge, Edge, Edge, Edge]
Pixels = Annotated[int, Field(ge=1, le=MOST_SIDE_PX)]
PageCount = Annotated[int, Field(ge=1, le=2**31 - 1)]


@dataclass(frozen=True, kw_only=True)
class PageImage:
    """A page as people see it: a JPEG at 150 dpi, with at most 2480 pixels on its long side."""

    width_px: int
    height_px: int
    content: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Hidden:
    """Words of a page that nobody can see: the reason, their boxes (x0, y0, x1, y1 in points), the text."""

    reason: Reason
    boxes: Annotated[Sequence[tuple[Edge, Edge, Edge, Edge]], Field(max_length=200)]
    text: Annotated[Text, Field(max_length=2_000)]


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page: its size in points (1/72 inch; 0 = unknown), its text ("" without a text layer), its image.

    The text is what people see: lines end with "\\n", blocks are a blank line apart, columns follow each
    other; it ends at 100,000 characters. `words` are those of a PDF with x0, y0, x1, y1 in points from the
    top left corner; a word that ends with a soft hyphen continues in the next. `hidden` is what people do not
    see; no model reads it. `instructions` are sentences of the text that speak to a model.
    `pictures` are the boxes of photographs and other images; None if unknown.
    """

    width_pt: float
    height_pt: float
    text: str
    image: PageImage | None = None
    words: Sequence[Word] = field(default_factory=list)
    hidden: Sequence[Hidden] = field(default_factory=list)
    instructions: Sequence[str] = field(default_factory=list)
    pictures: Sequence[tuple[Edge, Edge, Edge, Edge]] | None = None


@dataclass(frozen=True, kw_only=True)
class Document:
    """`page_count` counts all pages of the document; `pages` holds the first ones, which were read."""

    page_count: int
    pages: Sequence[Page]


@dataclass(frozen=True, kw_only=True)
class _SaidImage:
    width_px: Pixels
    height_px: Pixels
    size_bytes: Annotated[int, Field(ge=1, le=MOST_IMAGE_BYTES)]


@dataclass(frozen=True, kw_only=True)
class _SaidPage:
    width_pt: Points
    height_pt: Points
    text: Text
    image: _SaidImage | None
    words: Annotated[Sequence[Word], Field(max_length=40_000, default_factory=list)]
    hidden: Annotated[Sequence[Hidden], Field(max_length=20, default_factory=list)]
    instructions: Annotated[
        Sequence[Annotated[Text, Field(max_length=300)]], Field(max_length=10, default_factory=list)
    ]
    pictures: Annotated[Sequence[tuple[Edge, Edge, Edge, Edge]] | None, Field(max_length=100, default=None)]


@dataclass(frozen=True, kw_only=True)
class _SaidDocument:
    page_count: PageCount
    pages: Sequence[_SaidPage]


@dataclass(frozen=True, kw_only=True)
class _Refusal:
    """The sandbox's reply for a file that it cannot read; `page` is the number of the page, from 1."""

    refused: Literal[
        "password", "protection", "damaged", "page", "memory", "no_pages", "nothing", "pixels", "word"
    ]
    page: int | None = None


_Answer: TypeAdapter[_SaidDocument | _Refusal] = TypeAdapter(_SaidDocument | _Refusal)


def read_document(path: Path, kind: str, *, max_pages: int, wall_s: float | None = None) -> Document:
    """Return the first `max_pages` pages of the file at `path`, whose media type is `kind`.

    Uses a sandbox that lives for at most `wall_s` seconds. Thread-safe.
    Raises a DocumentRefused; SandboxFailed or OSError if the fault is not the file's.
    """
    document = _read(path, kind, max_pages, wall_s)
    return _drawn(document, path, max_pages) if kind == kinds.DOCX else document


def _drawn(written: Document, path: Path, max_pages: int) -> Document:
    """Return the Word document `written` with its drawn pages, if LibreOffice can make them."""
    with libreoffice.as_pdf(path) as pdf:
        if pdf is None:
            return written
        try:
            drawn = _read(pdf, kinds.PDF, max_pages, None)
        except (DocumentRefused, sandbox.SandboxFailed):
            log.exception("No page images for a Word document: its PDF cannot be read")
            return written
    if any(page.hidden for page in drawn.pages):
        return drawn  # the written text includes what is hidden on the page: use the page
    whole = drawn.page_count == len(drawn.pages)
    texts = onto_pages(written.pages[0].text, [page.text for page in drawn.pages], whole=whole)
    pages = [replace(page, text=text[:MOST_CHARS]) for page, text in zip(drawn.pages, texts, strict=True)]
    return replace(drawn, pages=pages)


def painted(path: Path, *, wall_s: float) -> PageImage:
    """Return the page image in the file at `path` with boxes painted over: see candidates.child.painting.

    Raises what `read_document` raises.
    """
    [page] = _read(path, "blind", 1, wall_s).pages
    if page.image is None:
        raise sandbox.nonsense("the painted image is missing")
    return page.image


def _read(path: Path, kind: str, max_pages: int, wall_s: float | None) -> Document:
    with sandbox.asked(path, kind, max_pages=max_pages, wall_s=wall_s) as answer:
        said, image_bytes = sandbox.heard(answer, _Answer)
        if isinstance(said, _Refusal):
            raise refusal(said.refused, kind, said.page)
        images = [page.image for page in said.pages if page.image]
        if len(said.pages) > max_pages or sum(image.size_bytes for image in images) != image_bytes:
            raise sandbox.nonsense("pages and images do not add up")
        answer.seek(0)
        return Document(page_count=said.page_count, pages=[_page(page, answer) for page in said.pages])


def _page(said: _SaidPage, images: IO[bytes]) -> Page:
    """Build the page; take the next of `images` if it has one."""
    return Page(
        width_pt=said.width_pt,
        height_pt=said.height_pt,
        text=said.text,
        image=_image(said.image, images.read(said.image.size_bytes)) if said.image else None,
        words=said.words,
        hidden=said.hidden,
        instructions=said.instructions,
        pictures=said.pictures,
    )


def _image(said: _SaidImage, content: bytes) -> PageImage:
    """Return the image if its header matches the reply: decoders go by the header."""
    try:
        size = jpeg.size(content)
    except jpeg.NotPlain as error:
        raise sandbox.nonsense(f"an image is not a plain JPEG: {error}") from None
    if size != (said.width_px, said.height_px):
        raise sandbox.nonsense("an image differs in size from the reply")
    return PageImage(width_px=said.width_px, height_px=said.height_px, content=content)
